"""People who were erased: out of what was landed, and out of everything that is landed later."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pyarrow as pa
import pytest

from ingestion.config import Config
from ingestion.erasure import erase as erasure
from ingestion.erasure.anonymise import NOTE, Anonymiser
from ingestion.erasure.landing_search import landing_files, search
from ingestion.erasure.people import find_people
from ingestion.erasure.record import Suppressions
from ingestion.errors import LandingError
from ingestion.landing.feed import Feed
from ingestion.ledger import Ledger
from tests.ingestion.zone import DAY, Zone, event

ANN = "contact-ann-1"
ADDRESS_OF_ANN = "ann.o'hara+x@example.org"
HER_TRACES = (ANN, "ann.o", "Ann", "visitor-ann", "203.0.113.7", "O'Hara", "of Ann")
LATER = "2026-03-02"

CONTACTS = f"""contact_id,email,first_name,last_name,account_id,country,created_at
{ANN},Ann.O'Hara+x@Example.org,Ann,O'Hara,acc-1,NL,2020-01-01T00:00:00Z
contact-bob-2,bob@example.org,Bob,Bobson,acc-1,NL,2020-01-01T00:00:00Z
"""
LEADS = f"""lead_id,contact_id,topic,status,created_at
lead-1,{ANN},the roof of Ann,open,2026-02-01T00:00:00Z
lead-2,contact-bob-2,a shed,open,2026-02-01T00:00:00Z
"""


def page(call: str, visitor: str, url: str, **more: Any) -> str:
    return json.dumps(
        {
            "type": "page",
            "messageId": call,
            "anonymousId": visitor,
            "timestamp": f"{DAY}T10:00:00Z",
            "context": {
                "page": {"url": url},
                "ip": "198.51.100.1" if more.get("userId") == "contact-bob-2" else "203.0.113.7",
                "userAgent": "Mozilla/5.0 (iPad)",
            },
            **more,
        }
    )


def deliver(zone: Zone, day: str = DAY) -> None:
    """What every kind of feed knows of Ann, and of Bob."""
    zone.put(CONTACTS, "contacts.csv", day, "crm")
    zone.put(LEADS, "leads.csv", day, "crm")
    events = [
        event(1, contact_id=ANN, email="ANN.o'hara+x@example.org", ip="203.0.113.7"),
        event(2, email=ADDRESS_OF_ANN, event="bounce", reason=f"550 <{ADDRESS_OF_ANN}> unknown"),
        event(3, email="bob@example.org", event="click", url=f"https://x.example/?friend={ANN}&p=1"),
        event(
            4,
            email="bob@example.org",
            event="click",
            url="https://x.example/?to=ann.o%27hara%2Bx%40example.org",
        ),
        event(5, email="jo@example.org"),
        json.dumps({"event": "open", "timestamp": "never", "email": ADDRESS_OF_ANN}),
        json.dumps({"event": "open", "timestamp": "never", "email": "bob@example.org"}),
    ]
    zone.put(gzip.compress("\n".join(events).encode()), "a.ndjson.gz", day)
    calls = [
        page("p1", "visitor-ann", "https://x.example/a"),
        page("p2", "visitor-ann", f"https://x.example/?u={ANN}", userId=ANN),
        page("p3", "visitor-bob", "https://x.example/b", userId="contact-bob-2"),
        page("p4", "visitor-both", "https://x.example/c", userId="contact-bob-2"),
        page("p5", "visitor-both", "https://x.example/d", userId=ANN),
    ]
    zone.put("\n".join(calls), "calls.ndjson", day, "segment")


def raw(home: Path, skip: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Every row of every relation and of the ledger's tables that tell of records, as text."""
    found: dict[str, list[str]] = {}
    with duckdb.connect(str(home / "ledger.duckdb"), read_only=True) as connection:
        for relation, path in connection.execute("select relation, path from parts").fetchall():
            rows = duckdb.read_parquet(str(home / path))
            kept = [name for name in rows.columns if name not in skip]
            found.setdefault(relation, []).extend(map(str, rows.select(*kept).fetchall()))
        for table in ("ip_addresses", "user_agents", "quarantined_records", "ignored_records", "files"):
            found[table] = [str(row) for row in connection.execute(f"from {table}").fetchall()]
    return {name: sorted(rows) for name, rows in found.items()}


