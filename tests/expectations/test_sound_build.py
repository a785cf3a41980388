"""What an audit says of a build that is in order, and how it is written down."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from expectations import CheckResult
from expectations.suites import CHECKS
from tests.expectations.conftest import Build, broken


@pytest.fixture(scope="module")
def results(sound_build: Build) -> dict[str, CheckResult]:
    return sound_build.audit()


def test_every_promise_is_kept(results: dict[str, CheckResult]) -> None:
    assert broken(results) == set()


def test_every_check_has_a_result_in_plain_words(results: dict[str, CheckResult]) -> None:
    assert list(results) == [check.name for check in CHECKS]
    for check in CHECKS:
        result = results[check.name]
        assert (result.kind, result.table_name, result.expected) == (check.kind, check.table, check.promise)
        assert result.observed and "None" not in result.observed and "nan" not in result.observed


def test_names_of_checks_are_unique() -> None:
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names))


def test_importing_the_room_does_not_import_great_expectations() -> None:
    code = (
        "import sys, expectations; sys.exit('great_expectations' in sys.modules or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2]).returncode == 0


def test_data_docs_need_nothing_from_elsewhere(results: dict[str, CheckResult], sound_build: Build) -> None:
    pages = list((sound_build.folder / "docs").rglob("*.html"))
    # A page per suite, one per verdict on it, and the first one.
    assert len(pages) == 2 * len({check.table for check in CHECKS}) + 1
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "Content-Security-Policy" in text
        assert not re.search(r"""(src|href|url\()\s*=?\s*["']?(https?:)?//""", text)
        for link in re.findall(r'href="([^"#]+)"', text):
            assert (page.parent / link).resolve().exists(), f"{page.name} points to {link}"


def test_first_page_lists_every_check(results: dict[str, CheckResult], sound_build: Build) -> None:
    index = (sound_build.folder / "docs" / "index.html").read_text(encoding="utf-8")
    assert "build-1" in index
    assert all(name in index for name in results)


def test_an_audit_replaces_the_docs_of_an_earlier_one(sound_build: Build) -> None:
    leftover = sound_build.folder / "docs" / "leftover.html"
    leftover.write_text("old")
    sound_build.audit()
    assert not leftover.exists()
