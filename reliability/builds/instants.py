"""Named instants of a build at which an experiment can kill it or fill its disk.

The product contains nothing of this: the build's process watches its own SQL statements, file operations and
steps.
"""

from __future__ import annotations

import functools
import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

INGESTION = "ingestion"
TRANSFORMATION = "transformation"
AUDIT = "audit"
PUBLISH = "publish"
ERASURE = "erasure"
PHASES = (INGESTION, TRANSFORMATION, AUDIT, PUBLISH, ERASURE)


@dataclass(frozen=True)
class Instant:
    """What a build is about to do: a step, an SQL statement or a file operation.

    event: the name of the step or of Python's audit event, empty for SQL. pattern: a regular expression for
    the statement or for the paths of the operation.
    """

    phase: str
    event: str = ""
    pattern: str = ""


INSTANTS = {
    "reading": Instant(INGESTION, "_land"),
    "a part is put in place": Instant(INGESTION, "os.rename", r"/raw/.*\.parquet"),
    "addresses are looked up": Instant(INGESTION, "", "insert into main.(ip_addresses|user_agents)"),
    "the books are written": Instant(INGESTION, "", "insert into main.(files|parts|quarantined|ignored)"),
    # Case-sensitive, because dbt writes COMMIT in capitals.
    "the ledger commits": Instant(INGESTION, "", "(?-i:^commit$)"),
    "the build is written down": Instant(TRANSFORMATION, "", "insert into builds"),
    "rows are exposed": Instant(TRANSFORMATION, "", r"create or replace (view|table) raw\."),
    "transforming": Instant(TRANSFORMATION, "transform"),
    "a table is written": Instant(
        TRANSFORMATION, "", r"^/\*.*?\*/\s*(create|insert|delete|update|drop)\b|(?-i:^COMMIT$)"
    ),
    "a table changes its name": Instant(TRANSFORMATION, "", r"^/\*.*?\*/\s*alter\b"),
    "the build is transformed": Instant(TRANSFORMATION, "", "update builds set state"),
    "checking": Instant(AUDIT, "audit"),
    "publishing": Instant(PUBLISH, "publish"),
    "the build file is settled": Instant(PUBLISH, "", "^checkpoint$"),
    "the build is copied": Instant(PUBLISH, "shutil.copyfile", r"/build/insights\.duckdb"),
    "the build is described": Instant(PUBLISH, "", r"marts\.build_(info|checks)"),
    "Parquet is written": Instant(PUBLISH, "", r"^copy marts\."),
    "the copy is made durable": Instant(PUBLISH, "os.chmod", r"/builds/.*\.partial/"),
    "the folder gets its name": Instant(PUBLISH, "os.rename", r"/builds/.*\.partial\b"),
    "the new link is made": Instant(PUBLISH, "os.symlink", r"\.published\.new"),
    "the link is swapped": Instant(PUBLISH, "os.rename", r"\.published\.new"),
    "an old build is removed": Instant(PUBLISH, "shutil.rmtree", r"/builds/[^/]*$"),
    "files become published": Instant(PUBLISH, "", "update main.files set is_new"),
    "parts become published": Instant(PUBLISH, "", "update main.parts set is_new"),
    "people are looked for": Instant(ERASURE, "", "insert into identities"),
    "people are written down": Instant(ERASURE, "os.rename", r"/\.suppressions\.json\.new"),
    "a part is made anonymous": Instant(ERASURE, "os.rename", r"/raw/.*\.erasing"),
    "texts are taken out": Instant(ERASURE, "", "changed_texts"),
    "unused traces are dropped": Instant(ERASURE, "", r"delete from main\.(ip_addresses|user_agents)"),
    "the ledger is copied": Instant(ERASURE, "", "copy from database old to new"),
    "the new ledger is put in place": Instant(ERASURE, "os.rename", r"/\.ledger\.duckdb\.new"),
    "the build files are copied": Instant(ERASURE, "", "copy from database (work|insights) to copy"),
    "clean build files are put in place": Instant(
        ERASURE, "os.rename", r"/build/\.(work|insights)\.duckdb\.new"
    ),
    "the build files go": Instant(ERASURE, "shutil.rmtree", r"/(build|tmp)( |$)"),
    "the report is written": Instant(ERASURE, "os.rename", r"/\.report-.*\.new"),
}
#: Instants that last: kills fall anywhere within them.
STEPS = tuple(name for name, instant in INSTANTS.items() if not instant.event.count(".") and instant.event)

