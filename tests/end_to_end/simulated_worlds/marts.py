"""Published marts beside the simulator's truth, cell by cell.

Belongs here: reading a published file and saying which cells differ. What the truth is, is the simulator's
business.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]

#: Tables compared row by row, with the columns that name a row.
KEYS: dict[str, tuple[str, ...]] = {
    "mart_email_kpis_daily": ("email_id", "journey_id", "tile_id", "send_date"),
    "mart_email_kpis": ("email_id",),
    "mart_email_journey_kpis": ("email_id", "journey_id"),
    "mart_email_domains": ("email_id", "recipient_domain"),
    "mart_email_domains_daily": ("email_id", "recipient_domain", "send_date"),
    "mart_feed_kpis_daily": ("feed", "send_date"),
    "mart_email_responses_hourly": ("email_id", "journey_id", "interaction_type", "interaction_hour"),
    "mart_email_geography": ("email_id", "journey_id", "send_date", "country", "region", "city"),
    "mart_email_clients": ("email_id", "journey_id", "send_date", "device", "client", "operating_system"),
    "mart_email_links": ("email_id", "link_url"),
    "mart_email_links_daily": ("email_id", "journey_id", "link_url", "send_date"),
    "mart_journey_kpis": ("journey_id",),
    "mart_journey_tile_volumes": ("journey_id", "tile_id"),
    "mart_journey_tile_volumes_daily": ("journey_id", "tile_id", "entry_date"),
    "mart_journey_tile_blocked": ("journey_id", "tile_id", "reason"),
    "mart_journey_tile_paths": ("journey_id", "tile_id", "path"),
    "mart_journey_tile_contacts": ("journey_id", "tile_id", "contact_id", "iteration_id"),
    "dim_segment": ("segment_id",),
    "dim_lead_scoring_model": ("lead_scoring_model_id",),
    "dim_lead": ("lead_id",),
    "mart_segment_daily": ("segment_id", "snapshot_date"),
    "mart_lead_insights": ("lead_id",),
    "mart_lead_touches": ("lead_id", "touch"),
    "mart_lead_scores": ("lead_id", "lead_scoring_model_id"),
    "mart_email_segment_kpis": ("email_id", "segment_id"),
    "mart_contact_growth_daily": ("growth_date",),
    "mart_contact_email_kpis": ("contact_id",),
    "mart_contact_engagement": ("contact_id",),
    "mart_contact_cohorts": ("first_sent_month", "months_since"),
    "mart_contact_interactions_daily": ("contact_id", "interaction_type", "interaction_date"),
    "mart_lead_scoring_daily": ("lead_scoring_model_id", "scored_date"),
    "mart_page_kpis_daily": ("page_id", "journey_id", "interaction_date"),
    "mart_page_kpis": ("page_id",),
    "mart_page_geography": ("page_id", "journey_id", "interaction_date", "country", "region", "city"),
    "mart_form_kpis_daily": ("form_id", "interaction_date"),
    "mart_form_kpis": ("form_id",),
    "mart_website_pages": ("website_id", "url"),
    "mart_website_pages_daily": ("website_id", "url", "visit_date"),
    "mart_website_daily": ("website_id", "visit_date"),
    "mart_website_geography": ("website_id", "visit_date", "country", "region", "city"),
    "mart_redirect_url_daily": ("redirect_url_id", "click_date"),
    "mart_redirect_url_geography": ("redirect_url_id", "click_date", "country", "region", "city"),
    "mart_conversions_daily": (
        "conversion_date",
        "last_touch_type",
        "last_touch_email_id",
        "last_touch_journey_id",
        "last_touch_campaign",
        "currency",
    ),
    "mart_contact_web": ("contact_id", "website_id", "url", "link_url", "interaction_date"),
    "mart_contact_events": ("contact_id", "event_id"),
}

#: Marts with minted keys, compared as bags of rows over their other columns.
BAGS: dict[str, frozenset[str]] = {
    "mart_email_recipients": frozenset({"message_key"}),
    "mart_email_interactions": frozenset({"interaction_id"}),
    "mart_contact_emails": frozenset({"message_key"}),
    "mart_contact_timeline": frozenset({"interaction_id"}),
    "mart_lead_timeline": frozenset({"interaction_id"}),
    "mart_page_submissions": frozenset({"attributed_message_key"}),
    "mart_page_visits": frozenset({"interaction_id"}),
    "mart_form_submissions": frozenset({"attributed_message_key"}),
    "mart_form_visits": frozenset({"interaction_id"}),
    "mart_website_visits": frozenset({"interaction_id"}),
    "mart_redirect_url_clicks": frozenset({"interaction_id"}),
    "mart_conversions": frozenset({"interaction_id"}),
    "mart_contact_surveys": frozenset({"interaction_id"}),
    "mart_contact_forms": frozenset[str](),
}
#: Ids that are minted where a feed gives none: those it gives begin like this, the others are not compared.
GIVEN = {"visitor_key": ("visitor-", "contact-"), "submission_id": ("submission-",)}
#: JSON as a feed wrote it, compared by what it says.
DOCUMENTS = {"submitted_values", "answers"}

#: Never the same in two builds of the same events, and not what the marts say.
ABOUT_THE_BUILD = {"build_info", "build_history", "build_checks"}


def read_truth(landing: Path) -> dict[str, list[Row]]:
    """The tables that the simulator says are true of the feeds in `landing`."""
    return json.loads((landing / "truth.json").read_text())["tables"]


def differences(published: Path, truth: dict[str, list[Row]], at_most: int = 12) -> list[str]:
    """What differs between the published file and the truth, one line per cell or row."""
    found: list[str] = []
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for mart, key in KEYS.items():
            found += _differing_rows(mart, key, truth[mart], _rows(connection, mart), at_most)
        for mart, minted in BAGS.items():
            found += _differing_bags(mart, minted, truth[mart], _rows(connection, mart), at_most)
    return found


def everything(published: Path) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row of every published table but those about the build itself, as bags."""
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = [name for name in _published(connection) if name not in ABOUT_THE_BUILD]
        return {name: Counter(_bag(_rows(connection, name))) for name in names}


