"""Great Expectations: suites from checks, verdicts from findings, Data Docs from both.

Belongs here: everything that speaks its API beside `expectations.py`. Does not belong here: SQL,
and the words of a check. Imports Great Expectations: import this module inside functions only.
"""

from __future__ import annotations

import html
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

# Before the import: the library reads it then. Nothing about a build leaves the machine.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
from great_expectations.core import ExpectationSuite
from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext
from great_expectations.datasource.fluent import PandasDatasource

from expectations.check import Check, CheckResult, Finding, result_of
from expectations.gx.data_docs import make_self_contained
from expectations.gx.expectations import ExpectFindingsToKeepBounds, frame_of_findings

SEVERITIES = {"audit": "critical", "arrival": "warning"}

# Its notices about itself would drown a build's own lines.
logging.getLogger("great_expectations").setLevel(logging.ERROR)


def validated(
    checks: Sequence[Check], findings: Sequence[Finding], docs_dir: Path, build_id: str
) -> list[CheckResult]:
    """Judge every check, suite by suite (one per table), and write the Data Docs of this build."""
    shutil.rmtree(docs_dir, ignore_errors=True)
    docs_dir.mkdir(parents=True)
    context = _context(docs_dir)
    source = context.data_sources.add_pandas("build")
    run = gx.RunIdentifier(run_name=build_id)
    verdicts: dict[str, ExpectationValidationResult] = {}
    for table in dict.fromkeys(check.table for check in checks):
        suite = [check for check in checks if check.table == table]
        verdicts |= _verdicts(context, source, run, table, suite, findings)
    results = [_result(check, verdicts[check.name]) for check in checks]
    context.build_data_docs()
    make_self_contained(docs_dir, build_id, results)
    return results


def _context(docs_dir: Path) -> EphemeralDataContext:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    context.add_data_docs_site(
        site_name="build",
        site_config={
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {
                "class_name": "TupleFilesystemStoreBackend",
                "base_directory": str(docs_dir.resolve()),
            },
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        },
    )
    # The site that comes with a context writes to a temporary folder, and leaves it behind.
    given = context.variables.data_docs_sites["local_site"]["store_backend"]["base_directory"]
    context.delete_data_docs_site("local_site")
    shutil.rmtree(given, ignore_errors=True)
    return context


def _verdicts(
    context: EphemeralDataContext,
    source: PandasDatasource,
    run: gx.RunIdentifier,
    table: str,
    checks: Sequence[Check],
    findings: Iterable[Finding],
) -> dict[str, ExpectationValidationResult]:
    names = {check.name for check in checks}
    batch = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("findings")
    suite = context.suites.add(ExpectationSuite(name=table, expectations=[_expectation(c) for c in checks]))
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=table, data=batch, suite=suite)
    )
    frame = frame_of_findings([finding for finding in findings if finding.check_name in names])
    results = definition.run(batch_parameters={"dataframe": frame}, run_id=run).results
    return {result.expectation_config.kwargs["check_name"]: result for result in results}


def _expectation(check: Check) -> ExpectFindingsToKeepBounds:
    return ExpectFindingsToKeepBounds(
        check_name=check.name,
        description=html.escape(f"{check.promise} ({check.name})", quote=False),
        severity=SEVERITIES[check.kind],
        notes=html.escape(check.if_broken, quote=False),
    )


def _result(check: Check, verdict: ExpectationValidationResult) -> CheckResult:
    raised = verdict.exception_info.get("exception_message")
    observed = f"not judged: {raised}" if raised else html.unescape(verdict.result["observed_value"])
    return result_of(check, bool(verdict.success), observed)
