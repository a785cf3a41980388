"""The steps of a build: land, expose, transform, audit, publish.

Each step reads from disk what the step before it wrote (`step_outputs.py`, the ledger, the build files) and
refuses to run if that is missing; no step runs another one. The caller of a step holds the home's lock.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

import expectations
from engines import change_logs, engine_of
from expectations import Changes, CheckResult
from expectations.check import blocks_publishing
from ingestion.config import Config
from ingestion.landing.retries import patiently
from orchestration.build import (
    disk_errors,
    erasing,
    fingerprint,
    intake,
)
from orchestration.build import plan as planning
from orchestration.build.dbt import verdicts
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.build.description import ArrivalDays, arrival_days, describe
from orchestration.build.landing import ledger_checks, record_counts
from orchestration.build.landing.ahead import running_ahead
from orchestration.build.landing.news import Look, glance
from orchestration.build.options import Options
from orchestration.build.step_outputs import (
    AUDIT,
    EXPOSE,
    LAND,
    TRANSFORM,
    Landed,
    StepOutputs,
    Transformed,
)
from orchestration.errors import AuditRedError, TouchpointError, usage_errors
from orchestration.home import Home
from orchestration.publish import publish, published, site, targets
from orchestration.publish.pseudonyms import Pseudonyms
from orchestration.settings import DBT_PROJECT, VERSION, Settings
from orchestration.watch import field_changes

if TYPE_CHECKING:
    from ingestion.erasure.erase import Removed
    from ingestion.erasure.people import People

Progress = Callable[[str], None]
OnNode = Callable[[NodeResult], None]
Result = TypeVar("Result")

_ANEW = "launch the job `build`, or run `touchpoint build`"


@dataclass(frozen=True)
class Published:
    """A published build.

    undelivered: messages about servers that it could not be copied to.
    """

    build_id: str
    folder: Path
    checks: list[CheckResult]
    landed: Landed
    counts: record_counts.RecordCounts
    older_builds_removed: int
    undelivered: list[str]


class BuildRun:
    """The steps of a build in one home, with the options of one run."""

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
        self.config = options.chosen_engine(config or intake.configuration(settings.config))
        self.home = Home(settings.home)
        self.engine = engine_of(self.config, self.home.root)
        self.dbt = Dbt(self.home, project, self.engine)
        self.outputs = StepOutputs(self.home)
        self.published: Published | None = None
        #: The only people whose erasure is unfinished; None if it is not known who they are.
        self.people: People | None = None
        self._early_landing: Future[Landed] | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Hash of everything but the data that the tables depend on."""
        return fingerprint.of_build(self.dbt.project, intake.fingerprint_text(self.config), VERSION)

    @cached_property
    def removed(self) -> Removed | None:
        """Resume an unfinished erasure before anything else is done; its counts, None if there is none.

        If it is known who is erased, and the build files are those of the published build, they stay: the
        next build computes anew what hangs on these people.
        """
        if self.people is not None and self.engine.can_retract:
            plan = self._next_plan()
            if not plan.full_refresh and not plan.resume_interrupted_build:
                return erasing.remove(self.home, self.people, self.progress)
        return erasing.resume(self.home, self.progress)

    @cached_property
    def plan(self) -> planning.Plan:
        """Plan of the next build, cached until `expose` writes it to the ledger."""
        _ = self.removed
        return self._next_plan()

    def _next_plan(self) -> planning.Plan:
        has_build_files = self.engine.is_sound()
        with intake.open_ledger(self.home) as ledger:
            return planning.decide(
                planning.earlier_builds(ledger),
                self.fingerprint,
                has_build_files=has_build_files,
                asked_full_refresh=self.options.full_refresh,
            )

    def variables(self, plan: planning.Plan) -> Variables:
        """Return the variables of the dbt project for a plan."""
        return Variables(self.config.reporting_time_zone, plan.resume_interrupted_build)

    def parse_project(self) -> Path:
        """Parse the dbt project for the next build and return the path of its manifest."""
        with disk_errors.removing_damage(self.engine):
            return self.dbt.parse(self.variables(self.plan))

    def blocking(self, checks: Iterable[CheckResult]) -> list[CheckResult]:
        """Return the red checks that forbid publishing."""
        is_strict = self.options.strict
        return [check for check in checks if not check.passed and (is_strict or blocks_publishing(check))]

    def look(self) -> Look | None:
        """Compare the landing zone with the published build, without opening a file.

        Return None if a build is needed whatever the landing zone holds.
        """
        if not self.home.ledger.exists() or self.home.published_build is None:
            return None
        if self.options.full_refresh or erasing.is_unfinished(self.home):
            return None
        if self.options.pseudonymise and not published.has_pseudonymised(self.home):
            return None
        try:
            with intake.read_ledger(self.home) as ledger:
                builds = planning.earlier_builds(ledger)
        except (duckdb.Error, TouchpointError):
            # An earlier build was killed while it wrote: this build corrects the ledger.
            return None
        if not builds or builds[0].state != planning.PUBLISHED or builds[0].fingerprint != self.fingerprint:
            return None
        days = (self.options.from_day, self.options.to_day)
        with intake.read_ledger(self.home) as ledger:
            look = glance(ledger, self.settings.landing, self.config, *days)
        known = published.observed_by(self.home, ledger_checks.READ_WHOLE)
        return None if known != ledger_checks.left_aside_observed(look.left_aside) else look

    def is_up_to_date(self) -> bool:
        """Whether a build would only repeat the published one."""
        look = self.look()
        return look is not None and not look.has_news

    def take_all_steps(self) -> Published:
        """Take all steps, from landing to publishing; try one again that met an error which often passes.

        Raise `AuditRedError` if a red check forbids publishing.
        """
        for step in (self.land, self.expose, self.transform, self.audit):
            self._patiently(step)
        return self._patiently(self.publish)

    def _patiently(self, step: Callable[[], Result]) -> Result:
        def say(error: Exception, pause: float) -> None:
            self.progress(f"{error}; trying again in {pause:g} seconds")

        return patiently(step, disk_errors.may_pass, pauses=disk_errors.PAUSES, before_pause=say)

    def land(self, feeds: Iterable[str] | None = None) -> Landed:
        """Read new files of the landing zone, of all feeds or some, on the days that the options name."""
        if self._early_landing and feeds is None:
            try:
                return self._early_landing.result()
            except Exception:
                self._early_landing = None  # asked again, it reads again
                raise
        return self._land(feeds)

    @contextlib.contextmanager
    def landing_ahead(self) -> Iterator[None]:
        """Read the landing zone in a background thread while dbt and Dagster start.

        `land` waits for the result.
        """
        # Make the plan first: it opens the ledger, which only the reading thread may have open later.
        _ = self.plan
        with running_ahead(lambda: self._land(None)) as self._early_landing:
            try:
                yield
            finally:
                self._early_landing = None

    @property
    def is_landing_ahead(self) -> bool:
        """Whether `landing_ahead` is reading, or has read, the landing zone for `land`."""
        return self._early_landing is not None

    def _land(self, feeds: Iterable[str] | None) -> Landed:
        _ = self.removed
        self.outputs.forget()  # later steps' outputs do not include what is landed now
        report = intake.land(
            self.home,
            self.settings.landing,
            self.config,
            feeds=feeds,
            from_day=self.options.from_day,
            to_day=self.options.to_day,
            progress=self.progress,
        )
        landed = Landed(report.warnings, report.left_aside, report.changed)
        self.outputs.write(LAND, landed)
        return landed

    def new_files(self) -> list[ledger_checks.NewFile]:
        """Return the files that no published build contains."""
        with intake.open_ledger(self.home) as ledger:
            return ledger_checks.new_files(ledger)

    def expose(self) -> planning.Plan:
        """Plan the build, record the plan in the ledger, and create the raw relations with the build's
        rows.
        """
        plan = self.plan
        self.outputs.forget(after=LAND)
        if plan.full_refresh and not self.engine.is_sound():
            self.engine.remove()
        if plan.full_refresh:
            # No verdict on tables of before may stand, even if this build is stopped before its audit.
            shutil.rmtree(self.home.data_docs, ignore_errors=True)
        _preload_checks()
        del self.plan
        with intake.open_ledger(self.home) as ledger:
            planning.begin(ledger, plan)
        changed = self.home.changed_by_erasure
        if plan.full_refresh:
            shutil.rmtree(changed, ignore_errors=True)
        with disk_errors.removing_damage(self.engine), usage_errors():
            self.engine.expose(everything=plan.full_refresh, changed=changed if changed.exists() else None)
        self.outputs.write(EXPOSE, plan)
        return plan

    def transform(self, select: Iterable[str] = (), on_node: OnNode | None = None) -> list[CheckResult]:
        """Run dbt over the exposed rows and return its tests as checks.

        select: names of the only models to build, from the existing tables; the next build then rebuilds
            every table. on_node: called with each node as dbt finishes it, in dbt's threads.
        """
        chosen = list(select)
        if chosen:
            return self._dbt(self._plan_of_some_tables(), chosen, on_node)
        try:
            return self._transform(on_node)
        except disk_errors.DamagedBuildError:
            self.progress("a build file is damaged: making it anew")
            self.expose()
            return self._transform(on_node)

    def test(self, names: Iterable[str], on_node: OnNode) -> None:
        """Run dbt tests by name over the build files as they are; no build begins, and none is changed.

        on_node: called with each test as dbt finishes it, from dbt's threads.
        """
        self._need_build_files()
        with disk_errors.removing_damage(self.engine):
            self.dbt.test(Variables(self.config.reporting_time_zone), names, on_node)

    def _transform(self, on_node: OnNode | None) -> list[CheckResult]:
        plan = self._open_plan()
        self.outputs.forget(after=EXPOSE)
        # If this run of dbt is interrupted, the next one resumes it: the models' change logs must not be
        # lost.
        self.outputs.write(EXPOSE, replace(plan, resume_interrupted_build=True))
        checks = self._dbt(plan, [], on_node)
        if self.home.changed_by_erasure.exists():
            self._clean_build_files()
        unchanged = self.dbt.unchanged
        # An unpublished build before this one may have made everything anew, without a log of what changed.
        for_readers = [] if plan.resume_interrupted_build else unchanged
        follows = not plan.full_refresh and not plan.resume_interrupted_build
        logged = self.dbt.logged(self.variables(plan)) if follows else {}
        self.outputs.write(TRANSFORM, Transformed(checks, unchanged, for_readers, logged))
        self._reach(plan, planning.TRANSFORMED)
        return checks

    def _clean_build_files(self) -> None:
        """Take what the build's tables still hold of erased people out of them."""
        self.progress("taking erased people out of the build files")
        with disk_errors.removing_damage(self.engine), usage_errors():
            self.engine.expose(everything=False)
            self.engine.remove_deleted()
        shutil.rmtree(self.home.changed_by_erasure)

    def _plan_of_some_tables(self) -> planning.Plan:
        """Record in the ledger that only some tables are built: the next build must be a full one."""
        plan = self.outputs.plan()
        if plan is None:
            plan = self.plan
            del self.plan
            self._need_build_files()
            with intake.open_ledger(self.home) as ledger:
                planning.begin(ledger, plan)
        self._reach(plan, planning.PARTLY)
        self.outputs.forget(after=LAND)
        return plan

    def _dbt(self, plan: planning.Plan, select: list[str], on_node: OnNode | None) -> list[CheckResult]:
        self.progress("transforming everything anew" if plan.full_refresh else "transforming what is new")
        with disk_errors.removing_damage(self.engine):
            nodes = self.dbt.build(
                self.variables(plan),
                full_refresh=plan.full_refresh,
                progress=self.progress,
                select=select,
                on_node=on_node,
            )
            errors = [node.message for node in nodes if node.status == "error"]
            disk_errors.stop_if_failing("\n".join(errors))
        if broken := verdicts.broken_models(nodes):
            raise TouchpointError(f"{broken} dbt's log: {self.dbt.log_path}")
        checks = verdicts.of_dbt_tests(nodes)
        # After a red test dbt skips the models behind it, so the build files hold only half of a build.
        if blocking := self.blocking(checks):
            self._reach(plan, planning.AUDIT_RED)
            raise AuditRedError(verdicts.why_not_published(blocking))
        return checks

    def audit(self) -> list[CheckResult]:
        """Check the build files and return all checks; red checks do not raise.

        It checks the build files in any state, but only the audit of a build in state `transformed` allows
        publishing.
        """
        self._need_build_files()
        plan, transformed = self.outputs.plan(), self.outputs.transformed()
        self.outputs.forget(after=TRANSFORM)
        self.progress("checking the build")
        with disk_errors.removing_damage(self.engine), self.engine.checked() as tables:
            checks = [
                *(transformed.checks if transformed else ()),
                *self._landing_checks(),
                *expectations.judge(
                    tables,
                    self.home.data_docs,
                    self._build_at_hand(plan),
                    change_logs.for_checks(transformed.logged_for_readers, transformed.unchanged)
                    if transformed
                    else Changes(),
                ),
            ]
            disk_errors.stop_if_failing("\n".join(check.observed for check in self.blocking(checks)))
        if plan is not None and transformed is not None:
            self.outputs.write(AUDIT, checks)
            if self.blocking(checks):
                self._reach(plan, planning.AUDIT_RED)
        return checks

    def _landing_checks(self) -> list[CheckResult]:
        """Return checks of the last landing; if no landing is known, the published build's."""
        landed = self.outputs.landed()
        if landed is None:
            return published.checks_named(self.home, *ledger_checks.LANDING_NAMES, field_changes.NAME)
        with intake.open_ledger(self.home) as ledger:
            changes = field_changes.check(ledger)
        return [
            *ledger_checks.of_landing(landed.left_aside, landed.changed, landed.warnings),
            changes,
        ]

    def publish(self) -> Published:
        """Publish the audited build, unless a check forbids it."""
        plan, checks = self._open_plan(), self.outputs.checks()
        if checks is None:
            raise TouchpointError(f"build {plan.build_id} is not audited, so it is not published: {_ANEW}")
        self.stop_if_red()
        with disk_errors.removing_damage(self.engine):
            transformed = self.outputs.transformed()
            unchanged = transformed.unchanged_for_readers if transformed else ()
            logged = transformed.logged_for_readers if transformed else {}
            tables = self.dbt.published_tables(self.variables(plan))
            self.engine.hand_over(plan.build_id, tables, unchanged)
            counts = record_counts.of_new_files(self.home.insights, self.new_files())
            info = describe(plan, checks, self._arrival_days(), self.config.reporting_time_zone)
            pseudonyms = self._pseudonyms(plan)
            write_copy = pseudonyms.write_copy if pseudonyms else None
            folder = publish.publish(
                self.home,
                info,
                checks,
                self.progress,
                write_copy,
                earlier=published.history(self.home),
                unchanged=unchanged,
                logged=logged,
            )
            self.engine.mark_published(plan.build_id)
        intake.mark_published(self.home)
        self._reach(plan, planning.PUBLISHED)
        older = self._finish_erasure()
        landed = self.outputs.landed() or Landed()
        self.outputs.forget()
        undelivered = self.deliver()
        self.published = Published(plan.build_id, folder, checks, landed, counts, older, undelivered)
        return self.published

    def deliver(self) -> list[str]:
        """Write the pages about what is published, and bring it to the servers, wherever they are missing.

        Return what to say of servers that failed.
        """
        site.bring_up_to_date(self.home, self._manifest, self.progress)
        info = published.build_info(self.home) if self.config.publish else None
        if not info:
            return []
        return targets.bring_up_to_date(self.home, str(info["build_id"]), self.config.publish, self.progress)

    def _manifest(self) -> Path:
        path = self.dbt.manifest_path
        return path if path.exists() else self.parse_project()

    def _finish_erasure(self) -> int:
        """If an erasure is unfinished, remove older published builds, which hold erased people.

        Return how many.
        """
        if not erasing.is_unfinished(self.home):
            return 0
        older = publish.remove_older(self.home)
        self.engine.forget_older()
        erasing.finish(self.home)
        return older

    def stop_if_red(self) -> None:
        """Raise `AuditRedError` if a check of the last audit forbids publishing."""
        if blocking := self.blocking(self.outputs.checks() or ()):
            pages = self.home.data_docs / "index.html"
            raise AuditRedError(f"{verdicts.why_not_published(blocking)}\nThe audit's pages: {pages}")

    def _open_plan(self) -> planning.Plan:
        """Return the plan of the build that continues.

        Raise an error if there is none, or its fingerprint changed.
        """
        plan = self.outputs.plan()
        if plan is None:
            raise TouchpointError(f"no build is at this step: {_ANEW}")
        if plan.fingerprint != self.fingerprint:
            raise TouchpointError(
                f"the dbt project or the configuration has changed since build {plan.build_id} began: {_ANEW}"
            )
        with intake.open_ledger(self.home) as ledger:
            if planning.state_of(ledger, plan.build_id) == planning.PUBLISHED:
                raise TouchpointError(f"build {plan.build_id} is published already: {_ANEW}")
        return plan

    def _need_build_files(self) -> None:
        if not self.engine.has_tables():
            raise TouchpointError(f"{self.home.root} holds no build files: {_ANEW}")

    def _build_at_hand(self, plan: planning.Plan | None) -> str:
        if plan is not None:
            return plan.build_id
        with intake.open_ledger(self.home) as ledger:
            builds = planning.earlier_builds(ledger)
        return builds[0].build_id if builds else planning.new_build_id()

    def _arrival_days(self) -> ArrivalDays:
        with intake.open_ledger(self.home) as ledger:
            return arrival_days(ledger)

    def _pseudonyms(self, plan: planning.Plan) -> Pseudonyms | None:
        if not self.options.pseudonymise:
            return None
        with usage_errors():
            return Pseudonyms.of_home(self.home, self.dbt.personal_columns(self.variables(plan)))

    def _reach(self, plan: planning.Plan, state: str) -> None:
        with intake.open_ledger(self.home) as ledger:
            planning.reach(ledger, plan.build_id, state)


def is_up_to_date(settings: Settings) -> bool:
    """Whether a build would only repeat the published one."""
    return BuildRun(settings, Options(), progress=lambda _: None).is_up_to_date()


def _preload_checks() -> None:
    """Import Great Expectations in a thread while dbt is working: that takes as long as a small build."""

    def preload() -> None:
        # Ignore an error here: it comes again, with a message, when the checks run.
        with contextlib.suppress(Exception):
            expectations.preload()

    threading.Thread(target=preload, name="preload-checks", daemon=True).start()
