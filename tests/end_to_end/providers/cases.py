"""Payloads of providers and what should become of them, as written in `payloads/<subject>/<provider>/*.yml`.

Belongs here: reading the cases, delivering each as a feed of its own, and what was read and staged of it. Does not
belong here: any provider.

A fixture is one YAML document with `arrival`, the day its payloads arrive, and `cases`:

    case: what it shows
    payload: one record; `payloads`: several, a line each. A mapping is written as JSON, a text as it stands.
    files: instead, whole files by name.
    feed: options of the feed as in touchpoint.yml (`ids`, `timezone`, …), if any.
    becomes: rows of the staging model in order, each with the columns that matter. `event` is a label: rows with
        equal labels are one event to the de-duplication, rows with different ones are not.
    lands: the same of the raw relation, if it matters.
    ignored: by type the reason; `quarantined`: reason codes in order; `nulled`: by field how many values are lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ingestion.config import Config
from ingestion.landing.feed import Feed
from ingestion.landing.raw_layer import expose
from ingestion.landing.run import land
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.home import Home

PAYLOADS = Path(__file__).with_name("payloads")

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One case of a provider. feed: the name of the feed that delivers it, and nothing else."""

    provider: str
    feed: str
    says: str
    files: Mapping[str, str]
    arrival: str
    options: Mapping[str, Any] = field(default_factory=dict)
    becomes: list[Row] = field(default_factory=list)
    lands: list[Row] | None = None
    ignored: Mapping[str, str] = field(default_factory=dict)
    quarantined: list[str] = field(default_factory=list)
    nulled: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Outcome:
    """What was made of a case."""

    staged: list[Row] = field(default_factory=list)
    landed: list[Row] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)
    quarantined: list[str] = field(default_factory=list)
    nulled: dict[str, int] = field(default_factory=dict)
    books: tuple[int, int] = (0, 0)  # records read; readable, ignored and quarantined


_KEYS = frozenset(
    {"case", "payload", "payloads", "files", "feed", "becomes", "lands", "ignored", "quarantined", "nulled"}
)


def cases() -> list[Case]:
    """Every case of every provider."""
    return [
        _case(path.parent.name, number, given, str(document["arrival"]), path.stem)
        for path in sorted(PAYLOADS.glob("*/*/*.yml"))
        for document in [yaml.safe_load(path.read_text(encoding="utf-8"))]
        for number, given in enumerate(document["cases"])
    ]


def _case(provider: str, number: int, given: Mapping[str, Any], arrival: str, stem: str) -> Case:
    assert set(given) <= _KEYS, f"{provider}, {given.get('case')}: what is {set(given) - _KEYS}?"
    payloads = given.get("payloads", [given["payload"]] if "payload" in given else [])
    lines = "".join(f"{_line(payload)}\n" for payload in payloads)
    return Case(
        provider=provider,
        feed=f"{provider}_{stem}_{number}",
        says=given["case"],
        files=given.get("files") or {"events": lines},
        arrival=arrival,
        options=given.get("feed", {}),
        becomes=given.get("becomes", []),
        lands=given.get("lands"),
        ignored=given.get("ignored", {}),
        quarantined=given.get("quarantined", []),
        nulled=given.get("nulled", {}),
    )


def _line(payload: Any) -> str:
    return payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)


def outcomes(root: Path, delivered: list[Case]) -> dict[str, Outcome]:
    """Land and stage all cases at once: what came of each, by its feed."""
    for case in delivered:
        for name, text in case.files.items():
            path = root / "landing" / case.feed / case.arrival / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    home = Home(root / "home")
    home.build.mkdir(parents=True)
    feeds = tuple(Feed(name=c.feed, adapter=c.provider, path=c.feed, **c.options) for c in delivered)
    land(home.root, root / "landing", Config(feeds=feeds))
    with duckdb.connect(str(home.work)) as work:
        expose(home.root, work, everything=True)
    dbt = Dbt(home)
    dbt.parse(Variables())
    ran = dbt._invoke(["run", "--select", "+int_interactions_staged"], [])
    assert ran.success, ran.exception or [node.message for node in ran.result]
    with duckdb.connect(str(home.work), read_only=True) as work:
        work.execute("set TimeZone = 'UTC'")
        return _read_back(work, {case.feed: Outcome() for case in delivered}, {c.provider for c in delivered})


def _read_back(
    work: duckdb.DuckDBPyConnection, found: dict[str, Outcome], providers: set[str]
) -> dict[str, Outcome]:
    for row in _rows(work, "intermediate.int_interactions_staged"):
        found[row["feed"]].staged.append(row)
    for provider in providers:
        for row in _rows(work, f"raw.{provider}"):
            found[row["feed"]].landed.append(row)
    for feed, read, accounted in work.execute(
        "select feed, sum(records_read), sum(records_readable + ignored + quarantined) from raw.files group by 1"
    ).fetchall():
        found[feed].books = (int(read), int(accounted))
    for feed, record_type, reason in work.execute(
        "select feed, record_type, reason from raw.ignored_records inner join raw.files using (file_id)"
    ).fetchall():
        found[feed].ignored[record_type] = reason
    for feed, code in work.execute(
        "select feed, reason_code from raw.quarantined_records order by file, line, item_index"
    ).fetchall():
        found[feed].quarantined.append(code)
    for feed, name, records in work.execute(
        "select feed, field, records from raw.nulled_values inner join raw.files using (file_id) where records > 0"
    ).fetchall():
        found[feed].nulled[name] = records
    return found


def _rows(work: duckdb.DuckDBPyConnection, relation: str) -> Iterator[Row]:
    read = work.execute(
        f"select * from {relation} order by feed, file_id, line_number, item_index, row_index"
    )
    names = [column[0] for column in read.description]
    for row in read.fetchall():
        yield {name: _shown(value) for name, value in zip(names, row, strict=True)}


def _shown(value: Any) -> Any:
    """An instant as a fixture writes it: 2026-03-01T10:00:00Z, with as many digits as it has."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value
