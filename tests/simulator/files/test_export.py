"""The files of the Dynamics 365 export have the structure of real ones."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from tests.simulator.conftest import Simulated

FEED = "dynamics365"


def blobs(world: Simulated) -> list[Path]:
    return sorted((world.landing / FEED).glob("*/csv/*/*"))


def rows(blob: Path) -> list[dict[str, str]]:
    raw = blob.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_each_blob_holds_one_type_under_a_header_of_its_own(faulty: Simulated) -> None:
    headers = defaultdict(set)
    for blob in blobs(faulty):
        found = rows(blob)
        assert {row["InteractionType"] for row in found} == {blob.parent.name}
        headers[blob.parent.name].add(tuple(found[0]))
    assert max(len(variants) for variants in headers.values()) == 2


def test_times_are_in_us_format_with_an_offset(clean: Simulated) -> None:
    for blob in blobs(clean):
        for row in rows(blob):
            assert datetime.strptime(row["Timestamp"], "%m/%d/%Y %I:%M:%S %p %z").year == 2026


def test_blobs_grow_and_are_repeated_under_another_name(faulty: Simulated) -> None:
    days = defaultdict(list)
    for blob in blobs(faulty):
        days[blob.parent.name, blob.name].append(blob)
    grown = [found for found in days.values() if len(found) > 1]
    assert grown
    for before, after, *_ in grown:
        assert after.read_bytes().startswith(before.read_bytes().rstrip())
    names = defaultdict(set)
    for blob in blobs(faulty):
        for row in rows(blob):
            names[row["InternalMarketingInteractionId"]].add(blob.name)
    assert max(len(found) for identifier, found in names.items() if identifier) > 1


def test_a_later_version_says_something_else(clean: Simulated) -> None:
    versions: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for blob in blobs(clean):
        for row in rows(blob):
            versions[row["InternalMarketingInteractionId"]][row["Version"]] = row
    twice = [found for found in versions.values() if len(found) > 1]
    assert twice
    for found in twice:
        first, second = found["1"], found["2"]
        assert first["Timestamp"] == second["Timestamp"]
        shared = first.keys() & second.keys() - {"Version"}
        assert sum(first[name] != second[name] for name in shared) == 1


def test_the_model_lists_every_blob_unless_it_is_malformed(clean: Simulated, faulty: Simulated) -> None:
    listed, present = indexed(clean)
    assert 0 < listed == present
    listed, present = indexed(faulty)
    assert 0 < listed < present


def indexed(world: Simulated) -> tuple[int, int]:
    """Return the blobs that the folders' models list, and the blobs that exist."""
    listed = present = 0
    for index in (world.landing / FEED).glob("*/model.json"):
        model = json.loads(index.read_text())
        assert model["name"] == "MarketingInteractionModel"
        listed += sum(len(entity["partitions"]) for entity in model["entities"])
        present += len(list(index.parent.glob("csv/*/*")))
    return listed, present


def test_the_books_count_every_row(faulty: Simulated) -> None:
    books = faulty.truth["books"][FEED]
    assert books["records_read"] == sum(len(rows(blob)) for blob in blobs(faulty))
    parts = books["events"] + books["duplicates"] + books["ignored"] + sum(books["quarantined"].values())
    assert books["records_read"] == parts
    assert {"bad_timestamp", "missing_field", "out_of_range"} == books["quarantined"].keys()
    assert books["ignored_by_type"].keys() >= {"ContactDeleted", "EmailSent (test send)"}


def test_submitted_values_stand_on_several_lines(clean: Simulated) -> None:
    typed = [
        row["SubmittedValues"] for blob in blobs(clean) if "FormSubmitted" in str(blob) for row in rows(blob)
    ]
    assert typed
    assert all("\r\n" in text and ": " in text for text in typed)


def test_several_encodings_are_there(faulty: Simulated) -> None:
    found = set()
    for blob in blobs(faulty):
        raw = blob.read_bytes()
        if not raw.isascii():
            try:
                raw.decode()
                found.add("marked" if raw.startswith(b"\xef\xbb\xbf") else "plain")
            except UnicodeDecodeError:
                found.add("western")
    assert found == {"marked", "plain", "western"}
