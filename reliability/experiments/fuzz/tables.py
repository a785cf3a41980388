"""Fuzzed tables: malformed CSV rows beside sound ones, and Parquet columns of every type."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from reliability.experiments.fuzz import mutations
from reliability.experiments.fuzz.containers import Piece
from reliability.experiments.fuzz.hostile_texts import TEXTS

HOSTILE_CELLS = "hostile text in cells of CSV and Parquet"
DISORDER = "rows of CSV in disorder"


def row(values: Sequence[str]) -> bytes:
    """Return a CSV record without its line break."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="").writerow(values)
    return text.getvalue().encode("utf-8", "replace")


def hostile_row(values: list[str], rng: random.Random) -> Piece:
    """Return a correctly quoted record with a hostile text in it."""
    return Piece(row(mutations.cells(values, rng)), HOSTILE_CELLS)


def disorderly_row(values: list[str], rng: random.Random) -> Piece:
    """Return a line that is no record of this table."""
    sound = row(values)
    at = rng.randrange(len(sound))
    match rng.randrange(7):
        case 0:
            text = row(values[: rng.randrange(1, len(values))])
        case 1:
            text = row([*values, "more", "and more"])
        case 2:
            text = sound[:at] + b'"' + sound[at:]
        case 3:
            text = sound[:-1]  # the last cell is never closed
        case 4:
            text = sound[:at] + rng.choice([b"\xe9", b"\xff\xfe"]) + sound[at:]
        case 5:
            text = sound[:at] + b"\x00\r\x01" + sound[at:]
        case _:
            text = rng.randbytes(rng.randint(1, 80)).replace(b"\n", b"")
    return Piece(text, DISORDER, records=None)


def parquet(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return a Parquet file of text columns."""
    values = zip(*rows, strict=True)
    return _bytes(
        pa.table({name: pa.array(column, pa.string()) for name, column in zip(columns, values, strict=True)})
    )


def _bytes(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def odd_parquet(columns: Sequence[str], count: int, rng: random.Random) -> bytes:
    """Return a Parquet file whose columns have random types."""
    table = {name: rng.choice(_ODD)(count, rng) for name in columns}
    return _bytes(pa.table(table))


def _texts(count: int, rng: random.Random) -> list[str]:
    return [rng.choice(TEXTS[:-3]) for _ in range(count)]


_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ODD = (
    lambda n, rng: pa.array(_texts(n, rng), pa.large_string()),
    lambda n, rng: pa.array(_texts(n, rng), pa.string()).dictionary_encode(),
    lambda n, rng: pa.array([rng.randbytes(9) for _ in range(n)], pa.binary()),
    lambda n, rng: pa.array([rng.randrange(-(2**63), 2**63) for _ in range(n)], pa.int64()),
    lambda n, rng: pa.array([rng.randrange(2**64) for _ in range(n)], pa.uint64()),
    lambda n, rng: pa.array([rng.choice([float("nan"), float("inf"), 1e308, -0.0]) for _ in range(n)]),
    lambda n, rng: pa.array([rng.random() < 0.5 for _ in range(n)]),
    lambda n, rng: pa.array([Decimal(rng.randrange(10**30)) / 100 for _ in range(n)], pa.decimal128(38, 2)),
    lambda n, rng: pa.array([rng.randrange(-(2**62), 2**62) for _ in range(n)], pa.timestamp("us", "UTC")),
    lambda n, rng: pa.array([rng.randrange(2**62) for _ in range(n)], pa.timestamp("ns")),
    lambda n, rng: pa.array([_NOW for _ in range(n)], pa.timestamp("ms", "UTC")),
    lambda n, rng: pa.array([rng.randrange(-(2**31), 2**31) for _ in range(n)], pa.date32()),
    lambda n, rng: pa.array([rng.randrange(86_400_000_000) for _ in range(n)], pa.time64("us")),
    lambda n, rng: pa.array([_texts(2, rng) for _ in range(n)], pa.list_(pa.string())),
    lambda n, rng: pa.array([{"a": _texts(1, rng)[0], "b": None} for _ in range(n)]),
    lambda n, rng: pa.array(
        [[("k", _texts(1, rng)[0])] for _ in range(n)], pa.map_(pa.string(), pa.string())
    ),
    lambda n, rng: pa.nulls(n),
)
