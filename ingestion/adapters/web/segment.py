"""Segment and RudderStack calls: where each field lies in single calls, arrays of calls and batches."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.adapters.adapter import Column, JsonAdapter, cast_as, text_field, varchar
from ingestion.sql import quoted
from ingestion.values import kinds
from ingestion.values.identifier_columns import given_id
from ingestion.values.instants import iso_8601

#: Calls that are landed as events; other calls are landed only if they name both a visitor and a person.
_CALLS = ("page", "identify", "alias")
_OTHER_CALLS = ("track", "screen", "group")

#: Names of the e-mail events and of the conventional web events, as the specification writes them.
_TRACKED = (
    "Email Sent", "Email Delivered", "Email Bounced", "Email Opened", "Email Link Clicked",
    "Email Marked as Spam", "Unsubscribed", "Form Viewed", "Form Submitted", "Link Clicked",
    "Redirect Clicked", "Order Completed",
)  # fmt: skip
#: Other names for these, in lower case, that senders use.
_ALSO_CALLED = {"email unsubscribed": "Unsubscribed", "completed order": "Order Completed"}

_PROPERTIES = (
    "url", "referrer", "message_id", "website_id", "page_id", "form_id", "submission_id", "redirect_url_id",
    "link_url", "href", "link_name", "contact_result", "lead_result", "bounce_type", "reason", "values",
    "order_id", "total", "revenue", "currency",
)  # fmt: skip

_TIMES = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
#: Field into which the context of a batch is copied for each of its calls.
_OF_BATCH = "ofBatch"
_SAID_ONCE = ("context", "request_ip", *_TIMES)

_RECORDS = f"""
    flatten(
        list_transform(
            case when json_type(doc) = 'ARRAY' then cast(doc as JSON[]) else [doc] end,
            lambda element: case
                when json_type(element, '$.batch') is distinct from 'ARRAY'
                    or json_type(element, '$.type') = 'VARCHAR'
                then [element]
                else list_transform(
                    cast((element -> 'batch') as JSON[]),
                    lambda one: case
                        when json_type(one) is distinct from 'OBJECT' or one = '{{}}'
                        then one
                        else cast(
                            '{{"{_OF_BATCH}":' || json_object(
                                {", ".join(f"'{name}', element -> '{name}'" for name in _SAID_ONCE)}
                            ) || ',' || substr(one, 2) as JSON
                        )
                    end
                )
            end
        )
    )
"""
_CONTEXT = {
    **dict.fromkeys(("ip", "userAgent", "sessionId", "isBot"), "VARCHAR"),
    "page": {"url": "VARCHAR", "referrer": "VARCHAR"},
    "traits": {"email": "VARCHAR"},
    "location": dict.fromkeys(("country", "region", "city", "latitude", "longitude"), "VARCHAR"),
}


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    texts = ("type", "event", "messageId", "userId", "anonymousId", "previousId", "request_ip", *_TIMES)
    known = {name.lower() for name in _PROPERTIES}
    own = {name: "VARCHAR" for name in ids.values() if name.lower() not in known}
    return {
        **dict.fromkeys(texts, "VARCHAR"),
        "traits": {"email": "VARCHAR"},
        "properties": dict.fromkeys(_PROPERTIES, "VARCHAR") | own,
        "context": _CONTEXT,
        _OF_BATCH: {**dict.fromkeys(("request_ip", *_TIMES), "VARCHAR"), "context": _CONTEXT},
    }


def _property(name: str) -> str:
    known = next((known for known in _PROPERTIES if known.lower() == name.lower()), name)
    return f"r.properties.{text_field(known).removeprefix('r.')}"


def _id_sql(name: str) -> str:
    return _first_id(_property(name))


def _first(*found: str) -> str:
    """SQL for the first of these texts that is not null, verbatim."""
    return "coalesce(" + ", ".join(kinds.text(one)[1] for one in found) + ")"


def _first_id(*found: str) -> str:
    """SQL for the first of these ids that is not missing."""
    return "coalesce(" + ", ".join(kinds.identifier(one)[1] for one in found) + ")"


def _context(field: str) -> tuple[str, str]:
    """SQL for a field in the call's own context, and SQL for it in the context of the call's batch."""
    return f"r.context.{field}", f'r."{_OF_BATCH}".context.{field}'


def _event_type() -> str:
    """SQL for the event type: the call, or of a `track` call the event, in the specification's spelling."""
    names = {name.lower(): name for name in _TRACKED} | _ALSO_CALLED
    spelled = " ".join(f"when {quoted(lower)} then {quoted(name)}" for lower, name in names.items())
    calls = ", ".join(quoted(call) for call in (*_CALLS, *_OTHER_CALLS))
    event = "nullif(trim(r.event), '')"
    # A tracked event may have the name of a call: it must not pass for that call.
    return f"""
        case
            when lower(trim(r.type)) <> 'track' then lower(trim(r.type))
            when lower({event}) in ({calls}) then 'track ' || {event}
            else case lower({event}) {spelled} else {event} end
        end
    """