def told_of(home: Path, traces: tuple[str, ...] = HER_TRACES) -> list[str]:
    """Where anything of Ann is found: in rows as readers see them, or in the bytes of any file."""
    rows = [f"{name}: {row}" for name, found in raw(home).items() for row in found]
    said = [row for row in rows for trace in traces if trace.lower() in row.lower()]
    files = [file for file in home.rglob("*") if file.is_file()]
    return said + [
        f"{file} has {trace}" for file in files for trace in traces if trace.encode() in file.read_bytes()
    ]


def erase(home: Path, *contacts: str) -> erasure.Removed:
    """Erase in one run, which knows whom it erases."""
    people = find_people(home, contacts or (ANN,))
    erasure.begin(home, people)
    return erasure.remove(home, people, home / "changed")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Zone:
    """What is delivered, landed once."""
    zone = Zone(tmp_path_factory.mktemp("delivered"))
    deliver(zone)
    zone.land()
    return zone


@pytest.fixture(scope="module")
def erased(delivered: Zone, tmp_path_factory: pytest.TempPathFactory) -> Zone:
    """The same after Ann was erased, to look at."""
    zone = copied(delivered, tmp_path_factory.mktemp("erased") / "zone")
    erase(zone.home)
    return zone


@pytest.fixture
def landed(delivered: Zone, tmp_path: Path) -> Zone:
    """A copy of what was landed, to change."""
    return copied(delivered, tmp_path / "zone")


def copied(zone: Zone, root: Path) -> Zone:
    shutil.copytree(zone.root, root)
    return Zone(root)


