"""A Dynamics 365 export whose blobs grow and are renamed, with versions in any order, and what marts say of it.

Does not belong here: shapes of blobs (`tests/ingestion/adapters/test_dynamics365.py`), loads in another order
(`tests/end_to_end/incremental`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.harness.worlds import arrived, ask
from tests.ingestion.adapters.cdm import blob, record, write_day

DAYS = ("2026-03-01", "2026-03-02", "2026-03-03")
IDS = {"CustomerJourneyId": "j1", "CustomerJourneyIterationId": "it1", "SendingId": "it1", "MessageId": "e1"}

pytestmark = pytest.mark.slow


def mail(record_type: str, key: str, contact: str, at: str, **fields: Any) -> dict[str, Any]:
    """A record of the message that the tile 01_1 sent to a contact."""
    address = {
        "ContactId": contact,
        "EmailAddressUsed": f"{contact}@people.example",
        "EmailDomain": "sender.example",
    }
    return record(record_type, key, **{"ActivityId": "01_1", **IDS, **address, "Timestamp": at, **fields})


def at(day: int, hour: int, minute: int = 0) -> str:
    """An instant of March 2026 as the export writes it."""
    return f"3/{day}/2026 {hour % 12 or 12}:{minute:02}:00 {'AM' if hour < 12 else 'PM'} +00:00"


SENT = [mail("EmailSent", f"s{n}", f"c{n}", at(1, 9)) for n in range(6)]
DELIVERED = [mail("EmailDelivered", f"d{n}", f"c{n}", at(1, 10), DeliveredCount=1) for n in range(4)]
#: A remote bounce takes the delivery back, at the delivery's own time.
TAKEN_BACK = [mail("EmailDelivered", "d3-", "c3", at(1, 10), DeliveredCount=-1)]
BOUNCED = [
    mail("EmailHardRemoteBounced", "b3", "c3", at(2, 10), BounceCategory="invalid-mailbox"),
    mail("EmailSoftBounced", "b4", "c4", at(1, 11), BounceCategory="full-mailbox"),
    mail("EmailBlockBounced", "b5", "c5", at(1, 11)),
]
OPENED = [mail("EmailOpened", f"o{n}", "c0", at(1 + n, 12), Version=2) for n in range(3)]
#: The second click is known in three versions; the highest one says which link it was.
CLICKED = [
    mail("EmailClicked", "k0", "c0", at(1, 13), OriginalUrl="https://shop.example/a", LinkFriendlyName="A"),
    mail("EmailClicked", "k1", "c0", at(1, 14), OriginalUrl="https://shop.example/second", Version=2),
]
OLDER_CLICK = mail("EmailClicked", "k1", "c0", at(1, 14), OriginalUrl="https://shop.example/first", Version=1)
NEWER_CLICK = mail("EmailClicked", "k1", "c0", at(1, 15), OriginalUrl="https://shop.example/third", Version=3)
BOTS = [mail("BotEmailLinkClicked", "k2", "c1", at(1, 10, 30), OriginalLink="https://shop.example/a")]
#: Which email's delivery is taken back is not said: the latest that had begun, which may come a day later.
FIRST_OF_TWO = [
    mail("EmailSent", "s9", "c9", at(1, 9), MessageId="e2"),
    mail("EmailDelivered", "d9", "c9", at(1, 10), MessageId="e2", DeliveredCount=1),
    mail("EmailDelivered", "d9-", "c9", at(1, 15), MessageId="", DeliveredCount=-1),
]
SECOND_OF_TWO = [mail("EmailSent", "t9", "c9", at(1, 14), MessageId="e3")]
#: Several blocks of one message; none of these types names its tile.
NO_TILE = {"ActivityId": ""}
BLOCKED = [
    mail("EmailBlocked", "x6", "c6", at(1, 9)),
    mail("EmailBlockedByUnsubscription", "y6", "c6", at(1, 9, 1)),
    mail("DomainNotOwnedByAnyone", "x7", "c7", at(1, 9), **NO_TILE),
    mail("EmailSendingFailed", "x8", "c8", at(1, 9), **NO_TILE),
    mail("EmailSubscriptionSubmit", "u2", "c2", at(2, 9), **NO_TILE),
]
LEFT = [mail("SegmentUnsubscribed", "l1", "c1", at(2, 16), SegmentId="newsletter", **NO_TILE)]
PASSED = [
    record(
        "ActivityContactDispatched", f"p{n}", Timestamp=at(1, 8), ActivityId="01_0", ContactId=f"c{n}", **IDS
    )
    for n in range(3)
] + [
    record(
        "TriggerActivityContactProcessed",
        "q0",
        **{**IDS, "Timestamp": at(2, 8), "ActivityId": "01_0", "ContactId": "c0", "Path": "yes"},
    ),
    record(
        "ActivityContactBlockedConsent",
        "q1",
        **{**IDS, "Timestamp": at(2, 8), "ActivityId": "01_0", "ContactId": "c1"},
    ),
]
FORMS = [
    record("FormVisited", "fv", Timestamp=at(2, 9), FormId="f1", PageId="pg1", VisitorId="v1"),
    record(
        "FormSubmitted",
        "fs",
        Timestamp=at(2, 10),
        FormId="f1",
        PageId="pg1",
        VisitorId="v1",
        ContactId="c0",
        FormSubmissionId="sub1",
        ContactMatchingResult="Updated",
        LeadMatchingResult="Created",
        SubmittedValues="Name: Zoë\r\nMessage: One\r\ntwo",
    ),
]


def of_type(name: str, *records: Mapping[str, Any]) -> dict[str, bytes]:
    """Blobs of a day, by the types of the records; the name is the same in each type's folder."""
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for one in records:
        by_type.setdefault(one["InteractionType"], []).append(one)
    return {f"csv/{kind}/{name}": blob(rows) for kind, rows in by_type.items()}


