"""Contacts that the CRM merges: their history moves to the one that lives on, whenever that is learned."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import build
from tests.end_to_end.incremental.test_any_order import same_rows

pytestmark = pytest.mark.slow

#: What the CRM says day by day: a into b, then b into c, which it describes last; x and y into each other.
CONTACTS = {
    "2026-01-01": [
        {"contact_id": "a", "email": "a@x.example", "additional_emails": "old-a@x.example"},
        {"contact_id": "b", "email": "b@x.example"},
        {"contact_id": "x", "email": "x@x.example", "merged_into": "y"},
        {"contact_id": "y", "email": "y@x.example", "merged_into": "x"},
    ],
    "2026-01-02": [
        {"contact_id": "a", "email": "a@x.example", "merged_into": "b"},
        {"contact_id": "b", "email": "b@x.example"},
    ],
    "2026-01-03": [
        {"contact_id": "b", "email": "b@x.example", "merged_into": "c"},
        {"contact_id": "c", "email": "c@x.example"},
    ],
}


def write(file: Path, records: list[dict[str, object]]) -> None:
    """Records as JSON lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(record) + "\n" for record in records))


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every contact gets a mail on every day, is at our website and has a lead."""
    folder = tmp_path_factory.mktemp("merged") / "landing"
    addresses = ["a@x.example", "old-a@x.example", "b@x.example", "c@x.example", "x@x.example"]
    for day, contacts in CONTACTS.items():
        write(folder / "crm" / day / "contacts.ndjson", list(contacts))
        mails = [
            {
                "event": event,
                "email": address,
                "timestamp": f"{day}T10:00:0{second}Z",
                "sg_event_id": f"{event}-{address}-{day}",
                "sg_message_id": f"{address.replace('.', '-')}-{day}.filter",
                "email_id": "e1",
            }
            for address in addresses
            for second, event in enumerate(("delivered", "open"))
        ]
        for mail in mails:
            stamp = duckdb.sql(f"select epoch(timestamptz '{mail['timestamp']}')").fetchall()[0][0]
            mail["timestamp"] = int(stamp)
        write(folder / "sendgrid" / day / "events.json", mails)
        calls = [
            {
                "type": "page",
                "messageId": f"{user}-{day}",
                "userId": user,
                "anonymousId": f"visitor-{user}",
                "timestamp": f"{day}T11:00:00Z",
                "context": {"page": {"url": "https://www.x.example/"}},
                "properties": {"url": "https://www.x.example/"},
            }
            for user in ("a", "b", "c", "x")
        ]
        write(folder / "segment" / day / "calls.json", calls)
    first = next(iter(CONTACTS))
    write(folder / "crm" / first / "websites.ndjson", [{"website_id": "w", "hosts": "www.x.example"}])
    leads: list[dict[str, object]] = [
        {"lead_id": f"lead-{one}", "contact_id": one, "topic": "t", "stage": "new", "status": "open"}
        for one in "abx"
    ]
    write(folder / "crm" / first / "leads.ndjson", leads)
    return folder


@pytest.fixture(scope="module")
def at_once(landing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one build of everything."""
    home = tmp_path_factory.mktemp("merged_at_once") / "home"
    build(landing, home)
    return home


def test_the_history_moves_to_who_lives_on(at_once: Path) -> None:
    with duckdb.connect(str(at_once / "published" / "insights.duckdb"), read_only=True) as connection:
        connection.execute("use marts")

        def rows(sql: str) -> list[tuple[object, ...]]:
            return connection.execute(sql).fetchall()

        assert rows("select contact_id from dim_contact order by 1") == [("c",), ("unknown",), ("x",), ("y",)]
        # Four addresses on three days; who is merged in a circle stays who he is.
        assert rows(
            "select contact_id, sum(delivered), sum(opened_total) from mart_contact_email_kpis"
            " group by 1 order by 1"
        ) == [("c", 12, 12), ("x", 3, 3)]
        assert rows("select contact_id, count(*) from fct_website_visits group by 1 order by 1") == [
            ("c", 9),
            ("x", 3),
        ]
        assert rows("select lead_id, contact_id from dim_lead where lead_id <> 'unknown' order by 1") == [
            ("lead-a", "c"),
            ("lead-b", "c"),
            ("lead-x", "x"),
        ]


FIRST, LATER = ("2026-01-01", "2026-01-01"), ("2026-01-02", "2026-01-03")


@pytest.mark.parametrize("builds", [(FIRST, LATER), (LATER, FIRST)], ids=["in order", "first day last"])
def test_a_merge_learned_later_gives_the_same_rows(
    builds: tuple[tuple[str, str], ...], landing: Path, at_once: Path, tmp_path: Path
) -> None:
    for first, last in builds:
        build(landing, tmp_path / "home", "--from", first, "--to", last)
    assert same_rows(at_once, tmp_path / "home") == []