_URL = _first("r.properties.url")
_PAGE_URL = _first(*_context("page.url"))
_IS_PAGE = "lower(trim(r.type)) = 'page'"
_TIME = _first(*(f'r."{name}"' for name in _TIMES), *(f'r."{_OF_BATCH}"."{name}"' for name in _TIMES))
_COUNTRY, _LATITUDE, _LONGITUDE = (
    _first(*_context(f"location.{name}")) for name in ("country", "latitude", "longitude")
)
_IS_BOT = _first(*_context('"isBot"'))
_USER_ID = _first_id('r."userId"')
_ANONYMOUS_ID = _first_id('r."anonymousId"')
# The traits of a `group` call describe the group: the address in them is not a person's.
_OWN_EMAIL = "case when lower(trim(r.type)) <> 'group' then r.traits.email end"
_EMAIL = _first(_OWN_EMAIL, *_context("traits.email"))

_OPTIONAL = {
    "contact_result": kinds.spelled_as(("created", "updated", "none")),
    "lead_result": kinds.spelled_as(("created", "updated", "none")),
    "bounce_type": kinds.spelled_as(("hard", "soft", "other")),
    "currency": kinds.currency,
}
_TOTAL, _REVENUE = (_first(_property(name)) for name in ("total", "revenue"))
_AMOUNT = f"coalesce({kinds.amount(_TOTAL)[1]}, {kinds.amount(_REVENUE)[1]})"

ADAPTER = JsonAdapter(
    name="segment",
    shapes="Segment and RudderStack calls: one per line, arrays, batches `{batch: […]}`",
    description="One row per call that a Segment or RudderStack feed reported.",
    may_hold_many="text[1] = '[' or contains(text, '\"batch\"')",
    records=_RECORDS,
    structure=_structure,
    id_sql=_id_sql,
    event_type=_event_type(),
    modelled=frozenset({*_CALLS, *_TRACKED}),
    identifies=(
        f"{given_id(_ANONYMOUS_ID)} is not null"
        f" and coalesce({given_id(_USER_ID)}, {given_id(_EMAIL)}) is not null"
    ),
    event_time=_TIME,
    parsed_time=iso_8601(_TIME),
    nulled={
        **{
            name: kinds.is_lost(_property(name), kind(_property(name))[1]) for name, kind in _OPTIONAL.items()
        },
        "amount": kinds.is_lost(f"coalesce({_TOTAL}, {_REVENUE})", _AMOUNT),
        "values": kinds.is_lost(_property("values"), kinds.json_object(_property("values"))[1]),
    },
    columns={
        "recipient": varchar(_EMAIL),
        "message_id": varchar(_first_id("r.properties.message_id")),
        # A `page` call has its page in `properties`; any other event has it in `context`.
        "url": varchar(
            f"case when {_IS_PAGE} then coalesce({_URL}, {_PAGE_URL}) else coalesce({_PAGE_URL}, {_URL}) end",
            "Page that was viewed, or that the event happened on.",
        ),
        # RudderStack's servers add the address; its browser library does not know it.
        "ip": varchar(
            _first(
                "r.context.ip",
                "r.request_ip",
                *(f'r."{_OF_BATCH}".{at}' for at in ("context.ip", "request_ip")),
            )
        ),
        "user_agent": varchar(_first(*_context('"userAgent"'))),
        # RudderStack's servers mark these calls as coming from a bot.
        "is_bot": cast_as(
            "BOOLEAN", _IS_BOT, "`context.isBot`: RudderStack's servers took the caller for a robot."
        ),
        # Senders also write names of countries: only two-letter codes are read.
        "country": Column(*kinds.country(_COUNTRY)),
        "region": varchar(_first(*_context("location.region"))),
        "city": varchar(_first(*_context("location.city"))),
        "latitude": Column(*kinds.number(_LATITUDE)),
        "longitude": Column(*kinds.number(_LONGITUDE)),
        "event": varchar(
            "record_type",
            "The call (page, identify, alias), or the event that a track call reports, in the"
            " specification's spelling.",
        ),
        "call_id": varchar(_first_id('r."messageId"'), "`messageId` of the call: the deduplication key."),
        "user_id": varchar(_USER_ID, "User the caller knows: the contact."),
        "anonymous_id": varchar(_ANONYMOUS_ID, "Visitor on one device."),
        "previous_id": varchar(_first_id('r."previousId"'), "Id the visitor had before, of an alias."),
        "session_id": varchar(_first_id(*_context('"sessionId"')), "Session as the library counts it."),
        "referrer": varchar(
            _first("r.properties.referrer", *_context("page.referrer")), "Page the visitor came from."
        ),
        # If the context has the page, `url` in `properties` is the link's.
        "link_url": varchar(
            f"coalesce({_first('r.properties.link_url', 'r.properties.href')},"
            f" case when {_PAGE_URL} is not null then {_URL} end)",
            "Link that was clicked, verbatim.",
        ),
        **{
            name: varchar(_id_sql(name))
            for name in (
                *("website_id", "page_id", "form_id", "submission_id", "redirect_url_id", "order_id"),
            )
        },
        **{name: varchar(_first(_property(name))) for name in ("link_name", "reason")},
        **{name: Column(*kind(_property(name))) for name, kind in _OPTIONAL.items()},
        "amount": Column("DOUBLE", _AMOUNT, "What an order is worth: `total`, else `revenue`."),
        "submitted_values": Column(*kinds.json_object(_property("values")), "Form values as JSON text."),
    },
)
