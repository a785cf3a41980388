"""One build, step by step: land, expose, transform, audit, publish.

Belongs here: the steps, what each leaves for the next, and when a build may be published. Does not belong
here: Dagster (`assets.py` calls these steps), the command line (`cli.py`), or how a step does its work.

A step makes sure that the ones it rests on were done in this run, so that assets can run in any selection.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

import expectations
from expectations import CheckResult
from ingestion.config import Config
from orchestration.build import (
    arrival_checks,
    disk_errors,
    erasing,
    fingerprint,
    intake,
    record_counts,
)
from orchestration.build import plan as planning
from orchestration.build.dbt import verdicts
from orchestration.build.dbt.runner import Dbt, NodeResult, Variables
from orchestration.errors import AuditRedError, TouchpointError
from orchestration.home import Home
from orchestration.publish import publish
from orchestration.publish.pseudonyms import Pseudonyms
from orchestration.publish.publish import BuildInfo
from orchestration.settings import DBT_PROJECT, Settings
from orchestration.version import VERSION

if TYPE_CHECKING:
    from ingestion.erasure.erase import Removed

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What a build was asked for."""

    from_day: date | None = None
    to_day: date | None = None
    full_refresh: bool = False
    strict: bool = False
    pseudonymise: bool = False


class BuildRun:
    """The build at hand. Whoever makes one holds the home's lock."""

    def __init__(
        self,
        settings: Settings,
        options: Options,
        progress: Progress,
        *,
        config: Config | None = None,
        project: Path = DBT_PROJECT,
    ) -> None:
        self.settings = settings
        self.options = options
        self.progress = progress
        self.config = config or intake.configuration(settings.config)
        self.home = Home(settings.home)
        self.dbt = Dbt(self.home, project)
        self.report: intake.LandingReport | None = None
        self.warnings: list[str] = []
        self.books: record_counts.Books | None = None
        self.nodes: list[NodeResult] = []
        self.checks: list[CheckResult] = []
        self.published: Path | None = None
        self._early_landing: Future[intake.LandingReport] | None = None
        self.older_builds_removed = 0
        self._is_begun = False
        self._is_transformed = False
        self._is_audited = False

    @cached_property
    def fingerprint(self) -> str:
        """What decides the meaning of the tables, beside the data."""
        return fingerprint.of_build(self.dbt.project, intake.fingerprint_text(self.config), VERSION)

    @cached_property
    def removed(self) -> Removed | None:
        """What was taken out of the home, before anything else, where an erasure was not finished."""
        return erasing.resume(self.home, self.progress)

    @cached_property
    def plan(self) -> planning.Plan:
        """How much there is to redo, decided once."""
        _ = self.removed
        has_build_files = disk_errors.build_files_are_sound(self.home)
        with intake.open_ledger(self.home) as ledger:
            return planning.decide(
                planning.earlier_builds(ledger),
                self.fingerprint,
                has_build_files=has_build_files,
                asked_full_refresh=self.options.full_refresh,
            )

    @property
    def variables(self) -> Variables:
        """What dbt is told."""
        return Variables(self.config.reporting_time_zone, self.plan.resume_interrupted_build)

    @property
    def red(self) -> list[CheckResult]:
        """Checks that are not green."""
        return [check for check in self.checks if not check.passed]

    @property
    def blocking(self) -> list[CheckResult]:
        """Red checks that forbid publishing."""
        return [check for check in self.red if check.kind == "audit" or self.options.strict]

    def is_up_to_date(self) -> bool:
        """Whether the published build is what a build would make now: asked without opening a file."""
        if not self.home.ledger.exists() or publish.published_folder(self.home) is None:
            return False
        if erasing.is_unfinished(self.home):
            return False
        if self.options.pseudonymise and not publish.has_pseudonymised(self.home):
            return False
        try:
            with intake.read_ledger(self.home) as ledger:
                builds = planning.earlier_builds(ledger)
        except (duckdb.Error, TouchpointError):
            # A build was killed while it wrote: the build at hand puts the ledger right.
            return False
        if not builds or builds[0].state != planning.PUBLISHED or builds[0].fingerprint != self.fingerprint:
            return False
        look = intake.glance(
            self.home, self.settings.landing, self.config, self.options.from_day, self.options.to_day
        )
        self.warnings = look.warnings
        told = publish.observed_by(self.home, arrival_checks.READ_WHOLE)
        return not look.has_news and told == arrival_checks.left_aside_observed(look.left_aside)

    def land(
        self,
        feeds: Iterable[str] | None = None,
        from_day: date | None = None,
        to_day: date | None = None,
    ) -> intake.LandingReport:
        """Read what is new in the landing zone: all feeds or some, the days asked for."""
        if self._early_landing and feeds is None and from_day is None and to_day is None:
            self.report = self._early_landing.result()
        else:
            self.report = self._land(feeds, from_day, to_day)
        self.warnings = self.report.warnings
        if self._is_begun:
            # Nobody was shown what was read now, and it may not pass for published.
            self._begin_again()
            self._is_transformed = False
        return self.report

    @contextlib.contextmanager
    def landing_ahead(self) -> Iterator[None]:
        """Read everything in the background, for `land` to find: one core reads while the tools start."""
        # Decided first: it opens the ledger, which the reading thread then has to itself.
        _ = self.plan
        landing: Future[intake.LandingReport] = Future()

        def work() -> None:
            try:
                landing.set_result(self._land(None, None, None))
            # Whatever it is, raised again where `land` asks for the report: nobody may wait for ever.
            except BaseException as error:
                landing.set_exception(error)

        threading.Thread(target=work, name="landing", daemon=True).start()
        self._early_landing = landing
        try:
            yield
        except Exception:
            # Whoever let go of the home now would let another build in beside the reading thread.
            wait([landing])
            raise
        finally:
            self._early_landing = None

    def _land(
        self, feeds: Iterable[str] | None, from_day: date | None, to_day: date | None
    ) -> intake.LandingReport:
        _ = self.removed
        return intake.land(
            self.home,
            self.settings.landing,
            self.config,
            feeds=feeds,
            from_day=from_day or self.options.from_day,
            to_day=to_day or self.options.to_day,
            progress=self.progress,
        )

    def new_files(self) -> list[arrival_checks.NewFile]:
        """Files that no published build has seen."""
        with intake.open_ledger(self.home) as ledger:
            return arrival_checks.new_files(ledger)

    def _landing_checks(self) -> list[CheckResult]:
        """What the landing of this run met; without one, what the published build tells of the last."""
        if self.report is None:
            return publish.published_checks(self.home, arrival_checks.LANDING_NAMES)
        report = self.report
        return arrival_checks.of_landing(report.left_aside, report.changed, report.warnings)

    def expose(self) -> None:
        """Write the build down and show dbt its rows."""
        if self._is_begun:
            return
        if self.plan.full_refresh and not disk_errors.build_files_are_sound(self.home):
            disk_errors.remove_build_files(self.home)
        _preload_checks()
        self.home.build.mkdir(parents=True, exist_ok=True)
        with intake.open_ledger(self.home) as ledger:
            planning.begin(ledger, self.plan)
        self._is_begun = True
        intake.expose(self.home, everything=self.plan.full_refresh)

    def transform(self, select: Iterable[str] = ()) -> list[NodeResult]:
        """Run dbt over the exposed rows; its tests are checks of this build."""
        try:
            return self._transform(select)
        except disk_errors.DamagedBuildError:
            self.progress("a build file is damaged: making it anew")
            # Decided again, without it.
            self._begin_again()
            return self._transform(select)

    def _begin_again(self) -> None:
        del self.plan
        self._is_begun = False

    def _transform(self, select: Iterable[str]) -> list[NodeResult]:
        self.expose()
        chosen = list(select)
        if chosen:
            self._reach(planning.PARTLY)
        self.progress(
            "transforming everything anew" if self.plan.full_refresh else "transforming what is new"
        )
        self.nodes = self.dbt.build(
            self.variables, full_refresh=self.plan.full_refresh, progress=self.progress, select=chosen
        )
        with disk_errors.removing_damage(self.home):
            disk_errors.stop_if_failing(
                "\n".join(node.message for node in self.nodes if node.status == "error")
            )
        broken = verdicts.broken_models(self.nodes)
        if broken:
            raise TouchpointError(f"{broken} dbt's log: {self.dbt.log_path}")
        self.checks = verdicts.of_dbt_tests(self.nodes)
        # A red test holds back the models behind it: what is there is half of a build.
        self.stop_if_red()
        if chosen:
            # Whatever follows rests on tables that were not made together.
            self._begin_again()
        else:
            self._reach(planning.TRANSFORMED)
            self._is_transformed = True
        return self.nodes

    def audit(self) -> list[CheckResult]:
        """Check the build; red audit checks stand in the result, they do not raise."""
        if self._is_audited:
            return self.checks
        self.expose()
        self.progress("checking the build")
        with disk_errors.removing_damage(self.home):
            home = self.home
            self.checks = [
                *self.checks,
                *self._landing_checks(),
                *expectations.audit(home.insights, home.work, home.data_docs, self.plan.build_id),
            ]
            disk_errors.stop_if_failing("\n".join(check.observed for check in self.blocking))
        self._is_audited = True
        # Tables that this run did not make are no whole build for having been looked at.
        if self.blocking and self._is_transformed:
            self._reach(planning.AUDIT_RED)
        return self.checks

    def publish(self) -> Path:
        """Put the build in front of readers, unless a check forbids it."""
        if not self._is_transformed:
            # Published files are never transformed again: rows that no table has by then would be lost.
            self.transform()
            self._is_audited = False
        self.audit()
        self.stop_if_red()
        with disk_errors.removing_damage(self.home):
            self.books = record_counts.of_new_files(self.home.insights, self.new_files())
            folder = publish.publish(
                self.home, self._build_info(), self.checks, self.progress, self._pseudonyms()
            )
        intake.mark_published(self.home)
        self._reach(planning.PUBLISHED)
        if self.removed is not None:
            self.older_builds_removed = erasing.complete(self.home)
        self.published = folder
        return folder

    def stop_if_red(self) -> None:
        """Refuse to go on where a check forbids publishing."""
        if self.blocking:
            message = verdicts.why_not_published(self.blocking)
            pages = self.home.data_docs / "index.html"
            raise AuditRedError(f"{message}\nThe audit's pages: {pages}" if self._is_audited else message)

    def _build_info(self) -> BuildInfo:
        with intake.open_ledger(self.home) as ledger:
            days = intake.arrival_days(ledger)
        audits = [check for check in self.checks if check.kind == "audit"]
        arrivals = [check for check in self.checks if check.kind == "arrival"]
        return BuildInfo(
            build_id=self.plan.build_id,
            built_at=datetime.now(UTC),
            as_of_date=days.last,
            first_arrival_date=days.first,
            last_arrival_date=days.last,
            arrival_days=days.days,
            files=days.files,
            reporting_time_zone=self.config.reporting_time_zone,
            is_full_refresh=self.plan.full_refresh,
            audit_checks=len(audits),
            audit_failed=sum(not check.passed for check in audits),
            arrival_checks=len(arrivals),
            arrival_failed=sum(not check.passed for check in arrivals),
            touchpoint_version=VERSION,
        )

    def _pseudonyms(self) -> Pseudonyms | None:
        if not self.options.pseudonymise:
            return None
        with intake.usage_errors():
            return Pseudonyms.of_home(self.home, self.dbt.personal_columns(self.variables))

    def _reach(self, state: str) -> None:
        with intake.open_ledger(self.home) as ledger:
            planning.reach(ledger, self.plan.build_id, state)


def _preload_checks() -> None:
    """Import Great Expectations while the database is at work: it takes as long as a small build."""

    def preload() -> None:
        # What goes wrong here goes wrong again, with a message, when the checks are run.
        with contextlib.suppress(Exception):
            expectations.preload()

    threading.Thread(target=preload, name="preload-checks", daemon=True).start()
