"""Each fault is in the files, and faults of delivery do not change the truth."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from simulator import FAULTS, simulate
from simulator.files.records.malformed import REASONS
from tests.simulator import landing_files
from tests.simulator.conftest import Simulated

OF_DELIVERY = [
    "duplicates",
    "disorder",
    "late",
    "malformed",
    "unknown_types",
    "litter",
    "broken_file",
    "hiccups",
    "case",
]


#: Faults of what happens and what records say, which do not disturb each other.
OF_CONTENT = ["machine", "hostile", "no_delivery_log", "oversize"]


class Worlds:
    """Simulates each world once, for all tests of this file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[object, ...], Simulated] = {}

    def __call__(self, *faults: str, contacts: int = 200, days: int = 8) -> Simulated:
        key = (*faults, contacts, days)
        if key not in self._made:
            landing = self._folder / str(len(self._made))
            self._made[key] = Simulated(landing, contacts=contacts, days=days, seed=3, faults=faults)
        return self._made[key]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    return Worlds(tmp_path_factory.mktemp("worlds"))


def books(world: Simulated, column: str) -> int:
    return sum(row[column] for row in world.truth["books"].values())


def test_an_unknown_fault_names_a_near_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="did you mean `duplicates`"):
        simulate(tmp_path, contacts=10, days=1, seed=1, faults=["duplicate"])


def test_every_fault_is_described() -> None:
    assert all(FAULTS.values())


def test_faults_of_delivery_leave_the_truth_alone(worlds: Worlds) -> None:
    plain, faulty = worlds(), worlds(*OF_DELIVERY)
    assert faulty.truth["tables"] == plain.truth["tables"]


def test_duplicates(worlds: Worlds) -> None:
    world = worlds("duplicates")
    bodies = list(landing_files.events(world.landing, "sendgrid"))
    distinct = Counter(json.dumps(body | {"sg_event_id": None}, sort_keys=True) for body in bodies)
    again = sum(distinct.values()) - len(distinct)
    assert again == world.truth["books"]["sendgrid"]["duplicates"] > 0
    ids = {body["sg_event_id"] for body in bodies}
    assert len(distinct) < len(ids) < len(bodies), "some come again under a new id, some under their own"


def test_disorder(worlds: Worlds) -> None:
    def inversions(world: Simulated) -> float:
        times = [body["timestamp"] for body in landing_files.events(world.landing, "sendgrid")]
        return sum(a > b for a, b in pairwise(times)) / len(times)

    assert inversions(worlds("disorder")) > 1.4 * inversions(worlds())


def test_late(worlds: Worlds) -> None:
    def lateness(world: Simulated) -> list[int]:
        found = []
        for path in landing_files.feed_files(world.landing, "mandrill"):
            arrived = date.fromisoformat(path.parent.name)
            for value in landing_files.documents(landing_files.content(path)):
                for body in value if isinstance(value, list) else value["mandrill_events"]:
                    found.append((arrived - datetime.fromtimestamp(body["ts"], tz=UTC).date()).days)
        return found

    late = lateness(worlds("late", contacts=300, days=16))
    assert max(late) >= 8
    assert sum(days >= 2 for days in late) > 0.03 * len(late)
    assert max(lateness(worlds())) <= 1


def test_malformed(worlds: Worlds) -> None:
    world = worlds(*OF_DELIVERY)
    expected = world.truth["expected_quarantine"]
    assert {row["reason_code"] for row in expected} == set(REASONS)
    for row in expected:
        if row["reason_code"] in ("not_json", "not_utf8"):
            path = world.landing / row["feed"] / row["arrival_date"] / row["file"]
            line = landing_files.content(path).split(b"\n")[row["line"] - 1]
            with pytest.raises(ValueError):
                json.loads(line)


def test_oversize(worlds: Worlds) -> None:
    world = worlds(*OF_CONTENT)
    (row,) = world.truth["expected_quarantine"]
    path = world.landing / row["feed"] / row["arrival_date"] / row["file"]
    assert len(landing_files.content(path).split(b"\n")[row["line"] - 1]) > 16 * 1024 * 1024


