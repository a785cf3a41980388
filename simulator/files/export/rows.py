"""Rows of the Dynamics 365 interaction export: one per interaction, with the columns of its type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from simulator.events.crm.segments import MAILING_LIST
from simulator.files.records.record import EmailEvent, Hit, uuid
from simulator.world.model import SECOND, World

_MATCHES = {"created": "Created", "updated": "Updated"}
Event = dict[str, Any]
_EMAIL_TYPES = {
    "email_sent": "EmailSent", "email_delivered": "EmailDelivered", "email_opened": "EmailOpened",
    "email_clicked": "EmailClicked", "email_forwarded": "EmailForwarded",
    "email_feedback_loop": "EmailFeedbackLoop", "email_unsubscribed": "SegmentUnsubscribed",
    "email_subscription_submitted": "EmailSubscriptionSubmit",
}  # fmt: skip
_PROCESSED = {
    "segment": "PassThroughActivityContactProcessed", "email": "PassThroughActivityContactProcessed",
    "trigger": "TriggerActivityContactProcessed", "splitter": "SplitterActivityContactProcessed",
    "scheduler": "SchedulerActivityContactProcessed",
    "create_activity": "CreateCrmActivityContactProcessed",
}  # fmt: skip
_BLOCKED = {
    "consent": ("ActivityContactBlockedConsent", "ActivityContactBlockedExternalConsent"),
    "suppression_segment": ("ActivityContactBlockedSuppression",),
}
_MOVES = {
    "segment_joined": "SegmentSubscribed", "segment_left": "SegmentUnsubscribed",
    "segment_members_counted": "SegmentMembersCountChanged",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the export. Of several rows with one id the one with the highest version counts.

    arrives: microseconds since 1970. later: only the later schema has all its columns.
    """

    type: str
    values: dict[str, Any]
    arrives: int
    version: int = 1
    later: bool = False


def email_rows(event: EmailEvent, arrives: int, first_arrival: int) -> Iterator[Row]:
    """Yield the rows of an email event.

    A remote bounce corrects a delivery: besides its own row there is a delivered row from up to a day
    earlier, and one with count -1 that takes it back. Nothing arrives before `first_arrival`.
    """
    row = _email_row(event, arrives)
    yield row
    if "Remote" in row.type:
        earlier = max(arrives - event.variant % 25 * 3600 * SECOND, first_arrival)
        for key, count, arrival in ((0, 1, earlier), (1, -1, arrives)):
            values = row.values | {
                "InternalMarketingInteractionId": _identifier(f"{event.number:08x}f{key}"),
                "DeliveredCount": count, "BounceCategory": None, "RemoteBounce": None,
            }  # fmt: skip
            yield Row("EmailDelivered", values, arrival, later=True)


def _email_row(event: EmailEvent, arrives: int) -> Row:
    kind = _email_type(event)
    values = _common(f"{event.number:08x}e", event.at, event.variant) | {
        "MessageId": event.ids.get("email_id"), "CustomerJourneyId": event.ids.get("journey_id"),
        "ActivityId": event.ids.get("tile_id"), "ContactId": event.ids.get("contact_id"),
        "SendingId": event.ids.get("iteration_id"), "EmailAddressUsed": event.recipient,
        "EmailDomain": "mail.shop.example", "UsageType": "CustomerJourney",
        "CountryIsoCode": event.country,
    }  # fmt: skip
    if event.variant % 4:
        # Two columns can have the iteration id; one of them is enough.
        values["CustomerJourneyIterationId"] = event.ids.get("iteration_id")
    if event.place:
        values |= {"State": event.place.region, "City": event.place.city}
    if event.link:
        values["OriginalUrl" if event.variant % 3 else "OriginalLink"] = event.link.url
        values["LinkFriendlyName"] = event.link_name
    if event.bounce and event.refusal:
        values |= {"BounceCategory": event.refusal.reason, "RemoteBounce": str("Remote" in kind)}
    if event.type == "email_unsubscribed":
        values["SegmentId"] = MAILING_LIST
    if event.type == "email_delivered":
        values["DeliveredCount"] = 1
    return Row(kind, values, arrives)


def _email_type(event: EmailEvent) -> str:
    if event.refusal:
        return str(event.refusal.detail["type"])
    if event.type == "email_clicked" and event.flagged:
        return "BotEmailLinkClicked"
    return _EMAIL_TYPES[event.type]


def pass_rows(world: World, events: pd.DataFrame) -> Iterator[Row]:
    """Yield the rows of tile events."""
    for number, event in enumerate(_rows(events)):
        tile = world.tiles[event["tile"]]
        values = _common(f"{number:08x}a", event["occurred_at"], number) | {
            "ActivityId": event["tile_id"], "CustomerJourneyId": event["journey_id"],
            "CustomerJourneyIterationId": event["iteration_id"], "ContactId": event["contact_id"],
            "WorkflowId": f"workflow-{tile.order}",
        }  # fmt: skip
        if event["interaction_type"] == "journey_tile_blocked":
            values["Reason"] = event["reason"]
        else:
            values["NextActivityId" if tile.kind == "splitter" else "Path"] = event["path"]
        yield Row(_pass_type(event, tile.kind, number), values, event["arrives"])


def _pass_type(event: Event, tile_kind: str, number: int) -> str:
    match event["interaction_type"]:
        case "journey_tile_entered":
            return "ActivityContactDispatched"
        case "journey_tile_failed":
            return "ActivityContactProcessingFailed"
        case "journey_tile_blocked":
            known = _BLOCKED.get(event["reason"], ("ActivityContactBlocked",))
            return known[number % len(known)]
        case _:
            return _PROCESSED[tile_kind]


