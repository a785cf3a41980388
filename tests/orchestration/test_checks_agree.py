"""A check has one name, kind, table and verdict, wherever it is told."""

from __future__ import annotations

import re
from collections import Counter

import duckdb
import pytest

from expectations.check import blocks_publishing
from expectations.suites import CHECKS
from orchestration.definitions.assets import audit_checks, table_key
from tests.orchestration.conftest import Built


@pytest.fixture
def published(built: Built) -> dict[str, tuple[str, str, bool]]:
    """`build_checks` of a build: kind, table and verdict by name."""
    with duckdb.connect(str(built.home / "published" / "insights.duckdb"), read_only=True) as connection:
        rows = connection.execute("select check_name, kind, table_name, passed from marts.build_checks")
        return {name: (kind, table, passed) for name, kind, table, passed in rows.fetchall()}


def test_published_are_the_checks_of_the_suites(published: dict[str, tuple[str, str, bool]]) -> None:
    declared = {check.name: (check.kind, check.table) for check in CHECKS}
    assert {name: published[name][:2] for name in declared} == declared


def test_the_command_line_counts_what_is_published(
    built: Built, published: dict[str, tuple[str, str, bool]]
) -> None:
    checks = Counter(kind for kind, _, _ in published.values())
    green = Counter(kind for kind, _, passed in published.values() if passed)
    assert (
        f"{green['audit']} of {checks['audit']} audit and {green['arrival']} of {checks['arrival']} arrival"
        in built.out
    )


def test_data_docs_show_every_check_of_the_suites(
    built: Built, published: dict[str, tuple[str, str, bool]]
) -> None:
    docs = built.home / "published" / "data_docs"
    first_page = (docs / "index.html").read_text(encoding="utf-8")
    shown = re.findall(r">(✓|✗)</span></td>\s*<td>(\w+)</td>\s*<td>(\w+)</td>", first_page)
    assert {name: (kind, mark == "✓") for mark, name, kind in shown} == {
        check.name: (check.kind, published[check.name][2]) for check in CHECKS
    }
    for check in CHECKS:
        (page,) = docs.glob(f"validations/{check.table.replace('.', '/')}/**/*.html")
        assert f">{check.name}</h3>" in page.read_text(encoding="utf-8")


def test_dagster_has_every_check_of_the_suites_on_its_table() -> None:
    specs = audit_checks({table_key(check.table) for check in CHECKS}).check_specs
    assert {spec.name: (spec.asset_key, spec.blocking) for spec in specs} == {
        check.name: (table_key(check.table), blocks_publishing(check)) for check in CHECKS
    }
