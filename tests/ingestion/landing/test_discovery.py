"""Every layout in which archives write days is read; what is none of them is named."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from ingestion.config import Config
from ingestion.errors import LandingError
from ingestion.landing.discovery import discover
from ingestion.landing.feed import Feed
from tests.ingestion.zone import Zone, event

#: A feed's folder with a file, and the file's name in the books.
LAYOUTS = [
    ("2026-03-01", "a"),
    ("2026-03-01/07", "07/a"),
    ("2026/03/01", "2026/03/01/a"),
    ("2026/03/01/07", "2026/03/01/07/a"),
    ("dt=2026-03-01", "dt=2026-03-01/a"),
    ("date=2026-03-01/hour=07", "date=2026-03-01/hour=07/a"),
    ("year=2026/month=03/day=01", "year=2026/month=03/day=01/a"),
    ("year=2026/month=3/day=1/hour=7", "year=2026/month=3/day=1/hour=7/a"),
]


def test_a_file_has_the_day_of_its_folders(zone: Zone) -> None:
    for folder, _ in LAYOUTS:
        zone.put(event(1), "a", day=folder)
    assert zone.land().left_aside == []
    found = zone.ledger("select distinct arrival_date, file, records_read from files")
    assert sorted(found) == sorted((date(2026, 3, 1), name, 1) for _, name in LAYOUTS)
    assert zone.land().unchanged_files == len(LAYOUTS)


def test_files_of_one_name_in_two_layouts_of_a_day_are_two(zone: Zone) -> None:
    for number, folder in enumerate(("2026-03-01", "2026/03/01", "dt=2026-03-01")):
        zone.put(event(number), "a", day=folder)
    assert zone.land().records_read == 3
    assert zone.ledger("select count(distinct file_id), count(*) from files") == [(3, 3)]


def test_a_folder_that_names_no_day_is_named(zone: Zone) -> None:
    folders = (
        *("03-02-2026", "2026/02/31", "2026/3/01", "2026/13/01", "dt=yesterday", "20260301"),
        "year=2026/03-01",
    )
    for folder in folders:
        zone.put(event(1), "a", day=folder)
    zone.put(event(2), "b")
    left = zone.land().left_aside
    assert all("dt=2026-01-31" in one for one in left)
    named = {one.split(":")[0] for one in left}
    assert all(any(f"sendgrid/{folder}".startswith(one) for one in named) for folder in folders)
    assert len(left) == len(named) == len(folders)
    assert len(zone.books()) == 1


def test_a_file_beside_the_days_is_named(zone: Zone) -> None:
    path = zone.put(event(1), "a", day="2026/03/01")
    path.rename(path.parents[1] / "stray.json")
    assert [left.split(":")[0] for left in zone.land().left_aside if "stray" in left] == [
        "sendgrid/2026/03/stray.json"
    ]


def test_a_configured_folder_that_is_not_there_is_named(zone: Zone) -> None:
    zone.put(event(1))
    config = Config(feeds=(Feed("shop", "sendgrid", "shop"),))
    (left,) = zone.land(config).left_aside
    assert left.startswith("shop: the feed's folder shop does not exist")


def test_an_empty_landing_zone_is_named(zone: Zone) -> None:
    (left,) = zone.land().left_aside
    assert "holds no file to read" in left


def test_a_landing_zone_that_cannot_be_listed_is_refused(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    zone.put(event(1))

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(LandingError, match="cannot be read"):
        discover(zone.landing, Config())