def segment_rows(events: pd.DataFrame) -> Iterator[Row]:
    """Yield the rows of segment joins, leaves and member counts."""
    for number, event in enumerate(_rows(events)):
        values = _common(f"{number:08x}b", event["occurred_at"], number) | {
            "SegmentId": event["segment_id"], "ContactId": event["contact_id"],
        }  # fmt: skip
        if event["interaction_type"] == "segment_members_counted":
            values["MembersCount"] = int(event["members_count"])
        yield Row(_MOVES[event["interaction_type"]], values, event["arrives"])


def score_rows(events: pd.DataFrame) -> Iterator[Row]:
    """Yield the rows of scores; the export has no scoring model."""
    for number, event in enumerate(_rows(events)):
        values = _common(f"{number:08x}c", event["occurred_at"], number) | {
            "ContactId": event["contact_id"], "LeadId": event["lead_id"], "BoostValue": int(event["score"]),
        }  # fmt: skip
        yield Row("LeadScoreBoost", values, event["arrives"])


_HIT_TYPES = {
    "form_visited": "FormVisited", "form_submitted": "FormSubmitted", "website_visited": "WebsiteVisited",
    "redirect_clicked": "RedirectLinkClicked", "event_registered": "EventRegistration",
    "event_registration_cancelled": "EventRegistrationCanceled", "event_checked_in": "EventCheckIn",
    "survey_responded": "SurveyResponse",
}  # fmt: skip


def hit_row(hit: Hit, arrives: int) -> Row:
    """Return the row of a web hit, an event participation or a survey answer."""
    values = _common(f"{hit.number:08x}9", hit.at, hit.variant) | {
        "ContactId": hit.contact_id, "VisitorId": hit.visitor_id, "PageId": hit.page_id,
        "FormId": hit.form_id, "WebsiteId": hit.website_id, "PageAddress": hit.url,
        "LinkId": hit.redirect_url_id, "EventId": hit.event_id, "SurveyId": hit.survey_id,
        "Score": hit.score, "FormSubmissionId": hit.submission_id, "CountryIsoCode": hit.country,
        "ContactMatchingResult": _MATCHES.get(hit.contact_result or ""),
        "LeadMatchingResult": _MATCHES.get(hit.lead_result or ""),
    }  # fmt: skip
    if hit.place:
        values |= {"State": hit.place.region, "City": hit.place.city}
    if hit.values:
        values["SubmittedValues"] = "\r\n".join(f"{name}: {value}" for name, value in hit.values.items())
    return Row(_HIT_TYPES[hit.kind], values, arrives)


def _rows(events: pd.DataFrame) -> list[Event]:
    """Return the frame's rows, with None for missing values."""
    plain = events.astype(object).where(events.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


#: Per column, the mistake that the first version of a row has in it.
_CORRECTIONS: dict[str, Callable[[Any], Any]] = {
    "OriginalUrl": lambda url: "https://www.shop.example/draft",
    "Path": lambda path: "undecided",
    "NextActivityId": lambda tile: "undecided",
    "MembersCount": lambda count: count + 7,
    "BoostValue": lambda boost: boost + 1,
    "BounceCategory": lambda category: "other",
    "City": lambda city: "Atlantis",
}


def corrected(row: Row) -> tuple[Row, Row] | None:
    """Return the row as first written and as corrected; None where the row has no column to correct."""
    if row.later:
        return None
    for column, change in _CORRECTIONS.items():
        value = row.values.get(column)
        if value is not None:
            return replace(row, values=row.values | {column: change(value)}), replace(row, version=2)
    return None


def unknown_type_rows(arrives: int, number: int) -> list[Row]:
    """Return a row of a type that the warehouse does not model, and a test email."""
    kinds = (
        ("ContactDeleted", {"DeletedContactId": f"gone-{number}"}),
        ("EntityDeleted", {"DeletedEntityType": "segment", "DeletedEntityId": f"gone-{number}"}),
        ("CustomerJourneyIterationStarted", {"CustomerJourneyId": "journey-01"}),
        ("ConfirmationRequest", {"ConfirmationRequestId": f"request-{number}", "ChannelType": "email"}),
    )
    kind, values = kinds[number % len(kinds)]
    rehearsal = {"MessageId": "email-001", "ContactId": "contact-0000001", "UsageType": "TestSend"}
    key = f"{number:08x}8"
    test = Row("EmailSent", _common(key, arrives, number) | rehearsal, arrives)
    return [test, Row(kind, _common(f"{number:08x}d", arrives, number) | values, arrives)]


def _common(key: str, at: int, variant: int) -> dict[str, Any]:
    return {
        "OrganizationId": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "Timestamp": us_time(at, hours_east=2 if variant % 5 == 0 else 0),
        "InternalMarketingInteractionId": _identifier(key),
    }


def _identifier(key: str) -> str:
    """Return a GUID for a hexadecimal key; different keys give different GUIDs."""
    number = int(key, 16)
    return uuid(number * 0x9E3779B97F4A7C15 % (1 << 64), number)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us_time(micros: int, hours_east: int = 0) -> str:
    """Return an instant as en-US text, to the second, on a clock that many hours east of UTC."""
    local = _EPOCH + timedelta(microseconds=micros, hours=hours_east)
    hour = local.hour % 12 or 12
    half = "AM" if local.hour < 12 else "PM"
    day = f"{local.month}/{local.day}/{local.year}"
    return f"{day} {hour}:{local:%M:%S} {half} +{hours_east:02d}:00"
