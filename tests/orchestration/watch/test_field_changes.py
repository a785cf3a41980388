"""Which changes of a feed's records are told, with real files landed day by day."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.config import Config
from ingestion.landing.run import land
from ingestion.ledger import Ledger
from ingestion.values.shapes import fields_of
from orchestration.watch import field_changes

Record = dict[str, Any]
#: Changes a record, given the day and its number on that day.
Change = Callable[[Record, int, int], None]
DAYS = 12


def broken(folder: Path, change: Change, feed: str = "brevo", *, as_array: bool = False) -> list[str]:
    """What is found after days of twenty records each."""
    for day in range(DAYS):
        arrival = date(2026, 1, 5) + timedelta(days=day)
        records = []
        for number in range(20):
            record: Record = {
                "event": "delivered",
                "email": f"reader{number}@example.com",
                "ts_event": 1767614400 + day * 86400 + number,
                "message-id": f"<{day}.{number}@example.com>",
                "tags": ["a"],
                "details": {"score": 1, "note": "x"},
            }
            change(record, day, number)
            records.append(record)
        file = folder / "landing" / feed / str(arrival) / "a.json"
        file.parent.mkdir(parents=True)
        lines = [json.dumps(records)] if as_array else [json.dumps(record) for record in records]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    land(folder / "home", folder / "landing", Config())
    with Ledger(folder / "home") as ledger:
        result = field_changes.check(ledger.connection)
    assert result.passed is not bool(result.broken)
    return [found for _, found in result.broken]


def is_late(day: int) -> bool:
    return day >= DAYS - 2


def new(record: Record, day: int, number: int) -> None:
    if is_late(day) and number >= 3:
        record["details"]["rank"] = 7


def gone(record: Record, day: int, number: int) -> None:
    if is_late(day):
        del record["tags"]


def other_kind(record: Record, day: int, number: int) -> None:
    if is_late(day):
        record["details"]["score"] = "one"


@pytest.mark.parametrize("as_array", [False, True])
def test_a_new_nested_field_is_told_with_its_count_and_first_place(tmp_path: Path, as_array: bool) -> None:
    line = 1 if as_array else 4
    assert broken(tmp_path, new, as_array=as_array) == [
        f"new field `details.rank` (number) in 34 records of feed brevo (delivered), first brevo/2026-01-15/a.json line {line}"
    ]


def test_a_field_that_is_gone_and_one_of_another_kind_are_told(tmp_path: Path) -> None:
    def change(record: Record, day: int, number: int) -> None:
        gone(record, day, number)
        other_kind(record, day, number)

    assert broken(tmp_path, change) == [
        "field `details.score` is text, was number in 40 records of feed brevo (delivered),"
        " first brevo/2026-01-15/a.json line 1",
        "field `tags` (list) is gone in 20 records of feed brevo (delivered), first brevo/2026-01-16",
    ]


def sometimes(record: Record, day: int, number: int) -> None:
    if (day, number) in {(10, 3), (11, 4)}:
        record["seldom"] = 1


def null_or_whole(record: Record, day: int, number: int) -> None:
    record["details"]["score"] = None if is_late(day) else 1.5 if number % 2 else 2


def keys_are_data(record: Record, day: int, number: int) -> None:
    record["vars"] = {f"reader{day}x{number}@example.com": 1, f"id-{1000 + day}": 2}


@pytest.mark.parametrize("change", [sometimes, null_or_whole, keys_are_data, lambda *_: None])
def test_what_may_always_have_been_is_not_told(tmp_path: Path, change: Change) -> None:
    assert broken(tmp_path, change) == []


def test_a_type_of_record_that_is_new_is_no_change_of_fields(tmp_path: Path) -> None:
    def change(record: Record, day: int, number: int) -> None:
        if is_late(day):
            record["event"], record["reason"] = "soft_bounce", "full"

    assert broken(tmp_path, change) == []


def test_a_change_is_usual_after_three_days(tmp_path: Path) -> None:
    def change(record: Record, day: int, number: int) -> None:
        if day >= DAYS - 4:
            record["rank"] = 7

    assert broken(tmp_path, change) == []


def test_fields_are_named_by_their_path_and_kind() -> None:
    structure = '{"a":"VARCHAR","b":{"c":"UBIGINT","d":["BOOLEAN"]},"e":[{"f":"NULL"}],"x@y.z":"DOUBLE"}'
    assert dict(fields_of(structure)) == {
        "": "object", "a": "text", "b": "object", "b.c": "number", "b.d": "list",
        "e": "list", "e[].f": "null", "*": "number",
    }  # fmt: skip
