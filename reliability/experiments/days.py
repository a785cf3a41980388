"""Weeks of daily operation by Dagster's schedule, sensors and job, time compressed, with things going wrong.

Belongs here: the days, what goes wrong on which, and what people must be told. Each morning a day's files
arrive; then Dagster evaluates its schedule and sensors at that day's hours, and what they ask for is run: by
Dagster where something goes wrong, else by the command line. Alerts go to a web hook. In the end the
published marts must equal those of one clean build and what the simulator says is true, and every alert must
be one that was due.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from errno import ENOSPC
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import duckdb

from ingestion.files.compression import FileStream
from orchestration.build import intake
from orchestration.build import run as steps
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.options import Options
from orchestration.cli.arguments import main
from orchestration.definitions import jobs
from orchestration.definitions.code_location import definitions_for
from orchestration.definitions.resources import quiet, resources_for, run_config
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.publish import publish
from orchestration.settings import Settings
from orchestration.watch import alerts
from reliability.builds import process
from reliability.homes.comparison import ABOUT_THE_BUILD, ABOUT_THE_FILES, differing_cells, in_words
from reliability.outcome import Outcome, Say
from simulator import simulate

_START = date(2026, 1, 1)
_CONTACTS = 200
#: Days that are delivered at once on the first morning, if so many are not simulated at all.
_HISTORY = 16
_SILENT, _LATE, _CHANGED = "sendgrid", "segment", "sendgrid"
_FIELD = "score_band"
_HELD_BACK = {_SILENT: "a feed is silent", _LATE: "a week of a feed comes late"}
#: Marts that are compared with what the simulator says is true.
_TRUE = (
    *("mart_email_kpis_daily", "mart_feed_kpis_daily", "mart_email_domains_daily", "mart_page_kpis_daily"),
    *("mart_journey_tile_volumes_daily", "mart_contact_growth_daily", "mart_segment_daily"),
)


@dataclass(frozen=True)
class Incident:
    """Something that goes wrong.

    first, days: when, counted from the first day. told: part of the title of the only alert that is due,
    empty for none.
    """

    what: str
    first: int
    days: int
    told: str

    def is_on(self, day: int) -> bool:
        """Whether it is wrong on a day."""
        return self.first <= day < self.first + self.days


#: What goes wrong in sixty days; in a shorter run, what lies in it.
_SIXTY = (
    Incident("a run fails", 20, 1, "a build failed"),
    Incident("a feed is silent", 24, 3, f"{_SILENT} silent for"),
    Incident("the audit is red", 30, 1, "a build failed"),
    Incident("the disk is full", 33, 1, "a build failed"),
    Incident("a new version is deployed", 36, 1, ""),
    Incident("a week of a feed comes late", 38, 7, f"{_LATE} silent for"),
    Incident("a feed's records change", 49, 11, f"new field `{_FIELD}`"),
    Incident("the scheduler is down", 55, 2, "no build for 26 hours"),
)
_FEW = (
    Incident("a run fails", 16, 1, "a build failed"),
    Incident("a feed is silent", 16, 1, f"{_SILENT} silent for"),
    Incident("a feed's records change", 15, 3, f"new field `{_FIELD}`"),
)


@dataclass
class Told:
    """What the web hook received: titles with the day, in order."""

    address: str
    titles: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass
class Operation:
    """A warehouse in operation, whose clock is moved by the experiment."""

    folder: Path
    days: int
    incidents: tuple[Incident, ...]
    say: Say
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    runs: int = 0
    run_keys: set[str | None] = field(default_factory=set)

    @property
    def settings(self) -> Settings:
        """The folders."""
        return Settings(str(self.folder / "landing"), self.folder / "home")

    def on(self, what: str, day: int) -> bool:
        """Whether an incident of this name is on."""
        return any(one.what == what and one.is_on(day) for one in self.incidents)

    def is_quiet(self) -> bool:
        """Whether nothing goes wrong, or comes right again: then the command line builds.

        The steps are the same, and Dagster's records of a thousand events cost as much again.
        """
        day = (self.now.date() - _START).days
        return not any(one.is_on(day) or one.is_on(day - 1) for one in self.incidents)

    # ---- what arrives ---------------------------------------------------------------------------------

    def deliver(self, day: int) -> None:
        """Put the files of a day into the landing zone, and those of earlier days that come late."""
        for folder in sorted((self.folder / "all").glob("*/????-??-??")):
            feed, arrival = folder.parent.name, date.fromisoformat(folder.name)
            goes_to = Path(self.settings.landing) / feed / folder.name
            index = (arrival - _START).days
            what = _HELD_BACK.get(feed, "")
            is_held_back = self.on(what, day) and self.on(what, index)
            if index > day or goes_to.exists() or is_held_back:
                continue
            shutil.copytree(folder, goes_to)
            if feed == _CHANGED and self.on("a feed's records change", index):
                _add_a_field(goes_to)
            for file in goes_to.rglob("*"):
                os.utime(file, (self.now.timestamp(), self.now.timestamp()))

    # ---- what Dagster does ----------------------------------------------------------------------------

    def tick_schedule(self, definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
        """Evaluate the schedule, and run what it asks for."""
        with dg.build_schedule_context(instance, scheduled_execution_time=self.now) as context:
            tick = definitions.get_schedule_def("daily_build").evaluate_tick(context)
        for request in tick.run_requests or ():
            self._run(definitions, instance, request)

    def tick_sensor(self, definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
        """Evaluate the sensor of new files, and run what it asks for, once per run key as the daemon does."""
        with dg.build_sensor_context(instance) as context:
            tick = definitions.get_sensor_def("new_files").evaluate_tick(context)
        for request in tick.run_requests or ():
            if request.run_key not in self.run_keys:
                self.run_keys.add(request.run_key)
                self._run(definitions, instance, request)

    def tick_overdue(self, definitions: dg.Definitions, instance: dg.DagsterInstance) -> None:
        """Evaluate the sensor of overdue builds and silent feeds."""
        with dg.build_sensor_context(instance) as context:
            definitions.get_sensor_def("overdue_builds").evaluate_tick(context)

    def _run(self, definitions: dg.Definitions, instance: dg.DagsterInstance, request: dg.RunRequest) -> None:
        self.runs += 1
        if self.is_quiet():
            code = main(["build", "--home", str(self.settings.home)])
            self.say(f"{self.now:%Y-%m-%d %H:%M} build ended with {code}")
            return
        config = quiet({**run_config(Options()), **(request.run_config or {})})
        job = definitions.resolve_job_def(jobs.BUILD)
        result = job.execute_in_process(run_config=config, instance=instance, raise_on_error=False)
        self.say(f"{self.now:%Y-%m-%d %H:%M} run {'succeeded' if result.success else 'failed'}")
        if not result.success:
            context = dg.build_run_status_sensor_context(
                "failed_builds", result.get_run_failure_event(), instance, result.dagster_run
            ).for_run_failure()
            jobs.failure_sensor(context)


def run(size: int, seed: int, folder: Path, say: Say) -> list[Outcome]:
    """Operate a warehouse for `size` days."""
    began = datetime.now(UTC)
    outcome = Outcome("daily operation", "", size, "days")
    incidents = tuple(one for one in (_SIXTY if size >= 60 else _FEW) if one.first < size)
    names = ", ".join(one.what for one in incidents)
    outcome.injected = f"schedule and sensors, compressed: {names}"
    simulate(
        folder / "all",
        contacts=_CONTACTS,
        days=size,
        seed=seed,
        start=_START,
    )
    operation = Operation(folder, size, incidents, say)
    first = 0 if size >= 60 else min(_HISTORY, size) - 1
    with _web_hook(operation) as told, _environment(operation, told.address):
        _operate(operation, first)
    _compare_alerts(outcome, operation, told)
    _compare_with_truth(outcome, folder)
    if size >= 60:
        _compare_with_clean_build(outcome, folder)
    say(f"{operation.runs} runs, {len(told.titles)} alerts and all-clears")
    outcome.seconds = (datetime.now(UTC) - began).total_seconds()
    return [outcome]


def _operate(operation: Operation, first: int) -> None:
    Path(operation.settings.landing).mkdir(parents=True)
    # In memory: on a disk, its thousand events of a build take ten times as long as the build.
    with dg.DagsterInstance.ephemeral() as instance:
        definitions = _load(operation)
        for day in range(first, operation.days):
            morning = datetime.combine(_START + timedelta(days=day), datetime.min.time(), UTC)
            operation.now = morning + timedelta(hours=3)
            operation.deliver(day)
            if operation.on("the scheduler is down", day):
                _watch_by_cron(operation, morning)
                continue
            with contextlib.ExitStack() as stack:
                if operation.on("a new version is deployed", day):
                    # What is patched stays patched: it is the new version.
                    patch.object(steps, "VERSION", "next").start()
                    definitions = _load(operation)
                stack.enter_context(_gone_wrong(operation, day))
                operation.now = morning + timedelta(hours=4)
                operation.tick_schedule(definitions, instance)
            for hours in (5, 10, 22):
                operation.now = morning + timedelta(hours=hours)
                operation.tick_overdue(definitions, instance)
                operation.tick_sensor(definitions, instance)
    patch.stopall()


def _load(operation: Operation) -> dg.Definitions:
    """Load the code location, as a deploy does."""
    settings = operation.settings
    config = intake.configuration(None)
    manifest = Dbt(Home(settings.home)).parse(Variables(config.reporting_time_zone))
    return definitions_for(settings, config, manifest, resources_for(settings))


def _watch_by_cron(operation: Operation, morning: datetime) -> None:
    for hours in (4, 10, 16, 22):
        operation.now = morning + timedelta(hours=hours)
        main(["watch", "--home", str(operation.settings.home)])


@contextlib.contextmanager
def _gone_wrong(operation: Operation, day: int) -> Iterator[None]:
    """Let the morning's run fail, if it is to."""
    with contextlib.ExitStack() as stack:
        if operation.on("a run fails", day):
            away = TouchpointError("the landing zone is away: the network drive does not answer")
            stack.enter_context(patch.object(intake, "land", side_effect=away))
        if operation.on("the audit is red", day):
            stack.enter_context(patch.object(steps.BuildRun, "audit", _after_a_loss(steps.BuildRun.audit)))
        if operation.on("the disk is full", day):
            full = OSError(ENOSPC, "No space left on device")
            stack.enter_context(patch.object(publish, "publish", side_effect=full))
        yield


