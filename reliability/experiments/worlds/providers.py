"""Events of SendGrid, Brevo, Postmark, Segment, web servers and Dynamics 365 for a random world.

Their ids are drawn from few, so that events repeat and contradict each other.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from reliability.experiments.worlds.shared_values import SharedValues

_AGENTS = ("Mozilla/5.0 (X11; Linux x86_64)", "Googlebot/2.1 (+http://www.google.com/bot.html)")
_OURS = ("contact_id", "email_id", "journey_id", "iteration_id", "tile_id")


def sendgrid(random: Random, shared: SharedValues, arrived: date) -> bytes:
    """Events in an array; some repeated with another id, some without a message id."""
    events = []
    for _ in range(random.randint(3, 16)):
        event: dict[str, Any] = {
            "event": random.choice(
                [
                    *("processed", "delivered", "bounce", "bounce", "dropped", "deferred", "open", "click"),
                    *("spamreport", "unsubscribe", "group_unsubscribe", "group_resubscribe"),
                ]
            ),
            "email": shared.address(random),
            "timestamp": int(shared.instant(random, arrived).timestamp()),
            **_sendgrids_message(random, shared),
            **_some_of_ours(random, shared),
        }
        if random.random() < 0.7:
            event["sg_event_id"] = f"ev{random.randint(1, 12)}"
        if event["event"] == "click":
            event["url"] = shared.url(random)
        if event["event"] == "bounce":
            event["type"] = random.choice(["bounce", "blocked"])
            event["reason"] = "550 no"
        if event["event"] == "open":
            event["sg_machine_open"] = random.random() < 0.3
        events.append(event)
        if random.random() < 0.2:
            events.append(event | {"sg_event_id": f"ev{random.randint(1, 12)}"})
    return json.dumps(events).encode()


def _sendgrids_message(random: Random, shared: SharedValues) -> dict[str, Any]:
    """Return SendGrid's message id, a Message-ID of SendGrid or of the sender, both, or none."""
    message = shared.id(random, "message_id")
    sender = random.choice(["ismtpd0006p1sjc2.sendgrid.net", "shop.example", "shop.example"])
    ids: dict[str, Any] = {"sg_message_id": f"{message}.filter-1", "smtp-id": f"<{message}@{sender}>"}
    for name in ids:
        if random.random() < 0.4:
            ids[name] = random.choice([None, "", "filter0199p1las1.4745.5717FB6F5.0"])
    return ids


def brevo(random: Random, shared: SharedValues, arrived: date) -> bytes:
    """Opens under two names, of which only one counts where both come, and changes of lists."""
    events = [
        {
            "event": random.choice(
                [
                    *("request", "delivered", "opened", "unique_opened", "unique_opened", "click"),
                    *("unsubscribed", "unsubscribed", "list_addition"),
                ]
            ),
            "email": random.choice(shared.addresses),
            "message-id": f"<{shared.id(random, 'message_id')}@relay.example>"
            if random.random() < 0.8
            else "",
            "ts_epoch": int(shared.instant(random, arrived).timestamp()) * 1000,
            "X-Mailin-custom": json.dumps(_some_of_ours(random, shared)),
            "link": shared.url(random),
        }
        for _ in range(random.randint(3, 12))
    ]
    return "".join(f"{json.dumps(event)}\n" for event in events).encode()


def postmark(random: Random, shared: SharedValues, arrived: date) -> bytes:
    """Bounces and complaints, reported again as changes of the suppression list, which staff change too."""
    events = []
    for _ in range(random.randint(3, 12)):
        kind = random.choice(
            ["Delivery", "Bounce", "SpamComplaint", "SubscriptionChange", "SubscriptionChange"]
        )
        event: dict[str, Any] = {
            "RecordType": kind,
            "Recipient": shared.address(random),
            "MessageID": random.choice(
                [shared.id(random, "message_id"), shared.id(random, "message_id"), None]
            ),
            "ChangedAt": shared.instant_text(random, arrived),
            "Metadata": _some_of_ours(random, shared),
        }
        if kind == "Bounce":
            event["Type"] = random.choice(["HardBounce", "SoftBounce", "SpamNotification", "Unsubscribe"])
        if kind == "SubscriptionChange":
            event["Origin"] = random.choice(["Recipient", "Recipient", "Customer"])
            event["SuppressSending"] = random.random() < 0.8
            event["SuppressionReason"] = random.choice(["HardBounce", "SpamComplaint", "ManualSuppression"])
        events.append(event)
    return "".join(f"{json.dumps(event)}\n" for event in events).encode()


def segment(random: Random, shared: SharedValues, arrived: date) -> bytes:
    """Page views, and calls that identify a visitor by contact, by address or by another visitor."""
    calls: list[dict[str, Any]] = []
    for _ in range(random.randint(4, 24)):
        kind = random.choice(["page", "page", "page", "identify", "identify", "track", "alias", "group"])
        call: dict[str, Any] = {
            "type": kind,
            "timestamp": shared.instant_text(random, arrived),
            "anonymousId": shared.id(random, "visitor_id"),
            "context": {"page": {"url": shared.url(random)}, "userAgent": random.choice(_AGENTS)},
            "properties": _some_of_ours(random, shared, chance=0.1),
        }
        if random.random() < 0.7:
            call["messageId"] = f"call{random.randint(1, 25)}"
        if kind == "alias":
            call |= {"previousId": shared.id(random, "visitor_id")}
        if kind in ("identify", "alias") or random.random() < 0.1:
            call["userId"] = shared.id(random, "contact_id")
        if kind == "identify" and random.random() < 0.4:
            del call["userId"]
            call["traits"] = {"email": shared.address(random)}
        if kind == "track":
            call["event"] = random.choice(
                ["Form Viewed", "Form Submitted", "Link Clicked", "Redirect Clicked", "Order Completed"]
            )
            for name in ("form_id", "page_id", "submission_id", "redirect_url_id", "order_id"):
                call["properties"][name] = shared.id(random, name)
            call["properties"] |= {"lead_result": random.choice(["created", "none"])}
            call["properties"] |= {"total": random.choice([0.1, 0.7, "nine"]), "currency": "EUR"}
        calls.append(call)
    return "".join(f"{json.dumps(call)}\n" for call in calls).encode()


