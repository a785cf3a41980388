"""Resend webhooks: where each field lies, in the event, its request's headers or an archived request."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapters.adapter import JsonAdapter, filled, in_json, varchar
from ingestion.sql import quoted
from ingestion.values.instants import iso_8601

#: Fields of an e-mail that a feed's `ids` may name beside the tags.
_CAMPAIGNS = ("broadcast_id", "template_id")

# An archive may keep requests: their headers, and the event as an object or as text.
_BODY = "coalesce(x -> '$.body', x -> '$.payload')"
_EVENT = f"case json_type({_BODY}) when 'VARCHAR' then try_cast({_BODY} ->> '$' as JSON) else {_BODY} end"
_ID = "coalesce(" + ", ".join(in_json("x -> '$.headers'", name) for name in ("svix-id", "Svix-Id")) + ")"
_RECORDS = f"""
    list_transform(
        case when json_type(doc) = 'ARRAY' then cast(doc as JSON[]) else [doc] end,
        lambda x: case
            when json_type(x, '$.headers') = 'OBJECT' and json_type({_EVENT}) = 'OBJECT'
            then json_merge_patch({_EVENT}, json_object('svix-id', {_ID}))
            else x
        end
    )
"""


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    return {"type": "VARCHAR", "created_at": "VARCHAR", "svix-id": "VARCHAR", "data": "JSON"}


def _data(*paths: str) -> str:
    """SQL for the first of these fields of the event's `data` that is neither null nor blank."""
    found = (f"nullif(trim(r.data ->> '$.{path}'), '')" for path in paths)
    return f"coalesce({', '.join(found)})"


def _id_sql(name: str) -> str:
    # Tags are an object, or a list of names and values.
    tags = "r.data -> '$.tags'"
    listed = f'from_json({tags}, \'[{{"name": "VARCHAR", "value": "VARCHAR"}}]\')'
    tag = (
        f"case json_type(r.data, '$.tags') when 'OBJECT' then {in_json(tags, name)} when 'ARRAY'"
        f" then list_filter({listed}, lambda tag: tag.name = {quoted(name)})[1].value end"
    )
    return f"coalesce({tag}, {_data(name)})" if name in _CAMPAIGNS else tag


_TO = """
    list_filter(
        case json_type(r.data, '$.to') when 'ARRAY' then from_json(r.data -> '$.to', '["VARCHAR"]') end,
        lambda address: trim(coalesce(address, '')) <> ''
    )
"""
# For a message to several recipients, Resend does not say which of them opened or clicked.
_ITEMS = f"""
    case
        when r.type in ('email.opened', 'email.clicked') and len({_TO}) > 1 then [cast(null as VARCHAR)]
        else {_TO}
    end
"""
_EVENT_TIME = (
    f"coalesce({_data('click.timestamp', 'open.timestamp')}, {filled('created_at')}, {_data('created_at')})"
)
_MODELLED = "sent delivered delivery_delayed bounced complained opened clicked failed suppressed"

ADAPTER = JsonAdapter(
    name="resend",
    shapes="webhooks: one object per line, arrays, requests kept as `{headers, body}`",
    description="One row per recipient of each event that Resend's webhooks reported.",
    may_hold_many="text[1] = '[' or contains(text, '\"headers\"')",
    records=_RECORDS,
    structure=_structure,
    id_sql=_id_sql,
    event_type=filled("type"),
    modelled=frozenset(f"email.{name}" for name in _MODELLED.split()),
    items=_ITEMS,
    required={"to": f"{_TO}[1]"},
    event_time=_EVENT_TIME,
    parsed_time=iso_8601(_EVENT_TIME),
    columns={
        "recipient": varchar("item"),
        "message_id": varchar(_data("email_id")),
        "url": varchar(_data("click.link")),
        "ip": varchar(_data("click.ipAddress", "open.ipAddress")),
        "user_agent": varchar(_data("click.userAgent", "open.userAgent")),
        "event": varchar(filled("type"), "Resend's event name."),
        "svix_id": varchar(filled('"svix-id"'), "The header `svix-id`, where an archive keeps it."),
        "message_recipient": varchar(f"coalesce(item, {_TO}[1])", "Recipient whose message it counts for."),
        "bounce_type": varchar(_data("bounce.type"), "Permanent, Transient or Undetermined."),
        "bounce_sub_type": varchar(_data("bounce.subType"), "Resend's finer kind of bounce."),
        "answer": varchar(_data("bounce.diagnosticCode"), "The receiver's answer."),
        "reason": varchar(
            _data("bounce.message", "failed.reason", "suppressed.message"),
            "Why it bounced, failed or was suppressed, in Resend's words.",
        ),
    },
)
