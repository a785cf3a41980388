"""Runs `touchpoint` commands in processes of their own that can be watched and killed.

A server process imports the heavy libraries once and each command is forked from it, which saves seconds per
build. SIGKILL ends such a process like any other.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

#: Imported by the server process before the first command.
_PRELOADED = [
    "duckdb",
    "pyarrow.parquet",
    "pandas",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "great_expectations",
    "orchestration.cli.arguments",
    "orchestration.cli.commands.build",
    "ingestion.landing.run",
    "expectations",
]

Command = Callable[[], int]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_PRELOADED)


@dataclass
class Build:
    """A command that runs in a process of its own; its output goes to `log`."""

    process: BaseProcess
    log: Path

    @property
    def pid(self) -> int:
        """The process id."""
        assert self.process.pid is not None
        return self.process.pid

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait at most so many seconds for the end; return the exit code (negative: a signal), None if it
        still runs."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> None:
        """Send SIGKILL and wait until the process is gone."""
        self.process.kill()
        self.process.join()

    @property
    def has_descendants(self) -> bool:
        """Whether a process that the command started still runs."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def output(self) -> str:
        """Everything the command has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


def start(
    arguments: Sequence[str],
    log: Path,
    environment: dict[str, str] | None = None,
    *,
    around: Callable[[Command], int] | None = None,
) -> Build:
    """Start a command of `touchpoint`, e.g. `["build", "--landing", …, "--home", …]`.

    around: called in the new process with the command as a function, to prepare or watch the process; returns
    the exit code.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    process = _context.Process(target=_run, args=(list(arguments), str(log), environment or {}, around))
    process.start()
    return Build(process, log)


def run(
    arguments: Sequence[str],
    log: Path,
    environment: dict[str, str] | None = None,
    *,
    around: Callable[[Command], int] | None = None,
) -> int:
    """Run a command to its end and return its exit code."""
    code = start(arguments, log, environment, around=around).wait()
    assert code is not None
    return code


def build(landing: Path, home: Path, *more: str) -> list[str]:
    """Return the arguments of a build."""
    return ["build", "--landing", str(landing), "--home", str(home), *more]


def _run(
    arguments: list[str], log: str, environment: dict[str, str], around: Callable[[Command], int] | None
) -> None:
    os.environ.update(environment)
    # A process group of its own, so that processes left after a kill can be found.
    os.setpgid(0, 0)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    gc.set_threshold(100_000, 20, 20)
    from orchestration.cli.arguments import main

    code = 1
    with contextlib.suppress(SystemExit):
        code = around(partial(main, arguments)) if around else main(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    # Like the program itself: skip the slow clean-up of imported libraries.
    os._exit(code)
