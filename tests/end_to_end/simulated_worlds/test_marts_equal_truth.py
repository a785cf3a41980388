"""What is published is what happened: every cell of every mart that the truth tells, for several worlds."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from simulator import FAULTS, simulate
from tests.end_to_end.conftest import build
from tests.end_to_end.simulated_worlds import marts


def published(home: Path) -> Path:
    return home / "published" / "insights.duckdb"


def test_a_world_with_every_fault(faulty_world: Path, built_at_once: Path) -> None:
    assert marts.differences(published(built_at_once), marts.read_truth(faulty_world)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "faults", "zone"),
    [(1, [], "UTC"), (2, list(FAULTS), "Europe/Paris"), (3, list(FAULTS), "America/Los_Angeles")],
)
def test_several_worlds(seed: int, faults: list[str], zone: str, tmp_path: Path) -> None:
    landing, home = tmp_path / "landing", tmp_path / "home"
    simulate(landing, contacts=220, days=12, seed=seed, faults=faults, reporting_time_zone=zone)
    config = tmp_path / "touchpoint.yml"
    config.write_text(f"reporting_time_zone: {zone}\n")
    build(landing, home, "--config", str(config))
    assert marts.differences(published(home), marts.read_truth(landing)) == []


def test_the_comparison_can_fail(faulty_world: Path, built_at_once: Path) -> None:
    truth = marts.read_truth(faulty_world)
    truth["mart_email_kpis"][0]["sent"] += 1
    truth["mart_email_recipients"][0]["opens"] += 1
    truth["mart_email_clients"].pop()
    truth["mart_website_daily"][0]["sessions"] += 1
    truth["mart_page_visits"][0]["visitor_key"] = "visitor-of-another-world"
    truth["mart_contact_forms"][0]["submitted_values"] = "{}"
    found = "\n".join(marts.differences(published(built_at_once), truth))
    assert "mart_email_kpis" in found
    assert "mart_email_recipients" in found
    assert "mart_email_clients" in found
    assert "mart_website_daily" in found
    assert "mart_page_visits" in found
    assert "mart_contact_forms" in found


def test_the_books_balance_in_every_file(built_at_once: Path) -> None:
    with duckdb.connect(str(published(built_at_once)), read_only=True) as connection:
        unbalanced = connection.execute(
            "select feed, file from marts.build_files"
            " where records_read <> records_landed + duplicates + ignored + quarantined"
        ).fetchall()
        read, duplicates = connection.execute(
            "select sum(records_read), sum(duplicates) from marts.build_files"
        ).fetchone() or (0, 0)
    assert unbalanced == []
    assert read > 0
    assert duplicates > 0
