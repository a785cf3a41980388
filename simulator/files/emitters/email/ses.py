"""Amazon SES event publishing: Firehose objects, SNS envelopes, tags with lists of values."""

from __future__ import annotations

from typing import Any

from simulator.files.records.containers import concatenated, ndjson, text
from simulator.files.records.record import Body, EmailEvent, Emitter, iso, uuid

EVENTS = {
    "email_sent": "Send",
    "email_delivered": "Delivery",
    "email_deferred": "DeliveryDelay",
    "email_bounced": "Bounce",
    "email_blocked": "Bounce",
    "email_opened": "Open",
    "email_clicked": "Click",
    "email_feedback_loop": "Complaint",
    "email_unsubscribed": "Subscription",
    "email_subscription_submitted": "Subscription",
}
_TIMED = ("mail", "delivery", "deliveryDelay", "bounce", "complaint", "open", "click", "subscription")
_SENDER = "News <news@shop.example>"


def bodies(event: EmailEvent) -> list[Body]:
    """Return the event as SES publishes it."""
    refusal = event.refusal.detail if event.refusal else {}
    name = EVENTS.get(event.type) or refusal["event"]
    body: Body = {"eventType": name, "mail": _mail(event)}
    untimed = _untimed(event)
    if name in untimed:
        # These events have no time of their own: the mail's time is theirs.
        body["mail"]["timestamp"] = iso(event.at)
        section, content = untimed[name]
    else:
        section, content = _section(event, name)
    body[section] = content
    return [body]


def _untimed(event: EmailEvent) -> dict[str, tuple[str, Body]]:
    """Return the parts of events that happen when the mail is handed over."""
    reason = event.refusal.reason if event.refusal else ""
    return {
        "Send": ("send", {}),
        "Reject": ("reject", {"reason": reason}),
        "Rendering Failure": ("failure", {"errorMessage": reason, "templateName": "journey-template"}),
    }


def _mail(event: EmailEvent) -> Body:
    message_id = f"0100{event.hex[:12]}-{uuid(*event.token)}-000000"
    sent_at = min(event.sent_at, event.at)
    tags = {name: [value] for name, value in event.ids.items()}
    return {
        "timestamp": iso(sent_at),
        "source": _SENDER,
        "sourceArn": "arn:aws:ses:us-east-1:123456789012:identity/shop.example",
        "sendingAccountId": "123456789012",
        "messageId": message_id,
        "destination": [event.recipient],
        "headersTruncated": False,
        "headers": [
            {"name": "From", "value": _SENDER},
            {"name": "To", "value": event.recipient},
            {"name": "Subject", "value": event.subject},
        ],
        "commonHeaders": {
            "from": [_SENDER],
            "to": [event.recipient],
            "messageId": message_id,
            "subject": event.subject,
        },
        "tags": {"ses:configuration-set": ["journeys"], "ses:source-ip": ["192.0.2.0"], **tags},
    }


def _section(event: EmailEvent, name: str) -> tuple[str, Body]:
    """Return the part that only this event type has, and its key."""
    at = iso(event.at)
    reason, detail = (event.refusal.reason, event.refusal.detail) if event.refusal else ("", {})
    person = {"ipAddress": event.ip, "userAgent": event.agent.text if event.agent else None, "timestamp": at}
    feedback = f"0100{event.hex[16:]}-{event.number:08x}-000000"
    match name:
        case "Delivery":
            return "delivery", {
                "timestamp": at,
                "processingTimeMillis": max((event.at - event.sent_at) // 1_000, 1),
                "recipients": [event.recipient],
                "smtpResponse": "250 2.6.0 Message received",
                "reportingMTA": "a8-50.smtp-out.amazonses.com",
            }
        case "DeliveryDelay":
            delayed = {"emailAddress": event.recipient, "status": detail["status"], "diagnosticCode": reason}
            return "deliveryDelay", {
                "timestamp": at,
                "delayType": detail["delayType"],
                "expirationTime": iso(event.at + 12 * 3_600_000_000),
                "delayedRecipients": [delayed],
            }
        case "Bounce":
            bounced = {"emailAddress": event.recipient, "action": "failed", "diagnosticCode": reason}
            if "status" in detail:
                bounced["status"] = detail["status"]
            return "bounce", {
                "bounceType": detail["type"],
                "bounceSubType": detail["subtype"],
                "bouncedRecipients": [bounced],
                "timestamp": at,
                "feedbackId": feedback,
                "reportingMTA": "dsn; a8-50.smtp-out.amazonses.com",
            }
        case "Complaint":
            complaint: Body = {
                "complainedRecipients": [{"emailAddress": event.recipient}],
                "timestamp": at,
                "feedbackId": feedback,
                "complaintSubType": None,
                "arrivalDate": at,
            }
            return "complaint", complaint | ({"complaintFeedbackType": "abuse"} if event.variant % 2 else {})
        case "Open":
            return "open", person
        case "Click":
            return "click", person | {"link": event.link.url if event.link else None, "linkTags": None}
        case _:
            every = event.type == "email_unsubscribed"
            topics = [{"topicName": "News", "subscriptionStatus": "OptOut" if every else "OptIn"}]
            return "subscription", {
                "contactList": "Shop",
                "timestamp": at,
                "source": "UnsubscribeHeader" if every else "PreferencesPage",
                "newTopicPreferences": {"unsubscribeAll": every, "topicSubscriptionStatus": topics},
                "oldTopicPreferences": {"unsubscribeAll": False, "topicSubscriptionStatus": topics},
            }


def unknown_type(event: EmailEvent) -> tuple[Body, str]:
    """Return received mail, which is no event of a sent message."""
    body = bodies(event)[0]
    kept = {"notificationType": "Received", "mail": body["mail"], "receipt": {"timestamp": iso(event.at)}}
    return kept, "Received"


def _sns(body: Body, ordinal: int) -> Any:
    """Return an SNS notification with the event as a string; some publishers end it with a newline."""
    token = int(body["mail"]["messageId"][4:16], 16)
    return {
        "Type": "Notification",
        "MessageId": uuid(token, token + ordinal),
        "TopicArn": "arn:aws:sns:us-east-1:123456789012:ses-events",
        "Subject": "Amazon SES Email Event Notification",
        "Message": text(body) + ("\n" if ordinal % 2 else ""),
        "Timestamp": body["mail"]["timestamp"],
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "UnsubscribeURL": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
    }


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=unknown_type,
    type_at=("eventType",),
    times_at=tuple((section, "timestamp") for section in _TIMED),
    time=iso,
    shapes=(ndjson(), ndjson(_sns), concatenated(), ndjson(_sns, spaced=True)),
)