#: The exit code of a process that was killed.
KILLED = -signal.SIGKILL

OnInstant = Callable[[str], None]


@dataclass(frozen=True)
class Trigger:
    """The moment of an interruption: `seconds` after an instant is reached for the nth time."""

    instant: str
    nth: int = 1
    seconds: float = 0.0

    @property
    def phase(self) -> str:
        """The phase of the build in which the instant lies."""
        return INSTANTS[self.instant].phase

    def __str__(self) -> str:
        return f"{self.instant} (no. {self.nth}, {self.seconds:.3f} s later)"


def run_interrupted(trigger: Trigger, action: Callable[[], object], command: Callable[[], int]) -> int:
    """Run a command and call `action` at the trigger, in a process of its own; return the command's exit
    code."""
    remaining = [trigger.nth]
    guard = threading.Lock()

    def reached(name: str) -> None:
        with guard:
            remaining[0] -= name == trigger.instant
            is_time = name == trigger.instant and remaining[0] == 0
        if is_time and trigger.seconds:
            threading.Timer(trigger.seconds, action).start()
        elif is_time:
            action()

    _listen(reached)
    return command()


def run_counted(record: Path, command: Callable[[], int]) -> int:
    """Run a command; write how often each instant was reached and how long each step took into `record` as
    JSON."""
    counts = dict.fromkeys(INSTANTS, 0)
    started: dict[str, float] = {}
    lasted = dict.fromkeys(STEPS, 0.0)

    def reached(name: str) -> None:
        counts[name] += 1
        started.setdefault(name, time.monotonic())

    def ended(name: str) -> None:
        lasted[name] = time.monotonic() - started[name]

    _listen(reached, ended)
    code = command()
    record.write_text(json.dumps({"counts": counts, "seconds": lasted}))
    return code


def kill_process() -> None:
    """End this process as a power cut would: at once, with nothing flushed."""
    os.kill(os.getpid(), signal.SIGKILL)


def _listen(reached: OnInstant, ended: OnInstant = lambda _: None) -> None:
    by_event: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for name, instant in INSTANTS.items():
        pattern = re.compile(instant.pattern, re.IGNORECASE | re.DOTALL)
        by_event.setdefault(instant.event, []).append((name, pattern))
    _listen_to_statements(by_event.pop(""), reached)
    _listen_to_steps(by_event, reached, ended)
    files = {event: names for event, names in by_event.items() if "." in event}

    def about_to(event: str, arguments: tuple[Any, ...]) -> None:
        for name, pattern in files.get(event, ()):
            if pattern.search(" ".join(str(argument) for argument in arguments[:2])):
                reached(name)

    sys.addaudithook(about_to)


def _listen_to_statements(names: list[tuple[str, re.Pattern[str]]], reached: OnInstant) -> None:
    for method in ("execute", "executemany"):
        original = getattr(duckdb.DuckDBPyConnection, method)

        @functools.wraps(original)
        def execute(
            self: duckdb.DuckDBPyConnection,
            sql: Any,
            *more: Any,
            _original: Callable[..., Any] = original,
            **named: Any,
        ) -> Any:
            for name, pattern in names:
                if isinstance(sql, str) and pattern.search(sql.strip()):
                    reached(name)
            return _original(self, sql, *more, **named)

        setattr(duckdb.DuckDBPyConnection, method, execute)


def _listen_to_steps(by_event: dict[str, Any], reached: OnInstant, ended: OnInstant) -> None:
    from orchestration.build.run import BuildRun

    for name in STEPS:
        method = INSTANTS[name].event
        original = getattr(BuildRun, method)

        @functools.wraps(original)
        def step(
            *more: Any, _name: str = name, _original: Callable[..., Any] = original, **named: Any
        ) -> Any:
            reached(_name)
            try:
                return _original(*more, **named)
            finally:
                ended(_name)

        setattr(BuildRun, method, step)
