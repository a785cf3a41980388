"""Runs a command to its end and measures wall time, CPU time and peak memory."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Measurement:
    """Wall and CPU seconds, and peak resident memory in MiB, of one command.

    CPU time is that of all cores together, and depends little on what else the machine does.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float


def run(command: Sequence[str], log: str | None = None) -> Measurement:
    """Run a command; its output goes to `log`, or to the terminal."""
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(Path(log).open("wb")) if log else None
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT if log else None)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}; see {log or 'above'}")
    # Linux reports the peak in KiB.
    return Measurement(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / MEBIBYTE)
