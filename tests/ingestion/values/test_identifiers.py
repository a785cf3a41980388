"""The rules for ids and addresses, one text at a time and for whole columns."""

from __future__ import annotations

import random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.values import identifier_columns
from ingestion.values.identifier_columns import cleaned
from ingestion.values.identifiers import address_in, clean_address, clean_id, is_nothing

GUID = "8a7d5c1e-2200-4b6e-9d10-aa0000000001"
NO_GUID = "00000000-0000-0000-0000-000000000000"

IDS: list[tuple[str, str | None]] = [
    ("C-17", "C-17"),
    ("  C-17\t", "C-17"),
    ("\u00a0C-17\ufeff", "C-17"),
    ("C 17", "C 17"),
    ('"C-17"', "C-17"),
    ("'C-17'", "C-17"),
    ("“C-17”", "C-17"),
    ("%22C-17%22", "C-17"),
    ('"C-17', '"C-17'),
    ('["C-17"]', "C-17"),
    ("[17]", "17"),
    (f'[ "{{{GUID.upper()}}}" ]', GUID),
    ("[]", None),
    ("[null]", None),
    ('["a", "b"]', None),
    ('{"id": 1}', None),
    (GUID.upper(), GUID),
    (f"{{{GUID.upper()}}}", GUID),
    ("ABC", "ABC"),
    ("2001.0", "2001"),
    ("2001.00", "2001"),
    ("-7.0", "-7"),
    ("2001.5", "2001.5"),
    ("v1.0", "v1.0"),
    ("1.2.0", "1.2.0"),
    ("[x", "[x"),
    ("nanette", "nanette"),
    ("unknown-2", "unknown-2"),
    *((word, None) for word in ("", " ", "null", "NULL", "undefined", "None", "nan", "NaN", "Unknown")),
    *((word, None) for word in ("(null)", "[object Object]", "<null>"[1:5], '"null"', "%22undefined%22")),
    *((word, None) for word in (NO_GUID, f"{{{NO_GUID}}}", "{}", '""', '["undefined"]', "[NaN]")),
]

ADDRESSES: list[tuple[str, str | None]] = [
    ("a@b.test", "a@b.test"),
    (" A@B.Test\n", "a@b.test"),
    ("a+news@b.test", "a+news@b.test"),
    ("o'hara@b.test", "o'hara@b.test"),
    ("Ann B <a@b.test>", "a@b.test"),
    ("<a@b.test>", "a@b.test"),
    ('"B, Ann" <a@b.test>', "a@b.test"),
    ("B, Ann <a@b.test>", "a@b.test"),
    ('"c@d.test" <a@b.test>', "a@b.test"),
    ("c@d.test <a@b.test>", "a@b.test"),
    ("=?utf-8?Q?Z=C3=B6e?= <a@b.test>", "a@b.test"),
    ("=?utf-8?B?QW5uIDxhQGIudGVzdD4=?=", "a@b.test"),
    ("a@b.test (Ann (B))", "a@b.test"),
    ("(Ann) a@b.test", "a@b.test"),
    ("Friends: a@b.test, c@d.test;", "a@b.test"),
    ('Friends: "C" <a@b.test>;', "a@b.test"),
    ("<@relay.test:a@b.test>", "a@b.test"),
    ("mailto:a@b.test", "a@b.test"),
    ("rfc822;a@b.test", "a@b.test"),
    ("'a@b.test'", "a@b.test"),
    ('"a@b.test"', "a@b.test"),
    ("a%40b.test", "a@b.test"),
    ("a@b.test.", "a@b.test"),
    ('"ann"@b.test', "ann@b.test"),
    ('"Ann B"@b.test', '"ann b"@b.test'),
    ("a@bücher.test", "a@xn--bcher-kva.test"),
    ("a@BÜCHER.test", "a@xn--bcher-kva.test"),
    ("a@bu\u0308cher.test", "a@xn--bcher-kva.test"),
    ("a@XN--BCHER-KVA.test", "a@xn--bcher-kva.test"),
    ("Ann <a@bücher.test>", "a@xn--bcher-kva.test"),
    ("a@ｂücher。test", "a@xn--bcher-kva.test"),
    ("a@straße.test", "a@xn--strae-oqa.test"),
    ("a@xn--99999999.test", "a@xn--99999999.test"),
    ("Zoë@b.test", "zoë@b.test"),
    ("zoe\u0308@b.test", "zoë@b.test"),
    ("no address", "no address"),
    ("null", None),
    ("(none)", None),
]


