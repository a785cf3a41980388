"""What counts as a mention of an erased person in a text, and what only looks like one."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa
import pytest

from ingestion.erasure.anonymise import Anonymiser
from ingestion.erasure.record import ADDRESS, CONTACT, VISITOR, Suppressions
from ingestion.erasure.text_search import Mentions


@dataclass
class Record:
    suppressions: Suppressions = field(default_factory=lambda: Suppressions(b"key"))

    def replaced(self, text: str) -> str | None:
        found: str | None = Mentions(self.suppressions).replace(pa.array([text])).to_pylist()[0]
        return found


@pytest.fixture
def record() -> Record:
    made = Record()
    made.suppressions.suppress(CONTACT, "contact-17")
    made.suppressions.suppress(CONTACT, "4217")
    made.suppressions.suppress(CONTACT, "Åse-2017")
    made.suppressions.suppress(CONTACT, "İpek-2018")
    made.suppressions.suppress(VISITOR, "{3F2504E0-4F89}")
    made.suppressions.suppress(ADDRESS, "Zoë@Example.org", "example.org")
    made.suppressions.suppress(ADDRESS, "ann@example.org", "example.org")
    return made


@pytest.mark.parametrize(
    "text",
    [
        "ann@example.org",
        "ANN@Example.ORG!",
        "<mailto:ann@example.org>",
        "https://x/?to=ann%40example.org&a=1",
        "https://x/?next=%2Fsub%3Fto%3Dann%2540example.org",
        "?q%3Dann%40example.org",
        r"line\nann@example.org",
        r"\u003cann\u0040example.org\u003e",
        "bounce-ann=example.org@lists.example",
        "id contact-17.",
        "m-contact-17-e3",
        "İ and contact-17",
        "zoë@example.org",
        "ZOË@EXAMPLE.ORG",
        r"zo\u00eb@example.org",
        "zo%C3%AB%40example.org",
        "3f2504e0-4f89",
        "of Åse-2017",
        "/?c=%C3%85se-2017",
        r'{"c": "\u00c5se-2017"}',
        "of İpek-2018",
    ],
)
def test_a_mention_is_found_however_it_is_written(record: Record, text: str) -> None:
    replaced = record.replaced(text)
    assert replaced and "erased-" in replaced
    for trace in ("ann", "contact-17", "zo", "3f2504e0", "-2017", "-2018"):
        assert trace not in replaced.lower().replace("lists", "")


@pytest.mark.parametrize(
    "text",
    [
        "joann@example.org",
        "ann@example.orgs",
        "contact-171",
        "xcontact-17",
        "page 4217 of 5000",  # an id of digits only is told from a number in id columns alone
        "",
        None,
    ],
)
def test_what_only_looks_like_a_mention_stays(record: Record, text: str) -> None:
    assert record.replaced(text) == text


def test_only_the_mention_is_taken_out(record: Record) -> None:
    replaced = record.replaced("https://x/?a=contact-171&b=contact-17&c=xcontact-17")
    token = record.suppressions.token("contact-17")
    assert replaced == f"https://x/?a=contact-171&b={token}&c=xcontact-17"


def test_what_a_mention_is_taken_out_of_stays_a_link_and_json(record: Record) -> None:
    token = record.suppressions.token("Åse-2017")
    assert record.replaced("/?c=%C3%85se-2017&d=1") == f"/?c={token}&d=1"
    assert record.replaced(r'{"c": "\u00c5se-2017"}') == f'{{"c": "{token}"}}'


def test_a_mention_does_not_run_over_the_end_of_a_text(record: Record) -> None:
    texts = pa.array(["contact-", "17", "ann@example", ".org", "contact-17"])
    assert list(Mentions(record.suppressions).of(texts)) == [4]


def test_short_ids_fill_a_cell(record: Record) -> None:
    rows = pa.table({"file_id": [1, 2], "contact_id": ["4217", "42"], "url": ["/4217", "/4217"]})
    out = Anonymiser(record.suppressions).rows("interactions", rows)
    assert out.column("contact_id").to_pylist() == [record.suppressions.token("4217"), "42"]
    assert out.column("url").to_pylist() == ["/4217", "/4217"]


def test_an_address_with_a_name_is_an_address(record: Record) -> None:
    rows = pa.table({"file_id": [1], "recipient": ["Ann <ann@example.org>"]})
    out = Anonymiser(record.suppressions).rows("ses", rows)
    assert "ann@" not in out.column("recipient").to_pylist()[0]


def test_an_address_that_only_ends_like_one_is_somebody_elses(record: Record) -> None:
    rows = pa.table({"file_id": [1], "recipient": ["Jo Ann <jo.ann@example.org>"], "ip": ["198.51.100.1"]})
    assert Anonymiser(record.suppressions).rows("ses", rows).to_pylist() == rows.to_pylist()


def test_rows_without_anybody_are_the_same_object(record: Record) -> None:
    rows = pa.table({"file_id": [1], "recipient": ["bob@example.org"], "url": ["/"]})
    assert Anonymiser(record.suppressions).rows("ses", rows) is rows
