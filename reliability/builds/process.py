"""Builds in processes of their own, that can be watched, stopped and killed at any moment.

Belongs here: starting `touchpoint build` quickly and hearing how it ended. Does not belong here: what is
tried with it.

A server process imports the heavy libraries once; each build is forked from it. It is a process like any
other, with its own files, and SIGKILL ends it like any other, but it starts seconds earlier.
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

#: Imported by the server before the first build is asked for.
_PRELOADED = [
    "duckdb",
    "pyarrow.parquet",
    "pandas",
    "dagster",
    "dagster_dbt",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "great_expectations",
    "orchestration.cli.app",
    "orchestration.cli.commands.build",
    "orchestration.definitions.assets",
    "ingestion.landing.run",
    "expectations",
]

Command = Callable[[], int]

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_PRELOADED)


@dataclass
class Build:
    """A command that runs in a process of its own; what it says is in `log`."""

    process: BaseProcess
    log: Path

    @property
    def pid(self) -> int:
        """The process id, to look at or to signal."""
        assert self.process.pid is not None
        return self.process.pid

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait for the end, at most so long: the exit code (negative: the signal), None if it goes on."""
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> None:
        """SIGKILL, and wait until the kernel has cleared it away."""
        self.process.kill()
        self.process.join()

    @property
    def has_descendants(self) -> bool:
        """Whether a process that it started lives on."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    @property
    def output(self) -> str:
        """Everything it said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


def start(
    arguments: Sequence[str],
    log: Path,
    environment: dict[str, str] | None = None,
    *,
    around: Callable[[Command], int] | None = None,
) -> Build:
    """Start a command of `touchpoint`, e.g. `["build", "--landing", …, "--home", …]`.

    `around` is called in the new process with the command to run: to prepare the process, or watch it.
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
    """Run a command to its end: its exit code."""
    code = start(arguments, log, environment, around=around).wait()
    assert code is not None
    return code


def build(landing: Path, home: Path, *more: str) -> list[str]:
    """The arguments of a build."""
    return ["build", "--landing", str(landing), "--home", str(home), *more]


def _run(
    arguments: list[str], log: str, environment: dict[str, str], around: Callable[[Command], int] | None
) -> None:
    os.environ.update(environment)
    # A group of its own: whoever is left of it after a kill can be found.
    os.setpgid(0, 0)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    gc.set_threshold(100_000, 20, 20)
    from orchestration.cli import app

    code = 1
    with contextlib.suppress(SystemExit):
        code = around(partial(app.main, arguments)) if around else app.main(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    # Like the program itself: no time is spent on taking the tools apart.
    os._exit(code)
