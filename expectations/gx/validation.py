"""Runs Great Expectations over a build: makes suites from checks, judges them, and writes Data Docs.

Belongs here: the run. Does not belong here: what expectations are (`expectations.py`), how pages look
(`data_docs.py`). This folder imports Great Expectations, which takes seconds: import it inside functions
only.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

# Set before the import, which reads it: no data about a build may leave the machine.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.core import ExpectationSuite
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext

from expectations.check import Check, CheckResult, Finding, result_of
from expectations.engine import Engine, EngineError
from expectations.gx.data_docs import SITE, take_pages, write_first_page
from expectations.gx.engine import BuildExecutionEngine, BuildSource, BuildTable
from expectations.gx.expectations import expectation_of
from expectations.gx.standing import Kept, keep_results, kept_results, standing_results
from expectations.narrowing import NOTHING_KNOWN, Changes, Narrowing

#: Name of a table's only batch, the whole table.
WHOLE: BatchDefinition = BatchDefinition(name="whole")

# Its notices would hide a build's own lines. Some of its modules set their own log level, so propagation to
# the root's handlers (which a package of dbt adds) is switched off too.
logging.getLogger("great_expectations").setLevel(logging.ERROR)
logging.getLogger("great_expectations").propagate = False


def validated(
    engine: Engine,
    checks: Sequence[Check],
    docs_dir: Path,
    build_id: str,
    changes: Changes = NOTHING_KNOWN,
) -> list[CheckResult]:
    """Judge the checks, suite by suite (one per table), and write the Data Docs of this build.

    changes: what changed since the last audit. Verdicts of suites that read nothing which changed stand;
        checks that were kept are asked of what changed, where their rules allow that.
    """
    known = kept_results(docs_dir, checks)
    standing = standing_results(docs_dir, checks, known, changes.unchanged)
    asked = _asked(engine, [check for check in checks if check.name not in standing], known, changes)
    new_docs = docs_dir.with_name(f".{docs_dir.name}.new")
    shutil.rmtree(new_docs, ignore_errors=True)
    new_docs.mkdir(parents=True)
    context = _context(new_docs)
    tables = list(dict.fromkeys(each.check.table for each in asked.values()))
    source: BuildSource = context.data_sources.add_build(
        "build", assets=[BuildTable(name=table, batch_definitions=[WHOLE]) for table in tables]
    )
    source.use(BuildExecutionEngine(engine))
    run = gx.RunIdentifier(run_name=build_id)
    verdicts: dict[str, ExpectationValidationResult] = {}
    for table in tables:
        batch = source.get_asset(table).get_batch_definition(WHOLE.name)
        suite = [each.check for each in asked.values() if each.check.table == table]
        verdicts |= _verdicts(context, batch, run, suite)
    kept = [
        standing.get(check.name)
        or Kept(_result(check, verdicts[check.name], asked[check.name]), asked[check.name].whole)
        for check in checks
    ]
    results = [each.result for each in kept]
    context.build_data_docs()
    # Great Expectations removes pages of suites that it did not judge, so those are brought in after it.
    take_pages(new_docs, docs_dir, {each.result.table_name for each in standing.values()})
    write_first_page(new_docs, build_id, results)
    keep_results(new_docs, checks, kept)
    shutil.rmtree(docs_dir, ignore_errors=True)
    new_docs.rename(docs_dir)
    return results


@dataclass(frozen=True)
class _Asked:
    """A check as it is asked: of all rows, or of those that changed. whole: when it was last asked of all."""

    check: Check
    is_narrowed: bool
    whole: str


def _asked(
    engine: Engine, checks: Sequence[Check], known: Mapping[str, Kept], changes: Changes
) -> dict[str, _Asked]:
    """Return how each check is asked, by its name: of what changed if it was kept before."""
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    narrowing = Narrowing(changes, engine)
    asked = {}
    for check in checks:
        before = known.get(check.name)
        rule = None
        if before and before.result.passed:
            # Where it cannot be found out what changed, that is told when all rows are asked.
            with contextlib.suppress(EngineError):
                rule = narrowing.narrowed(check.rule, check.scope)
        if before is None or rule is None:
            asked[check.name] = _Asked(check, is_narrowed=False, whole=now)
        else:
            promise = f"{check.promise} ({_of_what_changed(before.whole)})"
            narrow = replace(check, rule=rule, promise=promise)
            asked[check.name] = _Asked(narrow, is_narrowed=True, whole=before.whole)
    return asked


def _of_what_changed(whole: str) -> str:
    return f"asked of what changed, of all rows on {whole}"


def _context(docs_dir: Path) -> EphemeralDataContext:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs_dir.resolve())}
    context.add_data_docs_site(site_name="build", site_config={**SITE, "store_backend": store})
    # Remove the context's default site: it would leave a temporary folder behind.
    given = context.variables.data_docs_sites["local_site"]["store_backend"]["base_directory"]
    context.delete_data_docs_site("local_site")
    shutil.rmtree(given, ignore_errors=True)
    return context


def _verdicts(
    context: EphemeralDataContext,
    batch: BatchDefinition,
    run: gx.RunIdentifier,
    checks: Sequence[Check],
) -> dict[str, ExpectationValidationResult]:
    """Return the verdicts on one table's checks, by name of the check."""
    table = batch.data_asset.name
    expectations = [expectation_of(check) for check in checks]
    suite = context.suites.add(ExpectationSuite(name=table, expectations=expectations))
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=table, data=batch, suite=suite)
    )
    results = definition.run(run_id=run).results
    return {result.expectation_config.kwargs["check"]: result for result in results}


def _result(check: Check, verdict: ExpectationValidationResult, asked: _Asked) -> CheckResult:
    raised = verdict.exception_info.get("exception_message")
    observed = f"not judged: {raised}" if raised else verdict.result["observed_value"]
    if asked.is_narrowed:
        observed += f" ({_of_what_changed(asked.whole)})"
    broken = () if raised else [Finding(**each) for each in verdict.result["details"]["broken"]]
    return result_of(check, bool(verdict.success), observed, broken)
