"""One audit of one build: measure, judge, write it down.

Belongs here: the order of the three. Does not belong here: what is checked (`suites/`), what a verdict leads
to (orchestration).
"""

from __future__ import annotations

import importlib
from pathlib import Path

from expectations.check import CheckResult
from expectations.engine import measured
from expectations.suites import PROBES


def preload() -> None:
    """Import Great Expectations, which takes seconds, while something else is at work."""
    importlib.import_module("expectations.gx.validation")


def audit(insights_path: Path, work_path: Path, docs_dir: Path, build_id: str) -> list[CheckResult]:
    """Check a finished build and write its Data Docs to `docs_dir`, which is replaced.

    Both databases are opened read-only; nobody may hold them for writing. Returns one result per check, in
    the order of the suites, whatever state the build is in: a table that is missing is a check that failed.
    """
    findings = measured(insights_path, work_path, PROBES)
    checks = [check for probe in PROBES for check in probe.checks]
    # Imported here, not above: see `preload`.
    from expectations.gx.validation import validated

    return validated(checks, findings, docs_dir, build_id)
