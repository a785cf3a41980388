"""Runs a command to its end and measures wall time, CPU time, peak memory, and bytes read and written."""

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
    """Wall and CPU seconds, peak resident memory in MiB, and MB read and written, of one command.

    CPU time is that of all cores together, and depends little on what else the machine does. Bytes are those
    that the process asked the system for, whether they came from the disk or from memory.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float
    read_mb: float
    written_mb: float


def run(command: Sequence[str], log: str | None = None) -> Measurement:
    """Run a command; its output goes to `log`, or to the terminal."""
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(Path(log).open("wb")) if log else None
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT if log else None)
        # Ended but not yet waited for: its counters can still be read.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        seconds = time.perf_counter() - began
        read, written = bytes_of(child.pid)
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}; see {log or 'above'}")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    # Linux reports the peak in KiB.
    peak = usage.ru_maxrss * 1024 / MEBIBYTE
    return Measurement(seconds, cpu_seconds, peak, read / 1e6, written / 1e6)


def bytes_of(process: int) -> tuple[int, int]:
    """Return how many bytes a process has read and written; zeros where the system does not tell."""
    try:
        lines = Path(f"/proc/{process}/io").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0, 0
    counters = dict(line.split(": ") for line in lines)
    return int(counters["rchar"]), int(counters["wchar"])