def access_log(random: Random, shared: SharedValues, arrived: date) -> bytes:
    """Requests with the host in the line."""
    return _log(random, shared, arrived, shared.hosts)


def access_log_without_host(random: Random, shared: SharedValues, arrived: date) -> bytes:
    """Requests without a host, for a feed that has one in its configuration."""
    return _log(random, shared, arrived, None)


def _log(random: Random, shared: SharedValues, arrived: date, hosts: list[str] | None) -> bytes:
    status = (200, 200, 301, 302, 404)
    lines = [
        f"{random.choice(hosts) + ' ' if hosts else ''}{random.choice(['8.8.8.8', '192.0.2.1'])} - - "
        f"[{shared.instant(random, arrived):%d/%b/%Y:%H:%M:%S +0000}] "
        f'"GET {random.choice(shared.paths)} HTTP/1.1"'
        f' {random.choice(status)} 12 "-" "{random.choice(_AGENTS)}"\n'
        for _ in range(random.randint(3, 12))
    ]
    return "".join(random.choices(lines, k=len(lines) + 2)).encode()


#: Types of the export, with their own columns.
_EXPORTED = {
    "EmailSent": (),
    "EmailDelivered": ("DeliveredCount",),
    "EmailOpened": (),
    "EmailClicked": ("OriginalUrl",),
    "EmailSoftBounced": (),
    "SegmentUnsubscribed": ("SegmentId",),
    "SegmentMembersCountChanged": ("SegmentId", "MembersCount"),
    "ActivityContactDispatched": (),
    "TriggerActivityContactProcessed": ("Path",),
    "FormVisited": ("FormId", "PageId", "VisitorId"),
    "FormSubmitted": ("FormId", "PageId", "VisitorId", "FormSubmissionId"),
    "WebsiteVisited": ("WebsiteId", "VisitorId", "PageAddress"),
}
_EXPORTED_IDS = {
    "ContactId": "contact_id",
    "MessageId": "email_id",
    "CustomerJourneyId": "journey_id",
    "CustomerJourneyIterationId": "iteration_id",
    "ActivityId": "tile_id",
}
_DETAIL_IDS = {
    "SegmentId": "segment_id",
    "FormId": "form_id",
    "PageId": "page_id",
    "VisitorId": "visitor_id",
    "FormSubmissionId": "submission_id",
    "WebsiteId": "website_id",
}


def dynamics365(random: Random, shared: SharedValues) -> Iterator[tuple[date, str, bytes, bytes | None]]:
    """Yield day, name, content and first part of every file of a few folders of the export.

    Its messages have no id of their own, records come again with a higher version, and blobs grow.
    """
    for day in {shared.day(random) for _ in range(random.randint(1, 3))}:
        types = random.sample(list(_EXPORTED), random.randint(1, 6))
        yield day, "model.json", _index(types), None
        for record_type in types:
            records = [_exported(random, shared, day, record_type) for _ in range(random.randint(1, 9))]
            whole = _blob(records, record_type)
            part = _blob(records[:-1], record_type) if len(records) > 1 and random.random() < 0.4 else None
            yield day, f"csv/{record_type}/part-0", whole, part


def _exported(random: Random, shared: SharedValues, day: date, record_type: str) -> dict[str, Any]:
    # The export has whole seconds, in en-US format.
    record: dict[str, Any] = {
        "InteractionType": record_type,
        "Timestamp": f"{shared.instant(random, day):%m/%d/%Y %I:%M:%S %p} +00:00",
        "InternalMarketingInteractionId": f"x{record_type[-4:]}{random.randint(1, 6)}",
        "Version": random.randint(1, 3),
        "EmailAddressUsed": shared.address(random) if random.random() < 0.4 else "",
    }
    for column, name in (
        _EXPORTED_IDS | {c: _DETAIL_IDS[c] for c in _EXPORTED[record_type] if c in _DETAIL_IDS}
    ).items():
        record[column] = shared.id(random, name) if random.random() < 0.75 else ""
    for column in _EXPORTED[record_type]:
        if column == "DeliveredCount":
            record[column] = random.choice([1, 1, -1])
        elif column in ("OriginalUrl", "PageAddress"):
            record[column] = shared.url(random)
        elif column == "MembersCount":
            record[column] = random.randint(0, 9)
        elif column == "Path":
            record[column] = random.choice(["yes", "no"])
    return record


def _blob(records: list[dict[str, Any]], record_type: str) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]), lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode()


def _index(types: list[str]) -> bytes:
    entities = [
        {"name": name, "partitions": [{"name": "part-0", "location": f"https://x/c/csv/{name}/part-0"}]}
        for name in types
    ]
    return json.dumps({"name": "MarketingInteractionModel", "version": "1.0", "entities": entities}).encode()


def _some_of_ours(random: Random, shared: SharedValues, chance: float = 0.6) -> dict[str, str]:
    return {name: shared.id(random, name) for name in _OURS if random.random() < chance}