@pytest.mark.parametrize(("text", "expected"), IDS)
def test_an_id_is_what_is_left_without_what_stands_around_it(text: str, expected: str | None) -> None:
    assert clean_id(text) == expected
    assert expected is None or clean_id(expected) == expected


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_an_address_is_read_as_rfc_5322_says(text: str, expected: str | None) -> None:
    assert clean_address(text) == expected
    assert expected is None or clean_address(expected) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ann@b.test", "ann@b.test"),
        ("Ann <Ann@B.test>", "ann@b.test"),
        ("ann%40b.test", "ann@b.test"),
        ("saml|ann@b.test", None),
        ("u-17", None),
        ("@team", None),
        ("ann@tenant", None),
        ("https://x.test/@ann.b", None),
    ],
)
def test_an_address_in_the_place_of_an_id_is_told_from_ids(text: str, expected: str | None) -> None:
    assert address_in(text) == expected


@pytest.mark.parametrize("text", ["x" * 3000, "(" * 5000 + "a@b.test", '"' * 5000, "[" * 5000])
def test_a_text_of_any_length_is_judged_at_once(text: str) -> None:
    assert clean_id(text) and clean_address(text)


def _texts(pieces: list[str]) -> list[str]:
    """Texts of all sorts, put together from what the rules look at."""
    dice = random.Random(5)
    return ["".join(dice.choices(pieces, k=dice.randrange(1, 5))) for _ in range(5000)]


def test_a_columns_ids_are_the_ones_of_the_rule() -> None:
    pieces = [
        *"aZ09 .-_\"'[]{}()%é",
        ".0",
        "00",
        "null",
        "NaN",
        "unknown",
        "%22",
        "\u00a0",
        GUID,
        GUID.upper(),
    ]
    texts = [*_texts(pieces), *(text for text, _ in IDS)]
    rows = pa.table({"email_id": texts, "other": texts})
    made = cleaned("sendgrid", rows)
    assert made.column("email_id").to_pylist() == [clean_id(text) for text in texts]
    assert made.column("other").to_pylist() == texts


def test_a_columns_addresses_are_the_ones_of_the_rule() -> None:
    pieces = [*"aZ09 .-+<>\"'(),;:%üß=?", "@", "@b.test", "xn--", "null", "a@b.test", "@bücher.test", "%40"]
    texts = [*_texts(pieces), *(text for text, _ in ADDRESSES)]
    made = cleaned("sendgrid", pa.table({"recipient": texts}))
    assert made.column("recipient").to_pylist() == [clean_address(text) for text in texts]


def test_what_must_be_there_is_missing_where_the_rule_says_so() -> None:
    texts = [text for text, _ in IDS if text[:1] not in "[{" or is_nothing(text)]
    rows = pa.table({"text": [*texts, None]})
    with duckdb.connect() as connection:
        connection.register("given", rows)
        found = connection.execute(f"select {identifier_columns.is_missing('text')} from given").fetchall()
    assert [missing for (missing,) in found] == [*(clean_id(text) is None for text in texts), True]


def test_clean_rows_are_the_same_object_also_cut_from_others() -> None:
    values = ["a@b.test", "c@d.test", "e@f.test", None]
    rows = pa.table({"recipient": values, "contact_id": ["c1", "c2", None, "c3"], "row_index": [0, 1, 2, 3]})
    assert cleaned("sendgrid", rows) is rows
    cut = rows.slice(1, 2)
    assert cleaned("sendgrid", cut) is cut
    empty = rows.slice(0, 0)
    assert cleaned("sendgrid", empty) is empty
    odd = pa.table({"recipient": ["x@y.test", "Ann <a@b.test>", None, "C@d.test"]}).slice(1)
    assert cleaned("ses", odd).column("recipient").to_pylist() == ["a@b.test", None, "c@d.test"]


@pytest.mark.parametrize(
    ("relation", "row", "expected"),
    [
        (
            "segment",
            {"user_id": "Ann <Ann@B.test>", "recipient": None},
            {"user_id": None, "recipient": "ann@b.test"},
        ),
        (
            "sendgrid",
            {"contact_id": "ann@b.test", "recipient": "Bob@b.test"},
            {"contact_id": None, "recipient": "bob@b.test"},
        ),
        (
            "crm_contacts",
            {"contact_id": "Ann@B.test", "email": None},
            {"contact_id": "ann@b.test", "email": "ann@b.test"},
        ),
        (
            "crm_leads",
            {"lead_id": "7.0", "contact_id": "ANN@b.test"},
            {"lead_id": "7", "contact_id": "ann@b.test"},
        ),
        (
            "crm_contacts",
            {"additional_emails": "A@b.test; Bo <c@d.test>;null"},
            {"additional_emails": "a@b.test;c@d.test"},
        ),
    ],
)
def test_an_address_is_no_contact_id_but_the_key_of_a_snapshot(
    relation: str, row: dict[str, Any], expected: dict[str, Any]
) -> None:
    rows = pa.table({name: pa.array([value], pa.string()) for name, value in row.items()})
    assert cleaned(relation, rows).to_pylist() == [expected]
