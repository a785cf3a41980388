"""The cost of small files: the same rows as many small files and as one large file, in every format.

python -m benchmarks.small_files [--files N] [--rows N] [--shapes WORD]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from ingestion.adapters.web import snowplow
from ingestion.config import Config
from ingestion.landing.run import land

_DAYS = 40
_FIRST_DAY = date(2026, 3, 1)
#: Text with a line break and quotes: files with it need the slower CSV reader.
_AWKWARD = 'a "quoted" word\n'

Row = dict[str, Any]
Write = Callable[[Sequence[Row]], bytes]


def _native(number: int) -> Row:
    return {
        "interaction_id": f"i{number}",
        "interaction_type": ("email_sent", "email_delivered", "email_opened")[number % 3],
        "occurred_at": f"2026-02-28T{number % 24:02}:00:00Z",
        "contact_id": f"c{number % 5000}",
        "email_id": f"e{number % 40}",
        "recipient": f"user{number % 5000}@example.com",
        "ip": f"1.2.{number % 200}.{number % 251}",
        "user_agent": f"Mozilla/5.0 (iPhone; CPU iPhone OS 16_{number % 100} like Mac OS X)",
        "is_machine": "false",
    }


def _late(number: int) -> Row:
    """Return a time for a row; one in a hundred is quarantined."""
    return _native(number) | ({"occurred_at": "soon"} if number % 100 == 0 else {})


def _contact(number: int) -> Row:
    return {
        "contact_id": f"c{number}",
        "email": f"user{number}@example.com",
        "first_name": "Ada",
        "country": "DE",
        "created_at": "2025-01-01T00:00:00Z",
        "do_not_bulk_email": "false",
        "consent_level": "3",
    }


def _sent(number: int) -> Row:
    return {
        "InteractionType": "EmailSent",
        "OrganizationId": "org",
        "Timestamp": "2/28/2026 4:05:06 PM +00:00",
        "InternalMarketingInteractionId": f"k{number}",
        "Version": "1",
        "ContactId": f"c{number % 5000}",
        "MessageId": f"e{number % 40}",
    }


def _sendgrid(number: int) -> Row:
    return {
        "email": f"user{number % 5000}@example.com",
        "timestamp": 1772200000 + number,
        "event": ("processed", "delivered", "open")[number % 3],
        "sg_event_id": f"s{number}",
        "sg_message_id": f"m{number}.filter",
        "useragent": "Mozilla/5.0",
        "ip": f"1.2.3.{number % 251}",
    }


def _ses(number: int) -> Row:
    sent_at = "2026-02-28T10:00:00.000Z"
    mail = {"timestamp": sent_at, "messageId": f"m{number}", "destination": [f"user{number}@example.com"]}
    delivery = {"timestamp": sent_at, "recipients": [f"user{number}@example.com"]}
    return {"eventType": "Delivery", "mail": mail, "delivery": delivery}


def _segment(number: int) -> Row:
    return {
        "type": "page",
        "messageId": f"m{number}",
        "anonymousId": f"a{number % 999}",
        "timestamp": "2026-02-28T10:00:00.000Z",
        "context": {"ip": f"1.2.3.{number % 251}", "page": {"url": "https://example.com/"}},
    }


def _snowplow(number: int) -> Row:
    values = {
        "app_id": "site",
        "platform": "web",
        "collector_tstamp": "2026-02-28 10:06:00.000",
        "event": "page_view",
        "event_id": f"{number:08x}-8ea5-4a0f-9f38-2f1d6e9a1b11",
        "domain_userid": f"v{number % 999}",
        "page_url": "https://example.com/p",
        "event_vendor": "com.snowplowanalytics.snowplow",
        "event_name": "page_view",
        "event_format": "jsonschema",
        "event_version": "1-0-0",
        "derived_tstamp": "2026-02-28 10:05:03.123",
    }
    return {"line": "\t".join(values.get(name, "") for name in snowplow.FIELDS)}


def _logged(number: int) -> Row:
    stamp = f"28/Feb/2026:10:{number // 60 % 60:02}:{number % 60:02} +0000"
    return {"line": f'1.2.3.{number % 251} - - [{stamp}] "GET /{number} HTTP/1.1" 200 1 "-" "Mozilla/5.0"'}


def _as_csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _as_disorderly_csv(rows: Sequence[Row]) -> bytes:
    """Return CSV with one row too short and a cell with quotes and a line break, which needs the slower
    reader."""
    name = list(rows[0])[-1]
    return _as_csv([*rows[:-1], {**rows[-1], name: _AWKWARD}]) + b"too,short\n"


def _as_ndjson(rows: Sequence[Row]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def _as_array(rows: Sequence[Row]) -> bytes:
    return json.dumps(list(rows)).encode()


def _as_parquet(rows: Sequence[Row]) -> bytes:
    target = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows)), target)
    return bytes(target.getvalue())


def _as_lines(rows: Sequence[Row]) -> bytes:
    return "".join(row["line"] + "\n" for row in rows).encode()


def _packed(write: Write, pack: Callable[[bytes], bytes]) -> Write:
    return lambda rows: pack(write(rows))


#: By name: adapter, file name around a number, one row, rows as bytes.
SHAPES: dict[str, tuple[str, str, Callable[[int], Row], Write]] = {
    "native csv": ("interactions", "{}.csv", _native, _as_csv),
    "native csv, disorderly": ("interactions", "{}.csv", _native, _as_disorderly_csv),
    "native csv, gzip": ("interactions", "{}.csv.gz", _native, _packed(_as_csv, gzip.compress)),
    "native parquet": ("interactions", "{}.parquet", _native, _as_parquet),
    "native parquet, bad rows": ("interactions", "{}.parquet", _late, _as_parquet),
    "native ndjson": ("interactions", "{}.ndjson", _native, _as_ndjson),
    "native ndjson, zstd": (
        "interactions",
        "{}.ndjson.zst",
        _native,
        _packed(_as_ndjson, zstandard.compress),
    ),
    "crm csv": ("crm", "{}/contacts.csv", _contact, _as_csv),
    "crm csv, disorderly": ("crm", "{}/contacts.csv", _contact, _as_disorderly_csv),
    "crm csv, zstd": ("crm", "{}/contacts.csv.zst", _contact, _packed(_as_csv, zstandard.compress)),
    "crm ndjson": ("crm", "{}/contacts.ndjson", _contact, _as_ndjson),
    "crm parquet": ("crm", "{}/contacts.parquet", _contact, _as_parquet),
    "dynamics365 csv": ("dynamics365", "csv/EmailSent/{}", _sent, _as_csv),
    "dynamics365 csv, disorderly": ("dynamics365", "csv/EmailSent/{}", _sent, _as_disorderly_csv),
    "dynamics365 csv, gzip": ("dynamics365", "csv/EmailSent/{}.gz", _sent, _packed(_as_csv, gzip.compress)),
    "sendgrid ndjson": ("sendgrid", "{}.ndjson", _sendgrid, _as_ndjson),
    "sendgrid array": ("sendgrid", "{}.json", _sendgrid, _as_array),
    "sendgrid array, gzip": ("sendgrid", "{}.json.gz", _sendgrid, _packed(_as_array, gzip.compress)),
    "ses ndjson": ("ses", "{}.ndjson", _ses, _as_ndjson),
    "segment ndjson, gzip": ("segment", "{}.ndjson.gz", _segment, _packed(_as_ndjson, gzip.compress)),
    "snowplow tsv": ("snowplow", "{}.tsv", _snowplow, _as_lines),
    "access_log": ("access_log", "{}.log", _logged, _as_lines),
    "access_log, gzip": ("access_log", "{}.log.gz", _logged, _packed(_as_lines, gzip.compress)),
}


def main() -> None:
    """Time every format, as many small files and as one large one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=100, help="rows of a small file")
    parser.add_argument("--shapes", default="", help="only the shapes with this word in their name")
    arguments = parser.parse_args()
    print(f"{arguments.files:,} files of {arguments.rows} rows beside one file of as many, seconds (CPU)")
    for name in SHAPES:
        if arguments.shapes in name:
            small = _measure(name, arguments.files, arguments.rows)
            large = _measure(name, 1, arguments.files * arguments.rows)
            print(
                f"{name:30}{small[0]:8.1f} ({small[1]:6.1f}){large[0]:8.1f} ({large[1]:6.1f})"
                f"{large[2] / large[0]:12,.0f} rows/s",
                flush=True,
            )


def _measure(name: str, files: int, rows: int) -> tuple[float, float, int]:
    """Return wall and CPU seconds of landing these files, and the records read."""
    folder = Path(tempfile.mkdtemp(prefix="touchpoint-small-files-"))
    try:
        for path, content in files_of(name, files, rows):
            target = folder / "landing" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        began, cpu = time.perf_counter(), time.process_time()
        report = land(folder / "home", folder / "landing", Config())
        return time.perf_counter() - began, time.process_time() - cpu, report.records_read
    finally:
        shutil.rmtree(folder)


def files_of(name: str, files: int, rows: int) -> Iterator[tuple[str, bytes]]:
    """Return paths and contents of the files of a format."""
    adapter, pattern, row, write = SHAPES[name]
    for number in range(files):
        day = _FIRST_DAY + timedelta(days=number * min(_DAYS, files) // files)
        content = write([row(number * rows + index) for index in range(rows)])
        yield f"{adapter}/{day}/{pattern.format(number)}", content


if __name__ == "__main__":
    main()
