"""Dynamics 365 exports: every documented oddity of blobs, and what the books say of them."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ingestion.adapters.native.dynamics365 import FAMILIES, MODELLED
from ingestion.files.tables import files
from tests.harness.paths import REAL_DATA
from tests.ingestion.adapters.cdm import blob, record, write_day
from tests.ingestion.zone import DAY, Zone

#: The vendor's model of the export, beside the repository where it is at hand.
_ENTITIES = REAL_DATA / "dynamics365_model" / "entities.tsv"
_IGNORED_IN_2019 = {
    "ConfirmationRequest",
    "ConfirmationResponse",
    "ContactDeleted",
    "CustomChannelResponse",
    "CustomerJourneyIterationStarted",
    "EntityDeleted",
    "LinkedInFormSubmission",
    "SegmentRelationshipEdited",
    "SessionRegistrationCanceled",
}


@pytest.fixture
def export(zone: Zone) -> Callable[..., None]:
    """Deliver blobs by name, with a `model.json`."""

    def deliver(blobs: Mapping[str, bytes], day: str = DAY, **options: Any) -> None:
        write_day(zone.landing / "dynamics365" / day, blobs, **options)

    return deliver


def books(zone: Zone) -> dict[str, tuple[int, ...]]:
    """Records read, readable, ignored, quarantined of each blob with any."""
    rows = zone.ledger(
        "select file, records_read, records_readable, ignored, quarantined from files where records_read > 0"
    )
    return {name: tuple(counts) for name, *counts in rows}


TIMES = [
    ("10/3/2019 4:05:06 PM +00:00", "2019-10-03 16:05:06+00"),
    ("10/3/2019 12:05:06 AM -07:00", "2019-10-03 07:05:06+00"),
    ("10/3/2019 4:05:06\u202fPM +00:00", "2019-10-03 16:05:06+00"),
    ("10/3/2019 16:05:06 +02:00", "2019-10-03 14:05:06+00"),
    ("10/3/2019 4:05:06.5 PM +00:00", "2019-10-03 16:05:06.5+00"),
    ("10/3/2019 4:05:06 PM", "2019-10-03 16:05:06+00"),
    ("2019-10-03T16:05:06.1234567Z", "2019-10-03 16:05:06.123456+00"),
    ("2019-10-03T18:05:06+02:00", "2019-10-03 16:05:06+00"),
]


def test_times_are_us_english_or_iso(zone: Zone, export: Callable[..., None]) -> None:
    export({"csv/EmailSent/a": blob([record("EmailSent", text, Timestamp=text) for text, _ in TIMES])})
    zone.land()
    assert zone.rows("cast(occurred_at as varchar)") == [(instant,) for _, instant in TIMES]


def test_columns_differ_by_blob_and_schema(zone: Zone, export: Callable[..., None]) -> None:
    export(
        {
            "csv/EmailDelivered/2019": blob([record("EmailDelivered", "old", MessageId="e1")]),
            "csv/EmailDelivered/2024": blob(
                [record("EmailDelivered", "new", DeliveredCount=-1, MessageId="e1", BusinessUnitId="b")],
                columns=(
                    *("BusinessUnitId", "DeliveredCount", "InternalMarketingInteractionId", "MessageId"),
                    *("Timestamp", "Version", "InteractionType"),
                ),
            ),
            "csv/EmailDelivered/bare": blob(
                [record("", "bare")], columns=("InternalMarketingInteractionId", "Timestamp")
            ),
        }
    )
    assert zone.land().warnings == []
    assert zone.rows("interaction_id, record_type, version, email_id, delivered_count", "interaction_id") == [
        ("bare", "EmailDelivered", None, None, None),
        ("new", "EmailDelivered", 1, "e1", -1),
        ("old", "EmailDelivered", 1, "e1", None),
    ]


@pytest.mark.parametrize("line_break", ["\r\n", "\n"])
@pytest.mark.parametrize("quote_all", [True, False])
def test_values_span_lines(zone: Zone, export: Callable[..., None], line_break: str, quote_all: bool) -> None:
    values = 'First name: Ann\r\nMessage: Hello,\r\nI "like" this: yes\r\nTopic: a\r\nTopic: b'
    records = [
        record("FormSubmitted", "f1", FormSubmissionId="s1", SubmittedValues=values),
        record("FormSubmitted", "f2", FormSubmissionId="s2", SubmittedValues=""),
    ]
    export(
        {
            f"csv/FormSubmitted/{name}": blob(records, line_break=line_break, quote_all=quote_all)
            for name in ("a", "b")
        }
    )
    zone.land()
    expected = '{"First name":"Ann","Message":"Hello,","I \\"like\\" this":"yes","Topic":"a; b"}'
    assert (
        zone.rows("submitted_values, line_number", "file_id, line_number") == [(expected, 2), (None, 7)] * 2
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_text_is_utf8_or_windows_1252(zone: Zone, export: Callable[..., None], encoding: str) -> None:
    records = [record("EmailOpened", f"i{n}", City="Köln – Süd") for n in range(3)]
    export({"csv/EmailOpened/a": blob(records, encoding=encoding)})
    zone.land()
    assert zone.rows("city") == [("Köln – Süd",)] * 3


def test_bad_records_are_named_and_the_rest_is_read(zone: Zone, export: Callable[..., None]) -> None:
    good, bad = "3/1/2026 4:05:06 PM +00:00", "31/12/2026 4:05:06 PM +00:00"
    records = [
        record("EmailSent", "a"),
        record("EmailSent", ""),
        record("EmailSent", "c", Timestamp=bad),
        record("EmailSent", "d", Timestamp=""),
        record("EmailSent", "e", Timestamp="3/9/2026 4:05:06 PM +00:00"),
        record("EmailSent", "f", Timestamp=good, Version="one"),
    ]
    export({"csv/EmailSent/a": blob(records), "csv/EmailSent/b": blob([record("EmailSent", "z")])})
    zone.land()
    reasons = [(3, "missing_field"), (4, "bad_timestamp"), (5, "missing_field"), (6, "out_of_range")]
    assert zone.quarantine("line, reason_code") == reasons
    lines = blob(records).splitlines(keepends=True)
    assert zone.quarantine("byte_offset, raw_text") == [
        (sum(map(len, lines[: line - 1])), lines[line - 1].decode().rstrip("\r\n")) for line, _ in reasons
    ]
    assert books(zone) == {"csv/EmailSent/a": (6, 2, 0, 4), "csv/EmailSent/b": (1, 1, 0, 0)}
    assert zone.ledger("select field, records from nulled_values where records > 0") == [("Version", 1)]


def test_a_blob_in_disorder_costs_only_its_bad_lines(zone: Zone, export: Callable[..., None]) -> None:
    blobs = {f"csv/EmailSent/{n}": blob([record("EmailSent", f"i{n}")]) for n in range(9)}
    blobs["csv/EmailSent/4"] += b'"cut short,\r\n' + blob([record("EmailSent", "after")], header=False)
    blobs["csv/EmailSent/6"] += b"\r\n" + blob([record("EmailSent", "after blank")], header=False)
    blobs["csv/EmailSent/7"] = blob([record("EmailSent", "Köln", City="Köln")], encoding="cp1252")
    blobs["csv/EmailSent/7"] += b'EmailSent,org,x,"\x81\xfc",1,\r\n'
    export(blobs)
    zone.land()
    found = sorted(key for (key,) in zone.rows("interaction_id"))
    assert found == sorted([*(f"i{n}" for n in range(9) if n != 7), "after", "after blank", "Köln"])
    assert zone.quarantine("file, line, reason_code") == [
        ("csv/EmailSent/4", 3, "wrong_shape"),
        ("csv/EmailSent/7", 3, "not_utf8"),
    ]
    assert books(zone)["csv/EmailSent/4"] == (3, 2, 0, 1)


def test_types_that_are_no_interactions_are_counted(zone: Zone, export: Callable[..., None]) -> None:
    export(
        {
            "csv/SmsSent/a": blob([record("SmsSent", "1"), record("SmsSent", "2", Timestamp="x")]),
            "csv/ContactDeleted/a": blob([record("ContactDeleted", "3", DeletedContactId="c1")]),
            "csv/EmailSent/a": blob(
                [
                    record("EmailSent", "4", UsageType="TestSend"),
                    record("EmailSent", "5", UsageType="Journey"),
                ]
            ),
            "csv/EmailDelivered/a": blob([record("EmailDelivered", "6", DeliveredCount=0)]),
        }
    )
    zone.land()
    assert zone.ledger("select record_type, reason, records from ignored_records order by 1") == [
        ("ContactDeleted", "not_modelled", 1),
        ("EmailDelivered", "delivered_count_0", 1),
        ("EmailSent", "test", 1),
        ("SmsSent", "not_modelled", 2),
    ]
    assert zone.rows("interaction_id") == [("5",)]


def test_the_model_of_the_export_is_covered() -> None:
    if not _ENTITIES.exists():
        pytest.skip(f"no model of the export at {_ENTITIES.parent}: it lies beside the repository, not in it")
    with _ENTITIES.open(newline="") as lines:
        types = {row[0] for row in csv.reader(lines, delimiter="\t") if row}
    assert len(types) == 65
    ignored = {name for name in types if name not in MODELLED and not name.startswith(FAMILIES)}
    assert ignored == _IGNORED_IN_2019


def test_every_type_of_the_model_is_landed_or_ignored(zone: Zone, export: Callable[..., None]) -> None:
    if not _ENTITIES.exists():
        pytest.skip(f"no model of the export at {_ENTITIES.parent}: it lies beside the repository, not in it")
    columns: dict[str, list[str]] = {}
    with _ENTITIES.open(newline="") as lines:
        for record_type, name, _ in csv.reader(lines, delimiter="\t"):
            columns.setdefault(record_type, []).append(name)
    export(
        {
            f"csv/{record_type}/a": blob([record(record_type, record_type)], columns=names)
            for record_type, names in columns.items()
        }
    )
    zone.land()
    landed = {record_type for (record_type,) in zone.rows("record_type")}
    ignored = {record_type for (record_type,) in zone.ledger("select record_type from ignored_records")}
    assert landed | ignored == set(columns)
    assert ignored == _IGNORED_IN_2019
    assert zone.quarantine() == []


def test_a_missing_index_is_an_unreadable_file_until_it_comes(zone: Zone) -> None:
    zone.put(blob([record("EmailSent", "a")]), "csv/EmailSent/a", feed="dynamics365")
    report = zone.land()
    unreadable = "select file, reason_code from files where file_quarantined"
    assert zone.ledger(unreadable) == [("model.json", "wrong_shape")]
    assert zone.rows("interaction_id") == [("a",)]
    assert [warning for warning in report.warnings if "not listed in model.json" in warning]
    assert (zone.land().new_files, zone.land().warnings) == (0, [])
    zone.put('{"entities": [}', "model.json", feed="dynamics365")
    zone.land()
    assert zone.ledger(unreadable) == [("model.json", "not_json")]
    zone.put('{"entities": []}', "model.json", feed="dynamics365")
    zone.land()
    assert zone.ledger(unreadable) == []
    assert zone.land().new_files == 0


def test_blobs_that_the_index_does_not_list_are_read(zone: Zone, export: Callable[..., None]) -> None:
    blobs = {f"csv/EmailSent/{name}": blob([record("EmailSent", name)]) for name in "abc"}
    export(blobs, listed=["csv/EmailSent/b"])
    assert zone.land().warnings == [
        f"dynamics365/{DAY}: 2 blobs are not listed in model.json (such as csv/EmailSent/a);"
        " they were read all the same."
    ]
    assert len(zone.rows("interaction_id")) == 3


def test_a_blob_that_grew_is_read_on(zone: Zone, export: Callable[..., None]) -> None:
    first = [record("EmailSent", "a"), record("EmailSent", "b", Timestamp="bad")]
    more = [record("EmailSent", "c"), record("EmailSent", "d", Timestamp="worse"), record("SmsSent", "e")]
    export({"csv/EmailSent/x": blob(first), "csv/EmailSent/y": blob([record("EmailSent", "y")])})
    zone.land()
    export({"csv/EmailSent/x": blob([*first, *more])})
    report = zone.land()
    assert [warning for warning in report.warnings if "changed" in warning] == []
    assert zone.rows("interaction_id, line_number", "interaction_id") == [("a", 2), ("c", 4), ("y", 2)]
    assert zone.quarantine("line, reason_code") == [(3, "bad_timestamp"), (5, "bad_timestamp")]
    assert books(zone) == {"csv/EmailSent/x": (5, 2, 1, 2), "csv/EmailSent/y": (1, 1, 0, 0)}
    export(
        {
            "csv/EmailSent/x": blob([*first, *more])
            + b'"torn,\r\n'
            + blob([record("EmailSent", "f")], header=False)
        }
    )
    zone.land()
    assert ("f", 8) in zone.rows("interaction_id, line_number")
    assert len(zone.rows("interaction_id")) == 4
    assert zone.land().new_files == 0


@pytest.mark.parametrize("ending", [b"", b"\r\n"])
def test_a_blob_without_a_last_line_break_grows_too(
    zone: Zone, export: Callable[..., None], ending: bytes
) -> None:
    first = blob([record("EmailSent", "a")]).rstrip(b"\r\n")
    export({"csv/EmailSent/x": first + ending})
    zone.land()
    export({"csv/EmailSent/x": first + b"\r\n" + blob([record("EmailSent", "b")], header=False)})
    zone.land()
    assert zone.rows("interaction_id, line_number") == [("a", 2), ("b", 3)]


def test_an_empty_blob_is_no_problem_and_grows(zone: Zone, export: Callable[..., None]) -> None:
    export({"csv/EmailSent/x": b"", "csv/EmailSent/y": blob([], columns=("Timestamp",))})
    zone.land()
    assert zone.ledger("select file from files where file_quarantined") == [("csv/EmailSent/y",)]
    export({f"csv/EmailSent/{name}": blob([record("EmailSent", name)]) for name in "xy"})
    zone.land()
    assert zone.rows("interaction_id", "interaction_id") == [("x",), ("y",)]
    assert zone.ledger("select file from files where file_quarantined") == []


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b"org", b"gro") + b"x",
        lambda content: content[:-4],
        # It was read while its last record was being written.
        lambda content: content + b'more of "the last record"\r\n',
    ],
)
def test_a_blob_that_changed_is_reported(
    zone: Zone, export: Callable[..., None], change: Callable[[bytes], bytes]
) -> None:
    content = blob([record("EmailSent", "a")], quote_all=False).rstrip(b"\r\n")
    export({"csv/EmailSent/x": content})
    zone.land()
    export({"csv/EmailSent/x": change(content)})
    report = zone.land()
    assert [warning for warning in report.warnings if "csv/EmailSent/x: changed after it was read" in warning]
    assert zone.rows("interaction_id") == [("a",)]


def test_blobs_may_be_compressed(zone: Zone, export: Callable[..., None]) -> None:
    export({"csv/EmailSent/x": gzip.compress(blob([record("EmailSent", "a")]))})
    zone.land()
    assert zone.rows("interaction_id") == [("a",)]


def test_other_files_of_the_folder_are_quarantined(zone: Zone, export: Callable[..., None]) -> None:
    export({"csv/EmailSent/x": blob([record("EmailSent", "a")])})
    zone.put("some notes", "csv/notes", feed="dynamics365")
    zone.land()
    assert zone.ledger("select file, reason_code from files where file_quarantined") == [
        ("csv/notes", "wrong_shape")
    ]
    assert zone.rows("interaction_id") == [("a",)]


@pytest.mark.parametrize("content", ['"8a7d5c1e","3/1/2026 10:00:00 AM","Ann Lee"\n', "", "7\n"])
def test_tables_of_dataverse_are_refused_by_name(zone: Zone, content: str) -> None:
    names = ["csv/msdynmkt_emailsent/1", "csv/msevtmgt_event/1", "msdynmkt_emailsent/2026-03.csv"]
    for name in names:
        zone.put(content, name, feed="dynamics365")
    zone.put('{"entities": []}', "model.json", feed="dynamics365")
    warnings = zone.land().warnings
    told = zone.ledger("select file, message from files where file_quarantined order by file")
    assert [file for file, _ in told] == names
    for _, message in told:
        assert "Dataverse" in message and "Synapse Link" in message and "Ann Lee" not in message
    assert not [warning for warning in warnings if "read all the same" in warning]


@pytest.mark.parametrize(
    "header",
    [
        "msdynmkt_journeyid,msdynmkt_profileid",
        "Id,SinkCreatedOn,SinkModifiedOn",
        '"a@b.example","Ann Lee"',
        "7,8",
    ],
)
def test_a_blob_without_the_columns_of_the_export_is_none(
    zone: Zone, export: Callable[..., None], header: str
) -> None:
    """A table of Dataverse in a folder of the export; its first line may be somebody's data."""
    rows = f"{header}\nx,y\n".encode()
    export({"csv/EmailSent/a": rows, "csv/EmailSent/b": blob([record("EmailSent", "b")])}, listed=[])
    warnings = zone.land().warnings
    ((message,),) = zone.ledger("select message from files where file_quarantined")
    assert "Dataverse" in message
    assert "Synapse Link" in message
    assert not any(cell.strip('"') in message for cell in header.split(",") if "@" in cell or " " in cell)
    assert zone.rows("interaction_id") == [("b",)]
    (warning,) = warnings
    assert warning.startswith(
        f"dynamics365/{DAY}: 1 blobs are not listed in model.json (such as csv/EmailSent/b)"
    )