def test_a_log_that_the_old_ledger_leaves_is_not_taken_for_the_new_ones(
    landed: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A ledger that finds no room to settle when it is closed leaves its log of changes beside it.
    enter = Ledger.__enter__

    def enter_without_settling(ledger: Ledger) -> Ledger:
        enter(ledger).connection.execute("pragma disable_checkpoint_on_shutdown")
        return ledger

    monkeypatch.setattr(Ledger, "__enter__", enter_without_settling)
    erasure.begin(landed.home, find_people(landed.home, [ANN]))
    erasure.remove(landed.home)
    assert list(landed.home.glob("*.wal")) == []
    assert landed.ledger("select count(*) from files where records_readable > 0") != [(0,)]


def test_what_stands_beside_a_contact_is_the_contacts(delivered: Zone) -> None:
    people = find_people(delivered.home, [ANN, "nobody"])
    assert people.contacts == (ANN,)
    assert people.unknown == ("nobody",)
    assert people.addresses == (ADDRESS_OF_ANN,)
    assert people.visitors == ("visitor-ann",)
    assert people.shared_visitors == ("visitor-both",)


def test_nothing_of_the_person_stays_in_raw_quarantine_or_any_byte(landed: Zone) -> None:
    assert told_of(landed.home)
    removed = erase(landed.home)
    assert told_of(landed.home) == []
    assert removed.own_rows == {"crm_contacts": 1, "crm_leads": 1, "segment": 3, "sendgrid": 2}
    assert removed.mentions["sendgrid"] == 2
    assert removed.quarantined == 1


def test_everybody_else_stays_as_they_are(delivered: Zone, erased: Zone) -> None:
    before = raw(delivered.home)
    after = raw(erased.home)
    for relation in ("sendgrid", "segment", "crm_contacts", "crm_leads", "quarantined_records"):
        assert len(before[relation]) == len(after[relation])
        lost = [row for row in before[relation] if row not in after[relation]]
        assert not [row for row in lost if "ann" not in row.lower()]
    assert erased.books() == [(2, 2, 0, 0), (2, 2, 0, 0), (5, 5, 0, 0), (7, 5, 0, 2)]


def test_country_and_device_are_kept_under_what_stands_for_the_address(landed: Zone) -> None:
    landed.put(event(9, contact_id=ANN, ip="8.8.8.8", useragent="iPad; CPU OS 15_0"), "b.ndjson")
    landed.land()
    [before] = landed.ledger("select country from ip_addresses where ip = '8.8.8.8'")
    assert before != (None,)
    [device] = landed.ledger("select * exclude user_agent from user_agents where user_agent like 'iPad%'")
    erase(landed.home)
    with duckdb.connect() as connection:
        parts = f"read_parquet('{landed.home}/raw/sendgrid/*/*/*.parquet')"
        found = connection.execute(
            f"select ip, user_agent from {parts} where user_agent is not null"
        ).fetchall()
    [(ip, agent)] = found
    assert landed.ledger(f"select country from ip_addresses where ip = '{ip}'") == [before]
    assert landed.ledger(f"select * exclude user_agent from user_agents where user_agent = '{agent}'") == [
        device
    ]
    assert told_of(landed.home, ("8.8.8.8", "ipad;")) == []


def test_a_new_delivery_is_the_same_as_what_was_made_anonymous(erased: Zone, tmp_path: Path) -> None:
    landed = copied(erased, tmp_path / "zone")
    first = raw(landed.home, skip=("arrival_date", "file_id", "snapshot_date"))
    deliver(landed, LATER)
    landed.land()
    assert told_of(landed.home) == []
    both = raw(landed.home, skip=("arrival_date", "file_id", "snapshot_date"))
    for relation in ("sendgrid", "segment", "crm_contacts", "crm_leads"):
        assert both[relation] == sorted(first[relation] * 2)


def test_a_new_home_with_the_record_never_knows_the_person(erased: Zone, tmp_path: Path) -> None:
    other = Zone(tmp_path / "other")
    shutil.copytree(erased.landing, other.landing)
    shutil.copytree(erased.home / "erasures", other.home / "erasures")
    other.land()
    assert told_of(other.home) == []
    times = ("files",)  # when a copy was made
    assert {k: v for k, v in raw(other.home).items() if k not in times} == {
        k: v for k, v in raw(erased.home).items() if k not in times
    }


def test_what_is_interrupted_is_finished_by_doing_it_again(
    landed: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure.begin(landed.home, find_people(landed.home, [ANN]))
    replaced: list[Path] = []
    original = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if self.suffix == ".erasing":
            if replaced:
                raise KeyboardInterrupt
            replaced.append(self)
        return original(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        erasure.remove(landed.home)
    monkeypatch.undo()
    assert told_of(landed.home)
    erasure.remove(landed.home)
    assert told_of(landed.home) == []
    assert Suppressions.load(landed.home).started()  # type: ignore[union-attr]


def test_who_is_known_by_hashes_only_is_removed_in_the_same_way(landed: Zone, tmp_path: Path) -> None:
    (landed.home / "erasures").mkdir()
    (landed.home / "erasures" / "key").write_text("the same in every home")
    other = copied(landed, tmp_path / "other")
    removed = erase(landed.home)
    erasure.begin(other.home, find_people(other.home, [ANN]))
    again = erasure.remove(other.home)
    assert raw(landed.home) == raw(other.home)
    assert (again.own_rows, again.mentions, again.parts) == (
        removed.own_rows,
        removed.mentions,
        removed.parts,
    )


def test_parts_without_the_person_are_not_written_and_rows_that_changed_are_kept(landed: Zone) -> None:
    landed.put(event(1, email="jo@example.org"), "jo.ndjson", LATER)
    landed.land()
    with Ledger(landed.home) as ledger:
        ledger.connection.execute("update main.parts set is_new = arrival_date > date '2026-03-01'")
    before = {file: file.stat().st_ino for file in (landed.home / "raw").rglob("*.parquet")}
    removed = erase(landed.home)
    rewritten = {file for file, number in before.items() if file.stat().st_ino != number}
    assert len(rewritten) == removed.parts == len(before) - 1
    changed = f"read_parquet('{landed.home}/changed/raw/*/*/*/*.parquet', union_by_name = true)"
    parts = f"read_parquet('{landed.home}/raw/*/*/*/*.parquet', union_by_name = true)"
    place = "file_id, line_number, item_index"
    [(told, rows)] = duckdb.sql(
        f"select count(*), (select count(*) from (select {place} from {changed} intersect select {place} from {parts}))"
        f" from {changed}"
    ).fetchall()
    # Two CRM rows; of SendGrid two of hers and two that mention her; three of Segment.
    assert told == rows == 9


def test_doing_it_again_changes_nothing(erased: Zone, tmp_path: Path) -> None:
    landed = copied(erased, tmp_path / "zone")
    before = raw(landed.home)
    again = erasure.remove(landed.home)
    assert (again.parts, again.quarantined, again.own_rows) == (0, 0, {})
    assert raw(landed.home) == before


def test_an_address_of_two_stays_with_the_other_until_both_are_gone(zone: Zone) -> None:
    zone.put(CONTACTS.replace("bob@example.org", ADDRESS_OF_ANN), "contacts.csv", feed="crm")
    of_ann = event(2, email=ADDRESS_OF_ANN, contact_id=ANN)
    zone.put(event(1, email=ADDRESS_OF_ANN) + "\n" + of_ann)
    zone.land()
    assert find_people(zone.home, [ANN]).shared_addresses == (ADDRESS_OF_ANN,)
    erase(zone.home)
    skip = ("file_id", "line_number", "byte_offset")
    assert [ADDRESS_OF_ANN in row for row in raw(zone.home)["crm_contacts"]].count(True) == 1
    assert [ADDRESS_OF_ANN in row for row in raw(zone.home)["sendgrid"]].count(True) == 1
    erase(zone.home, "contact-bob-2")
    assert told_of(zone.home, ("hara",)) == []
    # What was made anonymous when the address was shared is still equal to what arrives now.
    zone.put(of_ann, "again.ndjson")
    zone.land()
    rows = raw(zone.home, skip=skip)["sendgrid"]
    assert sorted(rows.count(row) for row in rows) == [1, 2, 2]


SPELLINGS = (
    *("zoe@bücher.example", "ZOE@BÜCHER.EXAMPLE", "zoe@bu\u0308cher.example", "zoe@xn--bcher-kva.example"),
    *("Zoe <zoe@XN--BCHER-KVA.example>", '"B, Zoe" <zoe@bücher.example>', " zoe@bücher.example (Zoe) "),
)
GUID_OF_ZOE = "8a7d5c1e-2200-4b6e-9d10-aa0000000001"


def test_who_is_erased_is_found_in_every_spelling(zone: Zone) -> None:
    zone.put(f"contact_id,email\n{{{GUID_OF_ZOE.upper()}}},{SPELLINGS[0]}\n", "contacts.csv", feed="crm")
    zone.put("\n".join(event(i, email=one) for i, one in enumerate(SPELLINGS, start=1)))
    told = [
        page(
            f"p{i}",
            f"v{i}",
            "/" if "Zoe " in one or "(Zoe" in one or ", Zoe" in one else f"/{one}",
            userId=one,
        )
        for i, one in enumerate(SPELLINGS)
    ]
    zone.put("\n".join(told), "calls.ndjson", feed="segment")
    zone.land()
    given = [GUID_OF_ZOE.upper(), f"{{{GUID_OF_ZOE}}}", *SPELLINGS]
    people = [find_people(zone.home, [one]) for one in given]
    assert people == [people[0]] * len(given)
    removed = erase(zone.home, given[-1])
    assert removed.own_rows == {"crm_contacts": 1, "sendgrid": len(SPELLINGS), "segment": len(SPELLINGS)}
    assert told_of(zone.home, ("zoe", "cher", GUID_OF_ZOE)) == []
    # Nor does any of them come back.
    zone.put(
        "\n".join(event(i, email=one) for i, one in enumerate(SPELLINGS, start=1)), "again.ndjson", LATER
    )
    zone.land()
    assert told_of(zone.home, ("zoe", "cher")) == []


def test_an_address_without_a_contact_can_be_erased_and_one_of_several_says_nobody(landed: Zone) -> None:
    landed.put(page("p9", "visitor-jo", "/", userId="Jo <JO@example.org>"), "jo.ndjson", feed="segment")
    landed.put("contact_id,email\nc-1,us@example.org\nc-2,us@example.org\n", "contacts.csv", LATER, "crm")
    landed.land()
    people = find_people(landed.home, ["jo@EXAMPLE.org", "us@example.org"])
    assert (people.contacts, people.unknown) == (("jo@example.org",), ("us@example.org",))
    assert (people.addresses, people.visitors) == (("jo@example.org",), ("visitor-jo",))
    erase(landed.home, "jo@EXAMPLE.org")
    assert told_of(landed.home, ("jo@", "visitor-jo")) == []


def test_a_visitor_of_two_who_are_both_erased_in_turn_stays_with_nobody(erased: Zone, tmp_path: Path) -> None:
    landed = copied(erased, tmp_path / "zone")
    assert [row for row in raw(landed.home)["segment"] if "visitor-both" in row]
    erase(landed.home, "contact-bob-2")
    assert told_of(landed.home, ("visitor-both", "visitor-bob")) == []


@pytest.mark.parametrize(
    ("contact_id", "container"),
    [
        ("contact-cyd-3", json.dumps),
        ("contact-cyd-3", lambda bad: urlencode({"events": json.dumps([bad])})),
        ('Cyd "é" O\'Neil \\', json.dumps),
    ],
)
def test_who_is_known_from_an_unreadable_record_only_can_be_erased(
    landed: Zone, contact_id: str, container: Callable[[object], str]
) -> None:
    bad = {
        "event": "open",
        "timestamp": "never",
        "contact_id": contact_id,
        "reason": "said contact-cyd-4, too",
    }
    landed.put(container(bad), "bad.ndjson", LATER)
    landed.land()
    people = find_people(landed.home, [contact_id, "contact-cyd-4", "never"])
    assert (people.contacts, people.unknown) == ((contact_id,), ("contact-cyd-4", "never"))
    erase(landed.home, contact_id)
    assert told_of(landed.home, ("contact-cyd-3", "O'Neil", "Neil")) == []


def test_what_stands_for_somebody_names_that_somebody(erased: Zone) -> None:
    record = Suppressions.load(erased.home)
    assert record
    token = record.erased_as(ANN)
    assert token and record.erased_as(f" {token} ") == token
    assert record.erased_as("contact-bob-2") is None


def test_a_domain_that_names_nobody_is_kept_and_one_of_her_own_is_not(zone: Zone) -> None:
    zone.put(CONTACTS + "contact-cyd-3,cyd@cyd.example,Cyd,C,,,\n", "contacts.csv", feed="crm")
    zone.land()
    erase(zone.home, ANN, "contact-cyd-3")
    emails = {row[0] for row in zone.rows("email", order="email")}
    assert {email.rpartition("@")[2] for email in emails} == {"example.org", "erased.invalid"}


def test_the_record_keeps_no_address_and_its_key_is_the_owners(erased: Zone) -> None:
    record = erased.home / "erasures" / "suppressions.json"
    assert not [trace for trace in HER_TRACES if trace in record.read_text()]
    assert record.stat().st_mode & 0o077 == 0
    assert (erased.home / "erasures" / "key").stat().st_mode & 0o077 == 0


def test_without_its_key_nothing_is_read(
    erased: Zone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    landed = copied(erased, tmp_path / "zone")
    deliver(landed, LATER)
    key = landed.home / "erasures" / "key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(LandingError, match="its key is missing"):
        landed.land()
    monkeypatch.setenv("TOUCHPOINT_ERASURE_KEY", "another")
    with pytest.raises(LandingError, match="not the one"):
        landed.land()
    monkeypatch.setenv("TOUCHPOINT_ERASURE_KEY", kept.decode().strip())
    landed.land()
    assert told_of(landed.home) == []


def test_a_damaged_record_stops_landing(erased: Zone, tmp_path: Path) -> None:
    landed = copied(erased, tmp_path / "zone")
    (landed.home / "erasures" / "suppressions.json").write_text('{"erasures": [')
    with pytest.raises(LandingError, match="damaged"):
        landed.land()


def test_who_erases_nobody_pays_nothing(delivered: Zone) -> None:
    assert Anonymiser.of_home(delivered.home) is None


def test_files_of_the_landing_zone_that_hold_the_person_are_found(landed: Zone) -> None:
    pa_table = pa.table({"note": [[{"of": ADDRESS_OF_ANN}]]})
    target = landed.put(b"", "notes.parquet", feed="elsewhere")
    duckdb.from_arrow(pa_table).write_parquet(str(target))
    landed.put(b"bob@example.org", "bob.txt", feed="elsewhere")
    landed.put(b"\x1f\x8bbroken", "broken.gz", feed="elsewhere")
    before = {file: file.read_bytes() for file in landed.landing.rglob("*") if file.is_file()}
    erase(landed.home)
    record = Suppressions.load(landed.home)
    assert record
    found = search(landed.landing, record)
    assert found.holding == [
        f"crm/{DAY}/contacts.csv",
        f"crm/{DAY}/leads.csv",
        f"elsewhere/{DAY}/notes.parquet",
        f"segment/{DAY}/calls.ndjson",
        f"sendgrid/{DAY}/a.ndjson.gz",
    ]
    assert found.unreadable == [f"elsewhere/{DAY}/broken.gz"]
    assert {file: file.read_bytes() for file in before} == before


def test_files_are_listed_for_their_name_a_short_id_and_wherever_a_feed_lies(zone: Zone) -> None:
    zone.put("contact_id,email\n22,ann@example.org\n23,\n", "contacts.csv", feed="crm")
    zone.put("segment_id,contact_id\ns1,22\n", "segment_members.csv", feed="crm")
    zone.put("segment_id,contact_id\ns1,23\n", "segment_members.csv", LATER, feed="crm")
    zone.put(b"nothing", "export of ann@example.org.txt", feed="elsewhere")
    mail = zone.root / "mail"
    (mail / DAY).mkdir(parents=True)
    (mail / DAY / "a.ndjson").write_text(event(1, email="ann@example.org"))
    config = Config(feeds=(Feed("mail", "sendgrid", str(mail)),))
    zone.land(config=config)
    erase(zone.home, "22")
    record = Suppressions.load(zone.home)
    assert record
    assert search(zone.landing, record, config, landing_files(zone.home)).holding == [
        f"crm/{DAY}/contacts.csv",
        f"crm/{DAY}/segment_members.csv",
        f"elsewhere/{DAY}/export of ann@example.org.txt",
        f"{mail}/{DAY}/a.ndjson",
    ]


def test_a_report_keeps_its_days_and_counts_whatever_is_somebodys_id(zone: Zone) -> None:
    zone.put("contact_id,email\n22,ann@example.org\n", "contacts.csv", feed="crm")
    zone.land()
    erase(zone.home, "22")
    file = erasure.report_file(zone.home, "report.txt")
    erasure.write_report(zone.home, file, "crm/2026-11-22/of ann@example.org.csv: 22 records")
    assert file.read_text().startswith("crm/2026-11-22/of erased-")
    assert file.read_text().endswith(".csv: 22 records")


def test_quarantined_text_is_taken_out_as_a_whole(erased: Zone) -> None:
    texts = [text for (text,) in erased.quarantine("raw_text")]
    assert texts[0] == NOTE
    assert "bob@example.org" in texts[1]


def test_additional_addresses_are_the_persons_too(zone: Zone) -> None:
    contacts = [
        {
            "contact_id": ANN,
            "email": ADDRESS_OF_ANN,
            "additional_emails": "Old.Ann@example.org; both@example.org",
        },
        {"contact_id": "contact-bob-2", "email": "bob@example.org", "additional_emails": "both@example.org"},
        {"contact_id": "contact-old-3", "merged_into": ANN},
    ]
    zone.put("\n".join(map(json.dumps, contacts)), "contacts.ndjson", DAY, "crm")
    zone.put(event(1, email="old.ann@example.org"), "a.ndjson", DAY)
    zone.land()
    people = find_people(zone.home, [ANN])
    assert set(people.addresses) == {ADDRESS_OF_ANN, "old.ann@example.org"}
    assert people.shared_addresses == ("both@example.org",)
    erase(zone.home)
    assert told_of(zone.home, (*HER_TRACES[:2], "old.ann")) == []
    parts = f"read_parquet('{zone.home}/raw/crm_contacts/*/*/*.parquet')"
    rows = duckdb.sql(f"select contact_id, additional_emails, merged_into from {parts} order by line_number")
    [hers, his, merged] = rows.fetchall()
    assert "both" not in hers[1]
    assert his[1] == "both@example.org"
    # Events to her old address still lead to her, and the merged contact still to who lives on.
    [(recipient,)] = duckdb.sql(
        f"select recipient from read_parquet('{zone.home}/raw/sendgrid/*/*/*.parquet')"
    ).fetchall()
    assert recipient in hers[1].split(";")
    assert merged[2] == hers[0]
