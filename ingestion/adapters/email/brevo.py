"""Brevo transactional and marketing webhooks: where each field lies, and which of Brevo's times is used."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapters.adapter import JsonAdapter, in_json, text_field, varchar
from ingestion.landing.feed import CORRELATION_IDS
from ingestion.values.instants import epoch_seconds, iso_8601

# Payloads, documentation and webhook settings spell the same events differently.
_MODELLED = frozenset({
    "request", "sent", "delivered", "deferred", "soft_bounce", "softBounce", "hard_bounce", "hardBounce",
    "blocked", "invalid_email", "invalid", "error", "spam", "complaint", "opened", "open", "unique_opened",
    "uniqueOpened", "proxy_open", "proxyOpen", "unique_proxy_open", "uniqueProxyOpen", "click", "clicked",
    "unsubscribe", "unsubscribed", "list_addition", "listAddition", "contact_updated", "contactUpdated",
    "contact_deleted", "contactDeleted",
})  # fmt: skip

_FIELDS = (
    "event", "email", "message-id", "messageId", "date", "ts_epoch", "ts_event", "ts", "ts_sent",
    "X-Mailin-custom", "camp_id", "reason", "link", "ip", "user_agent",
)  # fmt: skip


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    fields = dict.fromkeys(_FIELDS, "VARCHAR")
    known = {name.lower() for name in _FIELDS}
    renamed = {name: "VARCHAR" for name in ids.values() if _is_renamed(name) and name.lower() not in known}
    return {**fields, **renamed}


def _is_renamed(name: str) -> bool:
    # A top-level `contact_id` is Brevo's own contact number: our names are read from the custom header only.
    return name not in CORRELATION_IDS


def _id_sql(name: str) -> str:
    # The header is free text: mostly JSON, sometimes `key:value|key:value` or a word, which carry no ids.
    header = text_field("X-Mailin-custom")
    in_header = f"case when json_valid({header}) then {in_json(header, name)} end"
    if not _is_renamed(name):
        return in_header
    # Campaign events do not carry our header; a feed's `ids` may name a field of the event (`camp_id`).
    field = next((known for known in _FIELDS if known.lower() == name.lower()), name)
    return f"coalesce({in_header}, {text_field(field)})"


def _text(name: str) -> str:
    return f"nullif({text_field(name)}, '')"


# 1e11 seconds is the year 5138 and 1e11 milliseconds is 1973: a smaller `ts_epoch` is seconds, which
# Brevo sends too, although it documents milliseconds.
_EPOCH = f"try_cast({_text('ts_epoch')} as BIGINT)"
_FROM_MILLISECONDS = f"case when {_EPOCH} >= 100000000000 then try(make_timestamptz({_EPOCH} * 1000)) end"
# `ts` is in the account's time zone, so UTC times are preferred; `ts_sent` is when the campaign was sent.
# Only the events report writes `date` with an offset; in a webhook it is the account's local time.
_HAS_OFFSET = f"regexp_matches({_text('date')}, 'T.*(Z|[+-][0-9]{{2}}:?[0-9]{{2}})$')"
_DATE = f"case when {_HAS_OFFSET} then {_text('date')} end"
_PARSED_TIME = f"""
    coalesce(
        {_FROM_MILLISECONDS},
        {epoch_seconds(_text("ts_event"))},
        {epoch_seconds(_text("ts_epoch"))},
        {epoch_seconds(_text("ts"))},
        {epoch_seconds(_text("ts_sent"))},
        {iso_8601(_DATE)}
    )
"""

# Several contacts can be deleted at once: a list of addresses.
_ADDRESSES = f"""
    case
        when {_text("email")} like '[%'
        then list_filter(
            from_json(try_cast({_text("email")} as JSON), '["VARCHAR"]'),
            lambda x: trim(coalesce(x, '')) <> ''
        )
    end
"""
_RECIPIENT = f"case when {_text('email')} not like '[%' then {_text('email')} end"

# A page of the events report has a list of events, in words and fields of its own.
_RECORDS = """
    case
        when json_type(doc) = 'ARRAY' then cast(doc as JSON[])
        when json_type(doc, '$.events') = 'ARRAY' and json_type(doc, '$.event') is null
        then cast(doc -> '$.events' as JSON[])
        else [doc]
    end
"""
_OF_REPORT = {
    "requests": "request", "bounces": "soft_bounce", "hardBounces": "hard_bounce",
    "softBounces": "soft_bounce", "opens": "opened", "clicks": "click", "loadedByProxy": "proxy_open",
}  # fmt: skip
_EVENT = (
    "case r.event "
    + " ".join(f"when '{theirs}' then '{ours}'" for theirs, ours in _OF_REPORT.items())
    + " else r.event end"
)

_CLOCKS = ("ts_epoch", "ts_event", "ts", "ts_sent")

ADAPTER = JsonAdapter(
    name="brevo",
    shapes="single objects and batched arrays, transactional and marketing",
    description="One row per recipient of each event that Brevo's webhooks or events report told of.",
    structure=_structure,
    id_sql=_id_sql,
    may_hold_many="text[1] = '[' or contains(text, '\"events\"')",
    records=_RECORDS,
    event_type=_EVENT,
    modelled=_MODELLED,
    items=f"case when len({_ADDRESSES}) > 0 then {_ADDRESSES} end",
    required={"email": f"coalesce({_RECIPIENT}, {_ADDRESSES}[1])"},
    event_time=f"coalesce({', '.join(map(_text, _CLOCKS))}, {_DATE})",
    parsed_time=_PARSED_TIME,
    columns={
        "recipient": varchar(f"coalesce({_RECIPIENT}, item)"),
        # Events of campaigns have no message id; a campaign goes to an address once, so its id identifies the
        # message.
        "message_id": varchar(
            "coalesce(nullif(trim(r.\"message-id\", '<> '), ''), nullif(trim(r.messageId, '<> '), ''),"
            " 'campaign-' || nullif(r.camp_id, ''))"
        ),
        "url": varchar(_text("link")),
        # Not `sending_ip`: that is Brevo's own server.
        "ip": varchar(_text("ip")),
        "user_agent": varchar(_text("user_agent")),
        "event": varchar(_EVENT, "Brevo's event name."),
        "reason": varchar(_text("reason"), "Why it bounced, was blocked or deferred."),
    },
)