def _after_a_loss(audit: Callable[[steps.BuildRun], object]) -> Callable[[steps.BuildRun], object]:
    """The audit of a build that lost a row."""

    def audited(build: steps.BuildRun) -> object:
        with duckdb.connect(str(build.home.insights)) as connection:
            connection.execute(
                "delete from marts.fct_email_messages where message_key = ("
                "select min(message_key) from marts.fct_email_messages where was_delivered)"
            )
        return audit(build)

    return audited


def _add_a_field(folder: Path) -> None:
    """Let every record of a day have one more field."""
    for file in list(folder.iterdir()):
        with FileStream(file) as stream:
            text = b"".join(iter(lambda: stream.read(1 << 20), b"")).decode()
        file.unlink()
        changed = text.replace('{"email":', f'{{"{_FIELD}": 7, "email":')
        file.with_name(file.name.removesuffix(".gz").removesuffix(".zst")).write_text(
            changed, encoding="utf-8"
        )


# ---- what people were told --------------------------------------------------------------------------------


@contextlib.contextmanager
def _web_hook(operation: Operation) -> Iterator[Told]:
    """Serve a web hook that keeps what it is told."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            title = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["title"]
            told.titles.append((operation.now, title))
            operation.say(f"{operation.now:%Y-%m-%d %H:%M} {title}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    told = Told(f"json://127.0.0.1:{server.server_port}/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def _environment(operation: Operation, address: str) -> Iterator[None]:
    """Set where alerts go, and the clock of whoever sends them."""
    settings = operation.settings
    variables = {
        "TOUCHPOINT_ALERTS": address,
        "TOUCHPOINT_HOME": str(settings.home),
        "TOUCHPOINT_LANDING": settings.landing,
    }
    with patch.dict(os.environ, variables), patch.object(alerts, "utc_now", lambda: operation.now):
        yield


def _compare_alerts(outcome: Outcome, operation: Operation, told: Told) -> None:
    """Every incident is told once and is over once; nothing else is told."""
    left = [(when, title.removeprefix("Touchpoint: ")) for when, title in told.titles]
    for one in operation.incidents:
        if not one.told:
            continue
        since = _START + timedelta(days=one.first)
        until = _START + timedelta(days=one.first + one.days + 1)
        for is_over in (False, True):
            due = [
                each
                for each in left
                if one.told in each[1]
                and each[1].startswith("over: ") is is_over
                and since <= each[0].date() <= until
            ]
            if due:
                left.remove(due[0])
            elif not is_over or until < _START + timedelta(days=operation.days):
                outcome.add_loss(f"{one.what}: nobody was told{' that it is over' if is_over else ''}")
    for when, title in left:
        outcome.add_loss(f"told at {when:%Y-%m-%d %H:%M} without need: {title}")


# ---- what is published in the end -------------------------------------------------------------------------


def _compare_with_clean_build(outcome: Outcome, folder: Path) -> None:
    clean = folder / "clean"
    code = process.run(process.build(folder / "all", clean), folder / "clean.log")
    if code:
        outcome.add_loss(f"the clean build ended with {code}")
        return
    left_out = ABOUT_THE_BUILD | ABOUT_THE_FILES
    published = (home / "published" / "insights.duckdb" for home in (clean, folder / "home"))
    if cells := differing_cells(*published, leave_out=left_out):
        outcome.add_wrong_cells(sum(cells.values()), f"other than a clean build: {in_words(cells)}")


def _compare_with_truth(outcome: Outcome, folder: Path) -> None:
    published = folder / "home" / "published" / "insights.duckdb"
    truth = json.loads((folder / "all" / "truth.json").read_text(encoding="utf-8"))["tables"]
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for mart in _TRUE:
            wrong = _differing_rows(connection, mart, truth[mart])
            if wrong:
                outcome.add_wrong_cells(wrong, f"other than the truth: {wrong} rows of {mart}")


def _differing_rows(
    connection: duckdb.DuckDBPyConnection, mart: str, rows: Collection[dict[str, object]]
) -> int:
    """How many rows of a mart are not those that are true, in the columns that the truth has."""
    columns = list(next(iter(rows)))
    found = connection.execute(f"select {', '.join(columns)} from marts.{mart}").fetchall()
    true = {_plain(tuple(row[name] for name in columns)) for row in rows}
    return len({_plain(row) for row in found} ^ true)


def _plain(row: tuple[object, ...]) -> tuple[object, ...]:
    return tuple(
        round(value, 9) if isinstance(value, float) else str(value) if isinstance(value, date) else value
        for value in row
    )
