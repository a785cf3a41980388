"""CRM snapshots: every entity and shape, what is kept out and what is rejected, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.adapters.crm import ADAPTER, ENTITIES, entity_name
from ingestion.errors import UnreadableFile
from ingestion.values.instants import DateOrder
from tests.ingestion.tables import ARRIVAL, land_files, packed, parquet, read_file

CONTACTS = b"""email,contact_id,created_at,do_not_bulk_email,consent_level
Ann@Example.com,c1,2026-01-01T10:00:00,true,3
,c2,2026-07-01T10:00:00+02:00,False,
"""


@pytest.mark.parametrize("name", sorted(ENTITIES))
@pytest.mark.parametrize("shape", ["csv", "ndjson", "parquet"])
def test_every_entity_is_read_from_every_shape(tmp_path: Path, name: str, shape: str) -> None:
    entity = ENTITIES[name]
    key = {column: f"{column} 1" for column in entity.key}
    content = {
        "csv": ",".join(key) + "\n" + ",".join(key.values()) + "\n",
        "ndjson": "{" + ", ".join(f'"{column}": "{value}"' for column, value in key.items()) + "}\n",
    }.get(shape, "")
    data = content.encode() or parquet(tmp_path, pa.table({column: [value] for column, value in key.items()}))
    result = read_file(tmp_path, ADAPTER, f"{name.title()}.{shape}", data)
    assert result.rows == [key | {"line_number": 2 if shape == "csv" else 1}]
    assert (result.bad, result.nulled, result.warnings) == ([], {}, ())


@pytest.mark.parametrize(("timezone", "hour"), [("UTC", 10), ("Europe/Berlin", 9), ("America/New_York", 15)])
def test_times_without_an_offset_are_in_the_feeds_zone(tmp_path: Path, timezone: str, hour: int) -> None:
    result = read_file(tmp_path, ADAPTER, "contacts.csv", CONTACTS, timezone=timezone)
    assert [row["created_at"] for row in result.rows] == [
        datetime(2026, 1, 1, hour, tzinfo=UTC),
        datetime(2026, 7, 1, 8, tzinfo=UTC),
    ]
    assert [row["do_not_bulk_email"] for row in result.rows] == [True, False]
    assert [row.get("consent_level") for row in result.rows] == [3, None]


def test_bad_optional_values_become_null_and_are_counted(tmp_path: Path) -> None:
    result = read_file(
        tmp_path,
        ADAPTER,
        "leads.csv",
        b"lead_id,status,created_at,closed_at\nl1,Winning,soon,2026-01-01\nl2,open,,never\n",
    )
    assert result.nulled == {"status": 1, "created_at": 1, "closed_at": 1}
    assert [sorted(row) for row in result.rows] == [
        ["closed_at", "lead_id", "line_number"],
        ["lead_id", "line_number", "status"],
    ]
    consent = b"contact_id,consent_level\na,6\nb,-1\nc,5.0\nd,2.5\n"
    result = read_file(tmp_path, ADAPTER, "contacts.csv", consent)
    assert result.nulled == {"consent_level": 3}
    assert result.rows[2]["consent_level"] == 5


def test_rows_without_a_key_are_quarantined_and_duplicates_kept(tmp_path: Path) -> None:
    content = b"segment_id,contact_id\ns1,c1\n  ,c2\ns1,\ns1,c1\n"
    result = read_file(tmp_path, ADAPTER, "segment_members.csv", content)
    assert result.reasons == [("missing_field", 3), ("missing_field", 4)]
    assert [row["line_number"] for row in result.rows] == [2, 5]
    assert result.bad[0].raw_text == "  ,c2"
    assert result.bad[0].byte_offset == content.index(b"  ,c2")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("contacts.csv", b"email\na@b.example\n"),
        ("contacts.csv", b""),
        ("contacts.ndjson", b'{"email": "a@b.example"}\n'),
        ("segment_members.csv", b"segment_id\ns1\n"),
    ],
)
def test_a_missing_key_column_rejects_the_file(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=rf"{name}: no column `contact_id`.*deliver") as caught:
        read_file(tmp_path, ADAPTER, name, content)
    assert caught.value.reason_code == "missing_field"


@pytest.mark.parametrize("first", ["c1,ann@b.example,Ann", '"ann@b.example";"Ann"', "Ann"])
def test_a_file_without_a_header_is_rejected_without_its_data(tmp_path: Path, first: str) -> None:
    with pytest.raises(UnreadableFile, match=r"no column `contact_id`.*header") as caught:
        read_file(tmp_path, ADAPTER, "contacts.csv", f"{first}\nc2,bob@b.example,Bob\n".encode())
    assert "Ann" not in caught.value.message
    assert "b.example" not in caught.value.message


@pytest.mark.parametrize("name", ["forms.csv", "forms.ndjson"])
def test_an_entity_can_be_empty(tmp_path: Path, name: str) -> None:
    result = read_file(tmp_path, ADAPTER, name, b"form_id,name\n" if name == "forms.csv" else b"")
    assert (result.rows, result.bad) == ([], [])


def test_unknown_columns_are_kept_out_with_a_warning_and_case_does_not_matter(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfContact_ID ,shoe_size,FIRST_NAME,contact_id\r\nc1,42,Ann,c2\r\n"
    result = read_file(tmp_path, ADAPTER, "contacts.csv", content)
    assert result.rows == [{"line_number": 2, "contact_id": "c2", "first_name": "Ann"}]
    twice, unknown = result.warnings
    assert "`Contact_ID `" in twice
    assert "twice" in twice
    assert "`shoe_size`" in unknown
    assert "`Contact_ID" not in unknown


@pytest.mark.parametrize("delimiter", [b";", b"\t"])
def test_other_delimiters_are_recognised(tmp_path: Path, delimiter: bytes) -> None:
    content = b"form_id,name\nf1,A\n".replace(b",", delimiter)
    assert read_file(tmp_path, ADAPTER, "forms.csv", content).rows[0]["name"] == "A"


def test_json_lines_out_of_order_cost_only_themselves(tmp_path: Path) -> None:
    content = (
        b'\xef\xbb\xbf{"contact_id": 1, "extra": true}\n\nnot json\n[{"contact_id": 2}]\n'
        b'{"contact_id": "\xff"}\n{"email": "x"}\n{"contact_id": 3, "first_name": {"a": 1}}'
    )
    result = read_file(tmp_path, ADAPTER, "contacts.ndjson", content)
    assert [(row["contact_id"], row["line_number"]) for row in result.rows] == [("1", 1), ("3", 7)]
    assert result.reasons == [("not_json", 3), ("wrong_shape", 4), ("not_utf8", 5), ("missing_field", 6)]
    by_line = {bad.line: bad for bad in result.bad}
    for line, start in ((3, b"not json"), (4, b"[{"), (5, b'{"contact_id": "\xff'), (6, b'{"email')):
        assert by_line[line].byte_offset == content.index(start)
        assert by_line[line].raw_text == content.split(b"\n")[line - 1].decode("utf-8", "backslashreplace")
    assert result.nulled == {"first_name": 1}
    assert "`extra`" in result.warnings[0]


def test_the_name_says_the_entity() -> None:
    assert entity_name("Journey_Tiles.CSV.gz") == "journey_tiles"
    assert entity_name("nightly/contacts.parquet") == "contacts"
    with pytest.raises(UnreadableFile, match="no CRM entity is called `contact`; the nearest is `contacts`"):
        entity_name("contact.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_is_read_in_the_encodings_that_people_export(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = "form_id,name\r\nf1,Zoë\r\nf2,Jürgen\r\n".replace(",", delimiter)
    result = read_file(tmp_path, ADAPTER, "forms.csv", text.encode(encoding))
    assert [(row["name"], row["line_number"]) for row in result.rows] == [("Zoë", 2), ("Jürgen", 3)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_bad_row_is_found_at_its_byte_whatever_the_encoding(tmp_path: Path, encoding: str) -> None:
    content = "form_id,name\r\nf1,Zoë\r\n,Jürgen\r\nf2,Ä,Ö\r\n".encode(encoding)
    result = read_file(tmp_path, ADAPTER, "forms.csv", content)
    assert result.reasons == [("missing_field", 3), ("wrong_shape", 4)]
    for bad in result.bad:
        raw = bad.raw_text.encode("utf-16-le" if encoding == "utf-16" else encoding)
        assert content[bad.byte_offset :].startswith(raw)


def test_a_damaged_line_does_not_make_the_file_windows_1252(tmp_path: Path) -> None:
    content = "form_id,name\nf1,Zoë\nf2,Jürgen\n".encode() + b"f3,\xff\n"
    result = read_file(tmp_path, ADAPTER, "forms.csv", content)
    assert [row["name"] for row in result.rows] == ["Zoë", "Jürgen"]
    assert result.reasons == [("not_utf8", 4)]


@pytest.mark.parametrize("name", ["Zoe", "Zoë"])
def test_a_line_in_no_encoding_is_refused_alone(tmp_path: Path, name: str) -> None:
    content = f"form_id,name\nf1,{name}\n".encode("cp1252") + b"f2,\x81\xff\nf3,A\nf4,B,C\n"
    result = read_file(tmp_path, ADAPTER, "forms.csv", content)
    assert [(row["name"], row["line_number"]) for row in result.rows] == [(name, 2), ("A", 4)]
    assert result.reasons == [("not_utf8", 3), ("wrong_shape", 5)]
    assert [content[bad.byte_offset :][:3] for bad in result.bad] == [b"f2,", b"f4,"]


def test_a_file_in_no_encoding_is_refused_with_its_first_line(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableFile, match=r"forms\.csv: 2 of 3 lines, line 2 the first, are neither"
    ) as caught:
        read_file(tmp_path, ADAPTER, "forms.csv", b"form_id,name\nf1,\x81\nf2,\x81\xff\n")
    assert caught.value.reason_code == "not_utf8"


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_a_line_that_tells_spreadsheets_the_separator_is_no_header(tmp_path: Path, first: str) -> None:
    content = f"{first}\r\nform_id;name\r\nf1;A, B and C\r\n".encode()
    result = read_file(tmp_path, ADAPTER, "forms.csv", content)
    assert [(row["name"], row["line_number"]) for row in result.rows] == [("A, B and C", 3)]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(("Allow", False), ("Do Not Allow", True), ("do-not-allow", True), ("Nicht zulassen", True)),
        *(("YES", True), ("no", False), ("1", True), ("0", False), ("t", True), ("Ja", True), ("non", False)),
        *(("Wahr", True), ("нет", False), ("perhaps", None)),
    ],
)
def test_consent_is_read_in_the_words_of_crms(tmp_path: Path, word: str, meant: bool | None) -> None:
    content = f"contact_id,do_not_bulk_email\nc1,{word}\n".encode()
    result = read_file(tmp_path, ADAPTER, "contacts.csv", content)
    assert result.rows[0].get("do_not_bulk_email") is meant
    assert result.nulled == ({"do_not_bulk_email": 1} if meant is None else {})


@pytest.mark.parametrize(
    ("date_format", "shown", "hour"),
    [
        *(("DD.MM.YYYY hh:mm", "03.04.2026 14:05", 14), ("%d/%m/%Y", "3/4/26 2:05 PM", 14)),
        *(("MM/DD/YYYY", "04/03/2026 2:05 pm", 14), ("dmy", "2026-04-03T14:05:00Z", 14)),
        *(("dmy", "46115.58681", 14), ("dmy", "46115", 0)),
    ],
)
def test_dates_are_read_as_spreadsheets_show_them_where_the_feed_says_so(
    tmp_path: Path, date_format: str, shown: str, hour: int
) -> None:
    content = f"contact_id,created_at\nc1,{shown}\n".encode()
    order = DateOrder.of_format(date_format)
    result = read_file(tmp_path, ADAPTER, "contacts.csv", content, date_order=order)
    instant = result.rows[0]["created_at"]
    assert (instant.date(), instant.hour) == (date(2026, 4, 3), hour)


def test_a_date_that_could_be_two_is_not_guessed(tmp_path: Path) -> None:
    result = read_file(tmp_path, ADAPTER, "contacts.csv", b"contact_id,created_at\nc1,03/04/2026\n")
    assert "created_at" not in result.rows[0]
    assert result.nulled == {"created_at": 1}


@pytest.mark.parametrize("extension", ["", ".gz", ".zst"])
def test_a_day_of_snapshots_lands_and_its_books_balance(tmp_path: Path, extension: str) -> None:
    typed = pa.table({"page_id": ["p1", None], "url": ["https://a.example/p", "x"], "form_id": [None, "f1"]})
    files = {
        f"contacts.csv{extension}": packed(CONTACTS + b",,,,\n", extension),
        f"forms.ndjson{extension}": packed(b'{"form_id": "f1", "colour": 1}\nbroken\n', extension),
        f"pages.parquet{extension}": packed(parquet(tmp_path, typed), extension),
        f"leeds.csv{extension}": packed(b"lead_id\nl1\n", extension),
        f"surveys.csv{extension}": packed(b"name\nx\n", extension),
    }
    landed = land_files(tmp_path, "crm", files, timezone="Europe/Berlin")
    assert landed.books[f"contacts.csv{extension}"] == (3, 2, 0, 1)
    assert landed.books[f"forms.ndjson{extension}"] == (2, 1, 0, 1)
    assert landed.books[f"pages.parquet{extension}"] == (2, 1, 0, 1)
    assert landed.rejected == {
        f"leeds.csv{extension}": "wrong_shape",
        f"surveys.csv{extension}": "missing_field",
    }
    assert set(landed.relations) == {"crm_contacts", "crm_forms", "crm_pages"}
    first = min(landed.relations["crm_contacts"], key=lambda row: int(row["line_number"]))
    assert first["snapshot_date"] == ARRIVAL
    assert first["created_at"] == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert any("`colour`" in warning for warning in landed.warnings)


def test_a_key_that_stands_in_a_snapshot_twice_is_named(tmp_path: Path) -> None:
    content = b"segment_id,contact_id\ns1,c1\ns1,c2\n,c9\n,c9\n s1,c2 \n"
    result = read_file(tmp_path, ADAPTER, "segment_members.csv", content)
    (warning,) = result.warnings
    assert "1 keys stand in it more than once (such as `s1, c2`): the last row of each counts" in warning
    assert read_file(tmp_path, ADAPTER, "segment_members.csv", content[:34]).warnings == ()


@pytest.mark.parametrize(
    ("ids", "footer"),
    [
        (("c-1", "c-2"), "Total: 2"),
        (("1", "2"), "Total"),
        (("1", "2"), "2-2"),
        (("c1", "c2"), "Confidential"),
        (("ann", "bob"), "Generated by a report"),
        (("ann", "bob"), "Copyright (c) 2026 Example"),
        (("8A7D5C1E-2200-4B6E-9D10-AA0000000001", "{8a7d5c1e-2200-4b6e-9d10-aa0000000002}"), "Rows:2"),
    ],
)
def test_a_reports_footer_is_refused(tmp_path: Path, ids: tuple[str, str], footer: str) -> None:
    content = f"contact_id;email;first_name\n{ids[0]};a@b.example;\n{ids[1]};;Bob\n{footer};;\n".encode()
    result = read_file(tmp_path, ADAPTER, "contacts.csv", content)
    assert len(result.rows) == 2
    assert result.reasons == [("wrong_shape", 4)]
    assert "report's footer" in result.bad[0].message


@pytest.mark.parametrize(
    "content",
    [
        # An id of the others' form, whatever else is empty; rows that have nothing but ids; a row with more.
        "contact_id,email\nc-1,a@b.example\nc-2,\n",
        "contact_id,email\nc-1,\nTotal: 1,\n",
        "contact_id,email\nc-1,a@b.example\nTotal: 1,t@b.example\n",
    ],
)
def test_what_could_be_a_contact_is_no_footer(tmp_path: Path, content: str) -> None:
    result = read_file(tmp_path, ADAPTER, "contacts.csv", content.encode())
    assert (len(result.rows), result.bad) == (2, [])
