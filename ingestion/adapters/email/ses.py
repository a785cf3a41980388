"""Amazon SES event publishing: where each field lies in Firehose lines, SNS envelopes and raw SNS
messages.

For a message to several destinations, SES does not say which of them opened, clicked or changed a
subscription. Such a row has no recipient and counts for the message to the first destination
(`message_recipient`).
"""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapters.adapter import JsonAdapter, cast_as, varchar
from ingestion.values.instants import iso_8601

_TEXT = "VARCHAR"

# Types that report what one person did without saying which destination that person is.
_ANONYMOUS_TYPES = "('Open', 'Click', 'Subscription')"

#: Objects that carry the event's own time. Send, Reject and Rendering Failure have none.
_TIMED = ("bounce", "complaint", "delivery", "deliveryDelay", "open", "click", "subscription")

# An SNS envelope has the event in `Message`, as JSON in text. Where the event has no time at all, the
# envelope's rides along; text that is no JSON stays text, so that it is quarantined as no event.
_MESSAGE = "(x->>'Message')"
_INSIDE = f"try_cast({_MESSAGE} as JSON)"
_UNWRAP = f"""
    case
        when (x->>'Type') is distinct from 'Notification' then x
        when ({_INSIDE}->>'$.mail.timestamp') <> '' then {_INSIDE}
        when {_MESSAGE} like 'Successfully validated SNS topic%'
        then json_object('Type', 'SNS topic validation')
        when {_INSIDE} is null then to_json({_MESSAGE})
        when json_type({_INSIDE}) = 'OBJECT'
        then json_merge_patch({_INSIDE}, json_object('Timestamp', (x->>'Timestamp')))
        else {_INSIDE}
    end
"""


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, _TEXT)


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    addressed = [_texts("emailAddress", "diagnosticCode", "status")]
    engagement = _texts("timestamp", "ipAddress", "userAgent")
    return {
        **_texts("eventType", "notificationType", "Type", "Timestamp"),
        "mail": {
            **_texts("timestamp", "messageId"),
            "destination": [_TEXT],
            "tags": dict.fromkeys(ids.values(), "JSON"),
        },
        "bounce": {**_texts("timestamp", "bounceType", "bounceSubType"), "bouncedRecipients": addressed},
        "complaint": {
            **_texts("timestamp", "complaintSubType", "complaintFeedbackType"),
            "complainedRecipients": addressed,
        },
        "delivery": {"timestamp": _TEXT, "recipients": [_TEXT]},
        "deliveryDelay": {"timestamp": _TEXT, "delayType": _TEXT, "delayedRecipients": addressed},
        "open": engagement,
        "click": {**engagement, "link": _TEXT},
        "subscription": {"timestamp": _TEXT, "newTopicPreferences": {"unsubscribeAll": _TEXT}},
        "reject": {"reason": _TEXT},
        "failure": {"errorMessage": _TEXT},
    }


def _tag(name: str) -> str:
    # A tag is a list of values; the messages that we send have one value per tag.
    tag = f'r.mail.tags."{name.replace(chr(34), chr(34) * 2)}"'
    return f"case when json_type({tag}) = 'ARRAY' then ({tag}->>'$[0]') else ({tag}->>'$') end"


def _addressed(recipients: str) -> str:
    rows = (
        f"list_transform({recipients}, lambda x: "
        "{'address': x.emailAddress, 'reason': x.diagnosticCode, 'status': x.status})"
    )
    return _with_address(rows)


def _bare(addresses: str) -> str:
    nothing = "cast(null as VARCHAR)"
    rows = (
        f"list_transform({addresses}, lambda x: {{'address': x, 'reason': {nothing}, 'status': {nothing}}})"
    )
    return _with_address(rows)


def _with_address(rows: str) -> str:
    kept = f"list_filter({rows}, lambda x: trim(coalesce(x.address, '')) <> '')"
    return f"case when len({kept}) > 0 then {kept} end"


_MODELLED = frozenset({
    "Send", "Delivery", "Bounce", "Complaint", "Reject", "Open", "Click", "Rendering Failure",
    "DeliveryDelay", "Subscription",
})  # fmt: skip
_EVENT_TYPE = "coalesce(r.eventType, r.notificationType, r.Type)"

