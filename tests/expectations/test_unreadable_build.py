"""An audit gives a verdict whatever state the build is in, and never lets text of a feed act as markup."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations import audit
from expectations.suites import PROBES
from tests.expectations.conftest import Build, broken

HOSTILE = "<script>alert(1)</script> ${x} $y {{z}} \"'"


@pytest.mark.parametrize("relation", sorted({relation for probe in PROBES for relation in probe.needs}))
def test_a_missing_table_fails_the_checks_that_need_it(
    changed_build: Callable[..., Build], relation: str
) -> None:
    results = changed_build([f"drop table {relation}"]).judged()
    needing = {check.name for probe in PROBES if relation in probe.needs for check in probe.checks}
    assert broken(results) == needing
    for name in needing:
        assert results[name].observed == f"{relation} missing from the build"


def test_a_missing_column_fails_the_check_with_the_engines_words(
    changed_build: Callable[..., Build],
) -> None:
    results = changed_build(["alter table insights.marts.mart_email_geography drop column opens"]).audit()
    assert broken(results) == {"email_geography_equals_daily"}
    assert "opens" in results["email_geography_equals_daily"].observed


def test_a_missing_file_fails_every_check(tmp_path: Path) -> None:
    results = audit(tmp_path / "insights.duckdb", tmp_path / "work.duckdb", tmp_path / "docs", "b")
    assert not any(result.passed for result in results)
    assert (tmp_path / "docs" / "index.html").exists()


def test_a_build_without_any_row_is_sound(changed_build: Callable[..., Build]) -> None:
    relations = sorted({relation for probe in PROBES for relation in probe.needs})
    results = changed_build([f"delete from {relation}" for relation in relations]).audit()
    assert broken(results) == set()


def test_hostile_ids_stay_text(changed_build: Callable[..., Build]) -> None:
    hostile = HOSTILE.replace("'", "''")
    build = changed_build(
        [
            f"update insights.marts.mart_email_kpis set email_id = '{hostile}' where email_id = 'e0'",
            "update insights.marts.mart_email_kpis set sent = sent + 1",
        ]
    )
    result = build.audit()["email_totals_equal_daily"]
    assert HOSTILE in result.observed
    for page in (build.folder / "docs").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
    assert "&lt;script&gt;alert(1)" in (build.folder / "docs" / "index.html").read_text(encoding="utf-8")


def test_paths_with_quotes_are_paths(sound_build: Build, tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    for name in ("insights.duckdb", "work.duckdb"):
        (folder / name).write_bytes((sound_build.folder / name).read_bytes())
    assert broken(Build(folder).audit()) == set()
