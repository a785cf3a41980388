"""CRM snapshots: one file per entity and day that holds every row of the entity as of that day.

This module lists the key and columns of each entity. When two rows have the same key, the dbt staging model
`stg_crm__<entity>` decides which one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingestion.adapters.adapter import JsonAdapter, text_field
from ingestion.errors import UnreadableFile, nearest
from ingestion.files.tables import encodings
from ingestion.files.tables.table import Table, TableFile
from ingestion.values import kinds as fields
from ingestion.values.identifier_columns import given_id, is_id
from ingestion.values.instants import DateOrder

NAME = "crm"

#: First columns of every snapshot relation: where a row was read.
_TRACE = {"feed": "VARCHAR", "snapshot_date": "DATE", "file_id": "BIGINT", "line_number": "BIGINT"}


@dataclass(frozen=True)
class Entity:
    """The columns of one entity's snapshots (name -> kind of value), and which of them are the key."""

    key: tuple[str, ...]
    kinds: Mapping[str, fields.Kind]

    @property
    def columns(self) -> dict[str, str]:
        """Every column of the raw relation in order: name -> SQL type."""
        return _TRACE | {name: kind(text_field(name))[0] for name, kind in self.kinds.items()}


def _kind(name: str) -> fields.Kind:
    return fields.identifier if is_id(name) else fields.text


def _entity(key: str, others: str = "", **kinds: fields.Kind) -> Entity:
    """Build an entity from column names; a column without a kind in `kinds` is an id (`…_id`) or text."""
    names = (*key.split(), *others.split())
    return Entity(tuple(key.split()), {name: kinds.get(name, _kind(name)) for name in names})


#: File name (without extension) -> entity.
ENTITIES: dict[str, Entity] = {
    "contacts": _entity(
        "contact_id",
        "email first_name last_name account_id country created_at do_not_bulk_email consent_level"
        " additional_emails merged_into",
        created_at=fields.instant,
        do_not_bulk_email=fields.prohibition,
        consent_level=fields.whole_number("INTEGER", 0, 5),
    ),
    "accounts": _entity("account_id", "name"),
    "leads": _entity(
        "lead_id",
        "contact_id account_id topic stage status created_at closed_at"
        " source_email_id source_journey_id source_page_id source_form_id",
        status=fields.spelled_as(("open", "won", "lost")),
        created_at=fields.instant,
        closed_at=fields.instant,
    ),
    "segments": _entity(
        "segment_id",
        "name segment_type",
        segment_type=fields.spelled_as(("static", "dynamic", "compound", "subscription_list")),
    ),
    "segment_members": _entity("segment_id contact_id"),
    "journeys": _entity(
        "journey_id",
        "name status started_at ended_at is_recurring",
        started_at=fields.instant,
        ended_at=fields.instant,
        is_recurring=fields.yes_or_no,
    ),
    "journey_tiles": _entity(
        "journey_id tile_id",
        "tile_type name parent_tile_id parent_path email_id sort_order",
        sort_order=fields.whole_number("INTEGER"),
    ),
    "emails": _entity("email_id", "name subject html"),
    "lead_scoring_models": _entity(
        "lead_scoring_model_id", "name status sales_ready_score", sales_ready_score=fields.number
    ),
    "pages": _entity("page_id", "name url form_id"),
    "forms": _entity("form_id", "name"),
    "websites": _entity("website_id", "name hosts"),
    "redirect_urls": _entity("redirect_url_id", "name path target_url"),
    "events": _entity("event_id", "name starts_at ends_at", starts_at=fields.instant, ends_at=fields.instant),
    "surveys": _entity("survey_id", "name"),
}


def _relation(name: str) -> str:
    return f"crm_{name}"


_BY_RELATION = {_relation(name): entity for name, entity in ENTITIES.items()}


def entity_name(file_name: str) -> str:
    """Return the entity's name: the file's name without folders and extensions."""
    stem = PurePosixPath(file_name).name.split(".")[0]
    known = sorted(ENTITIES)
    if stem.lower() in known:
        return stem.lower()
    raise UnreadableFile(
        "wrong_shape",
        f"{file_name}: no CRM entity is called `{stem}`; the nearest is `{nearest(stem, known)}`. "
        f"Name the file after its entity, one of: {', '.join(known)}.",
    )


class Crm:
    """Reads snapshot files; JSON ones too, because a snapshot row has no event time."""

    name = NAME
    shapes: str = f"`<entity>.{{csv,ndjson,parquet}}`: whole snapshots of {', '.join(ENTITIES)}"
    json: JsonAdapter | None = None
    headers: frozenset[str] = frozenset()
    relations: Mapping[str, Mapping[str, str]] = {
        relation: entity.columns for relation, entity in _BY_RELATION.items()
    }

    def relation_of(self, file: TableFile) -> str:
        """Return the relation of the entity that the file is named after."""
        return _relation(entity_name(file.name))

    def as_text(self, file: TableFile, spill: Path) -> TableFile:
        """Return the file, or a UTF-8 copy of it if its text is in another encoding."""
        return file if file.is_parquet else encodings.as_utf8(file, spill)

    def table(self, relation: str, names: Mapping[str, str], date_order: DateOrder | None) -> Table:
        """Return the description of how to read snapshots of an entity."""
        entity = _BY_RELATION[relation]
        source = {column: text_field(names.get(column, column)) for column in entity.kinds}
        shown = fields.spreadsheet_instant(date_order)
        kinds = {column: shown if kind is fields.instant else kind for column, kind in entity.kinds.items()}
        values = {column: kind(source[column])[1] for column, kind in kinds.items()}
        return Table(
            relation=relation,
            columns=entity.columns,
            fields=tuple(names.get(column, column) for column in entity.kinds),
            key=tuple(names.get(column, column) for column in entity.key),
            values=values,
            required={column: given_id(values[column]) for column in entity.key},
            nulled={
                column: fields.is_lost(source[column], value)
                for column, value in values.items()
                if column not in entity.key
            },
            has_one_row_per_key=True,
        )


ADAPTER = Crm()