def blobs_of(day: str) -> dict[str, bytes]:
    """A day of the export: a whole folder first, then small blobs, longer ones, and ones with new names."""
    if day == DAYS[0]:
        return {
            **of_type("one", *SENT[:4], *DELIVERED, *OPENED[:1], *BLOCKED[:4], *PASSED[:3]),
            **of_type("two", *FIRST_OF_TWO),
            **of_type("late", *SENT[4:], CLICKED[0], CLICKED[1], *BOTS, *BOUNCED[1:]),
        }
    if day == DAYS[1]:
        # `one` goes on, with what was in it; `late` has another name; a lower version comes late.
        return {
            **of_type(
                "one", *SENT[:4], *DELIVERED, *TAKEN_BACK, *OPENED[:2], *BLOCKED, *LEFT, *PASSED, *FORMS
            ),
            **of_type("renamed", *SENT[4:], CLICKED[0], CLICKED[1], OLDER_CLICK, *BOTS, *BOUNCED),
            **of_type("two", *SECOND_OF_TWO),
            "csv/FormSubmitted/1252": blob(FORMS[1:], encoding="cp1252"),
        }
    return of_type("two", NEWER_CLICK, *OPENED)


#: What the last day's folder has before it has everything: one record, then more of the same blobs.
GROWING = [of_type("two", *OPENED[:1]), of_type("two", NEWER_CLICK, *OPENED[:2])]


def deliver(landing: Path, day: str, blobs: Mapping[str, bytes] | None = None) -> None:
    """What arrives on one day: everything, unless only some blobs are there yet."""
    write_day(landing / "dynamics365" / day, blobs_of(day) if blobs is None else blobs)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one build of the whole history."""
    return arrived(tmp_path_factory.mktemp("dynamics365"), DAYS, deliver)


def test_messages_are_what_the_export_says(at_once: Path) -> None:
    columns = "contact_id, tile_id, delivery_status, reason, opens, clicks, unsubscribed, recipient_domain"
    assert ask(at_once, f"select {columns} from mart_email_recipients order by contact_id") == [
        ("c0", "01_1", "delivered", None, 3, 2, False, "people.example"),
        ("c1", "01_1", "delivered", None, 0, 1, True, "people.example"),
        ("c2", "01_1", "delivered", None, 0, 0, False, "people.example"),
        ("c3", "01_1", "bounced_hard", "invalid-mailbox", 0, 0, False, "people.example"),
        ("c4", "01_1", "bounced_soft", "full-mailbox", 0, 0, False, "people.example"),
        ("c5", "01_1", "bounced_other", None, 0, 0, False, "people.example"),
        ("c6", "01_1", "blocked", "other", 0, 0, False, "people.example"),
        ("c7", "unknown", "blocked", "other", 0, 0, False, "people.example"),
        ("c8", "unknown", "sending_failed", None, 0, 0, False, "people.example"),
        ("c9", "01_1", "delivered", None, 0, 0, False, "people.example"),
        ("c9", "01_1", "delivered", None, 0, 0, False, "people.example"),
    ]
    counts = "targeted, blocked, sending_failed, sent, bounced_total, delivered, delivered_confirmed"
    assert ask(at_once, f"select {counts} from mart_email_kpis where email_id = 'e1'") == [
        (9, 2, 1, 6, 3, 3, 3)
    ]
    counts = "clicked_unique, clicked_unique_human, unsubscribed, subscription_submitted"
    assert ask(at_once, f"select {counts} from mart_email_kpis where email_id = 'e1'") == [(2, 1, 1, 1)]


def test_a_delivery_that_was_taken_back_is_no_event(at_once: Path) -> None:
    delivered = (
        "select contact_id from fct_email_events where interaction_type = 'email_delivered' order by 1"
    )
    assert ask(at_once, delivered) == [("c0",), ("c1",), ("c2",), ("c9",)]
    assert ask(at_once, "select count(*) from fct_email_events where interaction_type like '%withdrawn'") == [
        (0,)
    ]


def test_the_highest_version_stands(at_once: Path) -> None:
    links = "select link_url, clicks_total from mart_email_links where email_id = 'e1' order by link_url"
    assert ask(at_once, links) == [("https://shop.example/a", 2), ("https://shop.example/third", 1)]


def test_the_books_balance_and_count_a_record_once(at_once: Path) -> None:
    sums = "sum(records_landed), sum(duplicates), sum(ignored), sum(quarantined), sum(records_read)"
    landed, duplicates, ignored, quarantined, read = ask(at_once, f"select {sums} from build_files")[0]
    interactions = ask(at_once, "select count(*) from build_files where records_landed > records_read")
    assert interactions == [(0,)]
    distinct = {
        one["InternalMarketingInteractionId"]
        for group in (
            SENT,
            DELIVERED,
            TAKEN_BACK,
            BOUNCED,
            OPENED,
            CLICKED,
            BOTS,
            BLOCKED,
            LEFT,
            PASSED,
            FORMS,
            FIRST_OF_TWO,
            SECOND_OF_TWO,
        )
        for one in group
    }
    assert (landed, ignored, quarantined) == (len(distinct), 0, 0)
    assert read == landed + duplicates
