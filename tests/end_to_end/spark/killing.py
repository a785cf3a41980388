"""Builds by Spark in a process that kills itself at a moment that was chosen: as a power cut would, nothing is flushed.

Java's process is not killed: it ends when it finds itself alone, in the middle of what it was asked.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from threading import Timer
from typing import Any

from tests.end_to_end.spark.conftest import Homes, without_checks


def while_merging(table: str) -> None:
    """Kill this process soon after a mart's merge began; what it logs as changed is written by then."""
    from dbt.adapters.spark.session import Cursor

    execute = Cursor.execute

    def execute_or_die(cursor: Any, sql: str, *parameters: Any) -> None:
        if f"merge into marts.{table} " in " ".join(sql.split()):
            Timer(0.2, _die).start()
        execute(cursor, sql, *parameters)

    Cursor.execute = execute_or_die


def while_copying(table: str) -> None:
    """Kill this process when it has tagged every table, and copied those before this one for publication."""
    from engines.spark import publication

    copy = publication._copy

    def copy_or_die(session: Any, target: Any, build_id: str, copied: Any, folder: Any) -> None:
        if copied.name == table:
            _die()
        copy(session, target, build_id, copied, folder)

    publication._copy = copy_or_die


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_build(homes: Homes, name: str, moment: Callable[[str], None], table: str, *arguments: str) -> None:
    """Let a home be built in another process, which must be killed."""
    process = multiprocessing.get_context("spawn").Process(
        target=_build, args=(homes, name, moment, table, arguments)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL, f"{table} was not reached"


def _build(
    homes: Homes, name: str, moment: Callable[[str], None], table: str, arguments: tuple[str, ...]
) -> None:
    moment(table)
    with without_checks():
        homes.build(name, *arguments)
