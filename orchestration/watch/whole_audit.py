"""The whole audit: every test and check over all rows of the tables that the last build left.

A build tests only the rows that it changed, and verdicts on tables that nothing new concerned stand. Run this
once a night to find what a build cannot see: rows that were damaged while no build touched them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import expectations
from engines import engine_of
from engines.engine import Engine
from expectations import CheckResult
from expectations.check import blocks_publishing
from ingestion.config import Config
from orchestration.build import disk_errors, fingerprint, intake
from orchestration.build import plan as planning
from orchestration.build.dbt import verdicts
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.settings import VERSION


@dataclass(frozen=True)
class WholeAudit:
    """What a whole audit found, and the build whose tables it read."""

    build_id: str
    checks: list[CheckResult]

    @property
    def broken(self) -> list[CheckResult]:
        """The red checks for which a build would not have been published."""
        return [check for check in self.checks if not check.passed and blocks_publishing(check)]


def audit_whole(home: Home, config: Config, progress: Callable[[str], None]) -> WholeAudit:
    """Run all tests and checks over the published build's tables, and write its Data Docs.

    If a red one forbids publishing, remove the build files: the next build makes every table anew, because
    one that adds to wrong tables would test only what it adds. Readers keep the published copy. The caller
    holds the home's lock.

    progress: called with a line about each part of the work.
    Raise `TouchpointError` if the last build is not the published one: its tables are then not what readers
    see.
    """
    engine = engine_of(config, home.root)
    dbt = Dbt(home, engine=engine)
    build_id = _published_build(
        home, engine, fingerprint.of_build(dbt.project, intake.fingerprint_text(config), VERSION)
    )
    with disk_errors.removing_damage(engine):
        progress("testing every row")
        nodes = dbt.test(Variables(config.reporting_time_zone), (), lambda _: None)
        progress("checking every table")
        with engine.checked() as tables:
            checks = expectations.judge(tables, home.data_docs, build_id)
    found = WholeAudit(build_id, [*verdicts.of_dbt_tests(nodes), *checks])
    if found.broken:
        engine.remove()
    return found


def _published_build(home: Home, engine: Engine, current: str) -> str:
    again = "run `touchpoint build`, then the audit"
    if not home.ledger.exists():
        raise TouchpointError(f"{home.root} holds no build: {again}")
    with intake.open_ledger(home) as ledger:
        builds = planning.earlier_builds(ledger)
    if not builds or builds[0].state != planning.PUBLISHED:
        raise TouchpointError(f"the last build of {home.root} was not published: {again}")
    if builds[0].fingerprint != current:
        raise TouchpointError(f"the dbt project or the configuration changed since the last build: {again}")
    if not engine.has_tables():
        raise TouchpointError(f"the build files of {home.root} are gone: {again}")
    return builds[0].build_id
