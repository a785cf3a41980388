"""The native format: one flat interaction a line, as NDJSON, CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulator.files.records.containers import ndjson, text
from simulator.files.records.record import Body, Document, EmailEvent, Emitter, Record, Shape, is_sound, iso
from simulator.world.model import SECOND

FIELDS = (
    "interaction_id", "interaction_type", "occurred_at", "contact_id", "recipient", "visitor_id",
    "session_id", "message_id", "email_id", "journey_id", "iteration_id", "tile_id", "link_url", "link_name",
    "page_id", "form_id", "submission_id", "contact_result", "lead_result", "members_count", "website_id",
    "redirect_url_id", "event_id", "survey_id", "segment_id", "lead_id", "lead_scoring_model_id", "url",
    "referrer", "ip", "user_agent", "country", "region", "city", "latitude", "longitude", "bounce_type",
    "reason", "path", "stage", "grade", "score", "amount", "currency", "order_id", "is_sales_ready",
    "is_machine", "properties",
)  # fmt: skip
_TYPES = {
    "latitude": pa.float64(), "longitude": pa.float64(), "score": pa.float64(), "amount": pa.float64(),
    "is_machine": pa.bool_(), "is_sales_ready": pa.bool_(), "members_count": pa.int64(),
}  # fmt: skip


def bodies(event: EmailEvent) -> list[Body]:
    """Return the event as our own systems write it; absent fields are left out."""
    body: Body = {
        "interaction_id": f"ix-{event.number:09d}",
        "interaction_type": event.type,
        "occurred_at": _offset_time(event.at) if event.variant % 5 == 0 else iso(event.at),
        "recipient": event.recipient,
        "visitor_id": event.visitor_id,
        "message_id": event.hex if event.has_message_id else None,
        "link_url": event.link.url if event.link else None,
        "link_name": event.link_name,
        "ip": event.ip,
        "user_agent": event.agent.text if event.agent else None,
        "country": event.country,
        "reason": event.refusal.reason if event.refusal else None,
        **event.ids,
    }
    if event.place:
        place = event.place
        body.update(region=place.region, city=place.city, latitude=place.latitude, longitude=place.longitude)
    if event.bounce and not (event.bounce == "other" and event.variant % 2):
        # No bounce type means `other`.
        body["bounce_type"] = event.bounce
    if event.flagged:
        body["is_machine"] = True
    return [{name: value for name, value in body.items() if value is not None}]


def _offset_time(micros: int) -> str:
    """Return the same instant with an offset of two hours."""
    return iso(micros + 7_200 * SECOND)[:-1] + "+02:00"


def _row(body: Body) -> dict[str, Any]:
    """Return the body as a table row: properties become JSON text."""
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
    unknown_type=None,
    type_at=("interaction_type",),
    times_at=(("occurred_at",),),
    time=iso,
    shapes=(ndjson(), Shape(_csv, ".csv", takes=lambda record: isinstance(record.body, dict)),
            Shape(_parquet, ".parquet", takes=is_sound, binary=True), ndjson(spaced=True)),
    fixed_vocabulary=True,
)  # fmt: skip
