"""The promises that a build must keep before it is published, checked on the build's own tables.

Belongs here: what must hold between tables (audit checks) and what sources should be like (arrival checks),
judged by Great Expectations, with Data Docs as the readable record. Does not belong here: when checks run and
what a red one does (orchestration), keys and accepted values of a single model (its dbt YAML).

Great Expectations takes seconds to import; nothing here imports it before `preload` or `audit` is called.
"""

from __future__ import annotations

import importlib
from pathlib import Path

from expectations.check import CheckResult
from expectations.engine import Engine, opened
from expectations.narrowing import NOTHING_KNOWN, ChangeLog, Changes
from expectations.suites import CHECKS

__all__ = ["ChangeLog", "Changes", "CheckResult", "audit", "judge", "preload"]


def preload() -> None:
    """Import Great Expectations, which takes seconds; call it in a thread while dbt is working."""
    importlib.import_module("expectations.gx.validation")


def audit(
    insights_path: Path,
    work_path: Path,
    docs_dir: Path,
    build_id: str,
    changes: Changes = NOTHING_KNOWN,
) -> list[CheckResult]:
    """Check a finished build and write its Data Docs to `docs_dir`, which is replaced.

    Both databases are opened read-only; no other process may have them open for writing. Returns one result
    per check, in the order of the suites. Every check has a result: if its table is missing, it has failed.

    changes: what changed since the last audit. Where a suite reads nothing that did, its last verdicts stand,
        and so does its page; other checks that were kept are asked of what changed, where they can be.
    """
    with opened(insights_path, work_path) as engine:
        return judge(engine, docs_dir, build_id, changes)


def judge(
    engine: Engine, docs_dir: Path, build_id: str, changes: Changes = NOTHING_KNOWN
) -> list[CheckResult]:
    """Do what `audit` does for a finished build whose tables are in an engine."""
    # Imported here, not at the top of the module: see `preload`.
    from expectations.gx.validation import validated

    return validated(engine, CHECKS, docs_dir, build_id, changes)