def _published(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of the published tables."""
    query = "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
    return [name for (name,) in connection.execute(query).fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, mart: str) -> list[Row]:
    cursor = connection.execute(f'select * from marts."{mart}"')
    names = [column[0] for column in cursor.description or []]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchall()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return value


def _differing_rows(
    mart: str, key: tuple[str, ...], expected: list[Row], actual: list[Row], at_most: int
) -> list[str]:
    wanted = {tuple(row[name] for name in key): row for row in expected}
    found = {tuple(row[name] for name in key): row for row in actual}
    lines = [f"{mart}: {len(found)} rows, {len(wanted)} expected"] if len(wanted) != len(found) else []
    lines += [f"{mart} {row}: missing" for row in sorted(wanted.keys() - found.keys(), key=str)[:at_most]]
    lines += [
        f"{mart} {row}: not expected" for row in sorted(found.keys() - wanted.keys(), key=str)[:at_most]
    ]
    cells = [
        f"{mart} {row}: {name} is {found[row].get(name)!r}, expected {value!r}"
        for row in sorted(wanted.keys() & found.keys(), key=str)
        for name, value in wanted[row].items()
        if not _same(found[row].get(name), value)
    ]
    return lines + cells[:at_most]


def _differing_bags(
    mart: str, minted: frozenset[str], expected: list[Row], actual: list[Row], at_most: int
) -> list[str]:
    told = set(actual[0]) - minted if actual else set()
    names = sorted(name for name in told if not _is_attribute(name, told))
    wanted, found = Counter(_bag(_as_given(expected), names)), Counter(_bag(_as_given(actual), names))
    missing, extra = list((wanted - found).items()), list((found - wanted).items())
    lines = [f"{mart}: {len(actual)} rows, {len(expected)} expected"] if len(actual) != len(expected) else []
    lines += [
        f"{mart}: {count} × {dict(zip(names, row, strict=True))} missing" for row, count in missing[:at_most]
    ]
    lines += [
        f"{mart}: {count} × {dict(zip(names, row, strict=True))} extra" for row, count in extra[:at_most]
    ]
    return lines


def _is_attribute(name: str, columns: set[str]) -> bool:
    """Whether a column is the name beside an id, which follows from it."""
    return name.endswith("_name") and f"{name.removesuffix('_name')}_id" in columns and name != "entity_name"


def _bag(rows: Iterable[Row], names: list[str] | None = None) -> Iterable[tuple[Any, ...]]:
    for row in rows:
        yield tuple(_comparable(row[name]) for name in (names or sorted(row)))


def _as_given(rows: Iterable[Row]) -> Iterable[Row]:
    """The rows without minted ids, and with documents as what they say."""
    for row in rows:
        shown = dict(row)
        for name, beginnings in GIVEN.items():
            if not str(shown.get(name)).startswith(beginnings):
                shown[name] = None
        for name in DOCUMENTS & shown.keys():
            shown[name] = json.dumps(json.loads(shown[name] or "null"), sort_keys=True)
        yield shown


def _comparable(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return round(value, 9) if isinstance(value, float) else value


def _same(actual: Any, expected: Any) -> bool:
    if isinstance(actual, float) or isinstance(expected, float):
        return (
            actual is not None
            and expected is not None
            and math.isclose(float(actual), float(expected), rel_tol=1e-9, abs_tol=5e-5)
        )
    return actual == expected
