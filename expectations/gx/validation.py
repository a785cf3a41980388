"""Runs Great Expectations over a build: makes suites from checks, judges them, and writes Data Docs.

Belongs here: the run. Does not belong here: what expectations are (`expectations.py`), how pages look
(`data_docs.py`). This folder imports Great Expectations, which takes seconds: import it inside functions
only.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

# Set before the import, which reads it: no data about a build may leave the machine.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.core import ExpectationSuite
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext

from expectations.check import Check, CheckResult, Finding, result_of
from expectations.engine import Engine
from expectations.gx.data_docs import SITE, take_pages, write_first_page
from expectations.gx.engine import BuildExecutionEngine, BuildSource, BuildTable
from expectations.gx.expectations import expectation_of
from expectations.gx.standing import keep_results, standing_results

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
    unchanged: Collection[str] = frozenset(),
) -> list[CheckResult]:
    """Judge the checks, suite by suite (one per table), and write the Data Docs of this build.

    unchanged: relations as the last audit found them; the verdicts of suites that read no others stand.
    """
    standing = standing_results(docs_dir, checks, unchanged)
    new_docs = docs_dir.with_name(f".{docs_dir.name}.new")
    shutil.rmtree(new_docs, ignore_errors=True)
    new_docs.mkdir(parents=True)
    context = _context(new_docs)
    tables = list(dict.fromkeys(check.table for check in checks if check.name not in standing))
    source: BuildSource = context.data_sources.add_build(
        "build", assets=[BuildTable(name=table, batch_definitions=[WHOLE]) for table in tables]
    )
    source.use(BuildExecutionEngine(engine))
    run = gx.RunIdentifier(run_name=build_id)
    verdicts: dict[str, ExpectationValidationResult] = {}
    for table in tables:
        batch = source.get_asset(table).get_batch_definition(WHOLE.name)
        verdicts |= _verdicts(context, batch, run, [each for each in checks if each.table == table])
    results = [standing.get(check.name) or _result(check, verdicts[check.name]) for check in checks]
    context.build_data_docs()
    # Great Expectations removes pages of suites that it did not judge, so those are brought in after it.
    take_pages(new_docs, docs_dir, {result.table_name for result in standing.values()})
    write_first_page(new_docs, build_id, results)
    keep_results(new_docs, checks, results)
    shutil.rmtree(docs_dir, ignore_errors=True)
    new_docs.rename(docs_dir)
    return results


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


def _result(check: Check, verdict: ExpectationValidationResult) -> CheckResult:
    raised = verdict.exception_info.get("exception_message")
    observed = f"not judged: {raised}" if raised else verdict.result["observed_value"]
    broken = () if raised else [Finding(**each) for each in verdict.result["details"]["broken"]]
    return result_of(check, bool(verdict.success), observed, broken)
