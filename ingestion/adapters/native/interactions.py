"""Touchpoint's own format for interactions as NDJSON, CSV with a header, or Parquet: its fields and their
values.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ingestion.adapters.adapter import Column, JsonAdapter, text_field, varchar
from ingestion.files.tables.table import Table, TableFile
from ingestion.landing.feed import CORRELATION_IDS
from ingestion.sql import quoted
from ingestion.values import kinds
from ingestion.values.identifier_columns import given_id, is_id
from ingestion.values.instants import DateOrder

NAME = "interactions"

TYPES = frozenset({
    "email_sent", "email_delivered", "email_deferred", "email_bounced", "email_blocked",
    "email_sending_failed", "email_opened", "email_clicked", "email_forwarded", "email_feedback_loop",
    "email_unsubscribed", "email_subscription_submitted", "journey_tile_entered", "journey_tile_processed",
    "journey_tile_blocked", "journey_tile_failed", "segment_joined", "segment_left",
    "segment_members_counted", "lead_scored", "lead_stage_changed", "page_visited", "form_visited",
    "form_submitted", "website_visited", "website_clicked", "redirect_clicked", "converted",
    "event_registered", "event_registration_cancelled", "event_checked_in", "survey_responded",
    "consent_changed",
})  # fmt: skip

#: Types whose `reason` must be a word of our vocabulary; for other types it is free text of the feed.
REASONS = {
    "email_blocked": (
        *("do_not_bulk_email", "invalid_address", "missing_address", "blocklisted_address", "suppressed"),
        *("duplicate_address", "expired", "other"),
    ),
    "journey_tile_blocked": ("unsubscribed", "suppression_segment", "consent", "other"),
}


def _reason(source: str) -> tuple[str, str]:
    sql_type, any_text = kinds.text(source)
    fixed = " ".join(
        f"when {quoted(kind)} then {kinds.spelled_as(words)(source)[1]}" for kind, words in REASONS.items()
    )
    return sql_type, f"case r.interaction_type {fixed} else {any_text} end"


#: Further fields in order -> kind of value; a field without a kind here is an id or text.
_FIELDS = (
    "recipient", "message_id", "url", "ip", "user_agent", "country", "region", "city", "latitude",
    "longitude", "visitor_id", "session_id", "website_id", "redirect_url_id", "event_id", "survey_id",
    "segment_id", "lead_id", "lead_scoring_model_id", "page_id", "form_id", "submission_id", "link_url",
    "link_name", "referrer", "bounce_type", "reason", "path", "stage", "grade", "score", "contact_result",
    "lead_result", "amount", "currency", "order_id", "members_count", "is_sales_ready", "is_machine",
    "properties",
)  # fmt: skip
_OTHER_KINDS: dict[str, kinds.Kind] = {
    "country": kinds.country,
    **dict.fromkeys(("latitude", "longitude", "score"), kinds.number),
    "amount": kinds.amount,
    "bounce_type": kinds.spelled_as(("hard", "soft", "other")),
    "reason": _reason,
    **dict.fromkeys(("contact_result", "lead_result"), kinds.spelled_as(("created", "updated", "none"))),
    "currency": kinds.currency,
    "members_count": kinds.whole_number("BIGINT", least=0),
    **dict.fromkeys(("is_sales_ready", "is_machine"), kinds.boolean),
    "properties": kinds.json_object,
}
_KINDS = {name: _OTHER_KINDS.get(name, kinds.identifier if is_id(name) else kinds.text) for name in _FIELDS}

_REQUIRED = ("interaction_id", "interaction_type", "occurred_at")


def _structure(ids: Mapping[str, str]) -> dict[str, object]:
    return dict.fromkeys((*_REQUIRED, *_KINDS, *ids.values()), "VARCHAR")


def _id_sql(name: str) -> str:
    return kinds.identifier(text_field(name))[1]


#: Descriptions of fields that e-mail providers' events have too, with another meaning.
_DESCRIPTIONS = {
    "recipient": "E-mail address it is about.",
    "message_id": "One send to one recipient.",
    "url": "Address of the page, verbatim.",
    "ip": "Address it came from.",
    "user_agent": "User agent of who did it.",
}
_VALUES = {
    name: Column(*kind(text_field(name)), _DESCRIPTIONS.get(name, "")) for name, kind in _KINDS.items()
}

JSON = JsonAdapter(
    name=NAME,
    shapes="Touchpoint's own format ([below](#native-interactions)): NDJSON, CSV with header, Parquet",
    description="One row per interaction reported in the native format.",
    structure=_structure,
    id_sql=_id_sql,
    event_type="nullif(trim(r.interaction_type), '')",
    modelled=None,
    # An unknown type is a mistake of ours or of the sender, so it is quarantined, not ignored.
    known_values={"interaction_type": f"{kinds.one_of(TYPES)('r.interaction_type')[1]} is not null"},
    required={"interaction_id": given_id(_id_sql("interaction_id"))},
    event_time="r.occurred_at",
    # Times should have an offset, but Parquet files written from frames without time zones cannot have one.
    parsed_time=kinds.instant("r.occurred_at")[1],
    nulled={name: kinds.is_lost(text_field(name), column.sql) for name, column in _VALUES.items()},
    columns={
        "interaction_id": Column(
            *kinds.identifier("r.interaction_id"),
            "Feed's unique id of the interaction: the deduplication key.",
        ),
        "interaction_type": varchar("r.interaction_type"),
        **_VALUES,
    },
)


class Interactions:
    """Reads files of our own format: JSON with `files/json_files.py`, CSV and Parquet with `files/tables`."""

    name = NAME
    json: JsonAdapter | None = JSON
    headers: frozenset[str] = frozenset({*_REQUIRED, *_KINDS, *CORRELATION_IDS})
    shapes: str = JSON.shapes
    relations: Mapping[str, Mapping[str, str]] = {NAME: JSON.relation_columns}

    def relation_of(self, file: TableFile) -> str:
        """Return the adapter's only relation."""
        return NAME

    def as_text(self, file: TableFile, spill: Path) -> TableFile:
        """Return the file unchanged: lines that are not UTF-8 are quarantined."""
        return file

    def table(self, relation: str, names: Mapping[str, str], date_order: DateOrder | None) -> Table:
        """Return the description of how to read CSV and Parquet files."""
        ids = {name: names.get(name, name) for name in CORRELATION_IDS}
        values = {
            "occurred_at": JSON.parsed_time,
            **{name: _id_sql(theirs) for name, theirs in ids.items()},
            **{name: column.sql for name, column in JSON.columns.items()},
        }
        return Table(
            relation=NAME,
            columns=JSON.relation_columns,
            fields=tuple(_structure(ids)),
            key=_REQUIRED,
            values=values,
            required={"interaction_type": JSON.event_type, **JSON.required, "occurred_at": JSON.event_time},
            known_values=JSON.known_values,
            nulled=JSON.nulled,
            instants={"occurred_at": JSON.parsed_time},
            has_coordinates=True,
        )


ADAPTER = Interactions()