def test_a_record_of_a_real_time_journey_is_typed(zone: Zone, export: Callable[..., None]) -> None:
    click = record(
        "EmailClicked",
        "i1",
        Timestamp="2026-03-01T10:40:00",
        TargetUrl="https://shop.example/?c=1",
        OriginalContentLink="https://shop.example/",
        LinkText="Shop",
        ProfileId="p1",
        ProfileType="Contact",
        JourneyRunId="r1",
        JourneyActionId="a1",
        IdempotencyId="k1",
    )
    bounce = record("EmailBounced", "i2", BounceType="HardBounce")
    optout = record("EmailAddressOptedOut", "i3", Reason="unsubscribed")
    steps = [
        record(f"ActionEvent{name}", name) for name in ("Inflow", "Processed", "Dropoff", "SystemFailure")
    ]
    export(
        {
            "csv/EmailClicked/a": blob([click]),
            "csv/EmailBounced/a": blob([bounce]),
            "csv/EmailAddressOptedOut/a": blob([optout]),
            "csv/ActionEvent/a": blob([*steps, record("ActionEventPostponed", "x")]),
        }
    )
    zone.land()
    assert books(zone)["csv/ActionEvent/a"] == (5, 4, 1, 0)
    columns = "record_type, target_url, original_content_link, link_text, profile_id, profile_type"
    columns += ", journey_run_id, journey_action_id, idempotency_id, bounce_type, reason"
    found = {row[0]: row[1:] for row in zone.rows(columns)}
    links = ("https://shop.example/?c=1", "https://shop.example/", "Shop")
    assert found["EmailClicked"] == (*links, "p1", "Contact", "r1", "a1", "k1", None, None)
    assert found["EmailBounced"][-2:] == ("HardBounce", None)
    assert found["EmailAddressOptedOut"][-2:] == (None, "unsubscribed")


def test_a_long_history_is_landed_in_batches(
    zone: Zone, export: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BATCH_FILES", 7)
    days = ("2026-02-27", "2026-02-28", "2026-03-01")
    for day in days:
        export(
            {
                f"csv/{record_type}/{n}": blob(
                    [
                        record(
                            record_type, f"{record_type}{day}{n}-{i}", Timestamp="2/1/2026 1:00:00 AM +00:00"
                        )
                        for i in range(n)
                    ]
                )
                for record_type in ("EmailSent", "EmailOpened")
                for n in range(1, 8)
            },
            day=day,
        )
    zone.land()
    found = zone.rows("cast(arrival_date as varchar), interaction_id")
    assert len(found) == len(set(found)) == 3 * 2 * 28
    assert all(day in key for day, key in found)
    assert zone.ledger("select sum(records_read) from files") == [(len(found),)]
    assert not (os.listdir(zone.home / "tmp") if (zone.home / "tmp").exists() else [])
