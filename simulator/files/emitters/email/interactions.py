"""The native format: one flat interaction a line, as NDJSON, CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulator.files.records.containers import ndjson, text
from simulator.files.records.record import Body, Document, Emitter, Record, Shape, Told, is_sound, iso
from simulator.world.model import SECOND

FIELDS = (
    "interaction_id", "interaction_type", "occurred_at", "contact_id", "recipient", "visitor_id",
    "session_id", "message_id", "email_id", "journey_id", "iteration_id", "tile_id", "link_url", "link_name",
    "page_id", "form_id", "submission_id", "contact_result", "lead_result", "members_count", "website_id",
    "redirect_url_id", "event_id", "survey_id", "segment_id", "lead_id", "lead_scoring_model_id", "url",
    "referrer", "ip", "user_agent", "country", "region", "city", "latitude", "longitude", "bounce_type",
    "reason", "path", "stage", "grade", "score", "is_sales_ready", "is_machine", "properties",
)  # fmt: skip
_TYPES = {
    "latitude": pa.float64(), "longitude": pa.float64(), "score": pa.float64(), "is_machine": pa.bool_(),
    "is_sales_ready": pa.bool_(), "members_count": pa.int64(),
}  # fmt: skip


def bodies(told: Told) -> list[Body]:
    """The event as our own systems write it; an absent field is null."""
    body: Body = {
        "interaction_id": f"ix-{told.number:09d}",
        "interaction_type": told.type,
        "occurred_at": _offset_time(told.at) if told.flavour % 5 == 0 else iso(told.at),
        "recipient": told.recipient,
        "visitor_id": told.visitor_id,
        "message_id": told.hex if told.has_message_id else None,
        "link_url": told.link.url if told.link else None,
        "link_name": told.link_name,
        "ip": told.ip,
        "user_agent": told.agent.text if told.agent else None,
        "country": told.country,
        "reason": told.refusal.reason if told.refusal else None,
        **told.ids,
    }
    if told.place:
        place = told.place
        body.update(region=place.region, city=place.city, latitude=place.latitude, longitude=place.longitude)
    if told.bounce and not (told.bounce == "other" and told.flavour % 2):
        # An absent bounce type means other.
        body["bounce_type"] = told.bounce
    if told.flagged:
        body["is_machine"] = True
    return [{name: value for name, value in body.items() if value is not None}]


def _offset_time(micros: int) -> str:
    """The same instant as a clock two hours east shows it."""
    return iso(micros + 7_200 * SECOND)[:-1] + "+02:00"


def _row(body: Body) -> dict[str, Any]:
    """Properties are JSON text in tables."""
    return body | ({"properties": text(body["properties"])} if "properties" in body else {})


def _csv(records: Sequence[Record]) -> list[Document]:
    documents = [Document(",".join(FIELDS).encode(), [])]
    for record in records:
        row = _row(record.body)
        for name in row.keys() & {"is_machine", "is_sales_ready"}:
            row[name] = str(row[name]).lower()
        line = io.StringIO()
        csv.DictWriter(line, FIELDS, lineterminator="").writerow(row)
        documents.append(Document(line.getvalue().encode(), [record]))
    return documents


def _parquet(records: Sequence[Record]) -> list[Document]:
    rows = [_row(record.body) for record in records]
    schema = pa.schema([(name, _TYPES.get(name, pa.string())) for name in FIELDS])
    target = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), target)
    return [Document(target.getvalue().to_pybytes(), records)]


EMITTER = Emitter(
    bodies=bodies,
    strange=None,
    type_at=("interaction_type",),
    times_at=(("occurred_at",),),
    time=iso,
    shapes=(ndjson(), Shape(_csv, ".csv", takes=lambda record: isinstance(record.body, dict)),
            Shape(_parquet, ".parquet", takes=is_sound, binary=True), ndjson(spaced=True)),
    fixed_vocabulary=True,
)  # fmt: skip