def test_broken_file(worlds: Worlds) -> None:
    world = worlds(*OF_DELIVERY)
    assert world.truth["broken_files"]
    for row in world.truth["broken_files"]:
        with pytest.raises(EOFError):
            landing_files.content(world.landing / row["feed"] / row["arrival_date"] / row["file"])


def test_unknown_types(worlds: Worlds) -> None:
    world = worlds(*OF_DELIVERY)
    names = {body.get("event") for body in landing_files.events(world.landing, "sendgrid")}
    assert "account_status_change" in names
    assert books(world, "ignored") > 0


def test_litter(worlds: Worlds) -> None:
    world = worlds(*OF_DELIVERY)
    assert list(world.landing.glob("sendgrid/*/_SUCCESS"))
    assert list(world.landing.glob("ses/*/*.tmp"))


def test_machine(worlds: Worlds) -> None:
    def share(world: Simulated) -> float:
        rows = world.table("mart_email_interactions")
        return sum(row["is_machine"] for row in rows) / len(rows)

    assert share(worlds(*OF_CONTENT)) > 2 * share(worlds())


def test_case(worlds: Worlds) -> None:
    found = [body["email"] for body in landing_files.events(worlds(*OF_DELIVERY).landing, "sendgrid")]
    assert any(address != address.strip() for address in found)
    assert len({address.strip().lower() for address in found}) < len({address.strip() for address in found})


def test_missing_ids(worlds: Worlds) -> None:
    world = worlds("missing_ids", contacts=800)
    found = list(landing_files.events(world.landing, "sendgrid"))
    for name in ("contact_id", "email_id", "journey_id", "iteration_id", "tile_id"):
        assert any(name not in body for body in found), name
    rows = world.table("mart_email_recipients")
    for name in ("contact_id", "email_id", "journey_id", "tile_id"):
        assert 0 < sum(row[name] == "unknown" for row in rows) < len(rows) / 10, name


def test_hostile(worlds: Worlds) -> None:
    world = worlds(*OF_CONTENT)
    subjects = [row["subject"] for row in world.table("mart_email_kpis")]
    assert any("drop table" in subject for subject in subjects)
    assert any("\n" in subject for subject in subjects)
    urls = [row["link_url"] for row in world.table("mart_email_links")]
    assert any("or 1=1" in url for url in urls)
    assert any("or 1=1" in body.get("url", "") for body in landing_files.events(world.landing, "sendgrid"))


def test_async_bounce(worlds: Worlds) -> None:
    def returned(world: Simulated) -> int:
        return sum(row["delivery_status"] == "bounced_other" for row in world.table("mart_email_recipients"))

    assert returned(worlds("async_bounce")) > 3 * returned(worlds())


def test_no_delivery_log(worlds: Worlds) -> None:
    world = worlds(*OF_CONTENT)
    assert not [
        body for body in landing_files.events(world.landing, "sendgrid") if body["event"] == "delivered"
    ]
    assert [body for body in landing_files.events(world.landing, "sendgrid") if body["event"] == "processed"]


def test_hiccups(worlds: Worlds) -> None:
    world = worlds("hiccups", contacts=1500, days=6)
    assert [file["feed"] for file in world.truth["broken_files"]] == ["sendgrid"]
    assert (
        0
        < books(world, "records_read") // 200
        > sum(sum(row["quarantined"].values()) for row in world.truth["books"].values())
    )


def test_addresses_come_with_display_names(worlds: Worlds) -> None:
    world = worlds(*OF_DELIVERY)
    shown = [body["email"] for body in landing_files.events(world.landing, "sendgrid")]
    assert any(address.startswith('"Reader, A." <') for address in shown)
    assert any(address == address.upper() for address in shown)


def test_missing_ids_come_as_placeholders(worlds: Worlds) -> None:
    world = worlds("missing_ids", contacts=800)
    words = {body.get("contact_id") for body in landing_files.events(world.landing, "sendgrid")}
    assert {"undefined", "null", None} <= words