_DESTINATIONS = _bare("r.mail.destination")

_CONCERNED = f"""
    coalesce(
        {_addressed("r.bounce.bouncedRecipients")},
        {_addressed("r.complaint.complainedRecipients")},
        {_bare("r.delivery.recipients")},
        {_addressed("r.deliveryDelay.delayedRecipients")}
    )
"""

_ITEMS = f"""
    coalesce(
        {_CONCERNED},
        case
            when {_EVENT_TYPE} not in {_ANONYMOUS_TYPES} or len({_DESTINATIONS}) = 1 then {_DESTINATIONS}
        end
    )
"""

_OWN_TIMES = [f"nullif(trim(r.{name}.timestamp), '')" for name in _TIMED]
_EVENT_TIME = (
    f"coalesce({', '.join(_OWN_TIMES)}, nullif(trim(r.mail.timestamp), ''), nullif(trim(r.Timestamp), ''))"
)

ADAPTER = JsonAdapter(
    name="ses",
    shapes="Firehose NDJSON (also `}{` without a newline), SNS envelopes, SNS raw",
    description="One row per recipient of each event that Amazon SES's event publishing reported.",
    may_hold_many="text[1] = '[' or contains(text, '\"Message\"')",
    records=f"""
        list_transform(
            case when json_type(doc) = 'ARRAY' then cast(doc as JSON[]) else [doc] end,
            lambda x: {_UNWRAP}
        )
    """,
    structure=_structure,
    id_sql=_tag,
    event_type=_EVENT_TYPE,
    modelled=_MODELLED,
    # `not-spam` is the opposite of a complaint. But a complaint from the account's suppression list means
    # that the message was never sent: it counts as a block, whatever its feedback type.
    ignored_as="""
        case
            when
                r.complaint.complaintFeedbackType = 'not-spam'
                and r.complaint.complaintSubType is distinct from 'OnAccountSuppressionList'
            then 'not_spam'
        end
    """,
    items=_ITEMS,
    required={"recipient": f"coalesce({_CONCERNED}, {_DESTINATIONS})[1].address"},
    event_time=_EVENT_TIME,
    parsed_time=iso_8601(_EVENT_TIME),
    columns={
        "recipient": varchar("item.address"),
        "message_id": varchar("nullif(r.mail.messageId, '')"),
        "url": varchar("nullif(r.click.link, '')"),
        "ip": varchar('coalesce(r."open".ipAddress, r.click.ipAddress)'),
        "user_agent": varchar('coalesce(r."open".userAgent, r.click.userAgent)'),
        "event_type": varchar(_EVENT_TYPE, "SES's event name: `eventType`, else `notificationType`."),
        "bounce_type": varchar("r.bounce.bounceType", "Permanent, Transient or Undetermined."),
        "bounce_sub_type": varchar("r.bounce.bounceSubType", "SES's finer kind of bounce."),
        "complaint_sub_type": varchar(
            "r.complaint.complaintSubType",
            "Set to OnAccountSuppressionList where the message was never sent.",
        ),
        "complaint_feedback_type": varchar(
            "r.complaint.complaintFeedbackType",
            "Kind of report the receiver sent (abuse, fraud, virus, ...).",
        ),
        "bounce_status": varchar(
            "nullif(item.status, '')",
            "The receiving server's enhanced status code (x.y.z) for the recipient.",
        ),
        "unsubscribe_all": cast_as(
            "BOOLEAN",
            "r.subscription.newTopicPreferences.unsubscribeAll",
            "True where a subscription event leaves every topic.",
        ),
        "reason": varchar(
            "coalesce(item.reason, r.deliveryDelay.delayType, r.reject.reason, r.failure.errorMessage, "
            "r.complaint.complaintFeedbackType)",
            "Diagnostic of the receiver, reject reason, rendering error or kind of complaint.",
        ),
        "message_recipient": varchar(
            f"coalesce(item.address, {_DESTINATIONS}[1].address)",
            "Recipient whose message the event counts for: the recipient, else the first destination.",
        ),
    },
)
