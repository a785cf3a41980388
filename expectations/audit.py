"""One audit of one build.

Belongs here: opening the build, and having every check judged. Does not belong here: what is checked
(`suites/`), how (`rules.py`, `gx/`), what a verdict leads to (orchestration).
"""

from __future__ import annotations

import importlib
from pathlib import Path

from expectations.check import CheckResult
from expectations.engine import opened
from expectations.suites import CHECKS


def preload() -> None:
    """Import Great Expectations, which takes seconds, while something else is at work."""
    importlib.import_module("expectations.gx.validation")


def audit(insights_path: Path, work_path: Path, docs_dir: Path, build_id: str) -> list[CheckResult]:
    """Check a finished build and write its Data Docs to `docs_dir`, which is replaced.

    Both databases are opened read-only; nobody may hold them for writing. Returns one result per check, in
    the order of the suites, whatever state the build is in: a table that is missing is a check that failed.
    """
    # Imported here, not above: see `preload`.
    from expectations.gx.validation import validated

    with opened(insights_path, work_path) as engine:
        return validated(engine, CHECKS, docs_dir, build_id)
