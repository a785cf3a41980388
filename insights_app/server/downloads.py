"""Writes a block's whole result as a file: CSV that spreadsheets open safely, or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pyarrow.parquet

from insights_app.catalogue import blocks, queries
from insights_app.pages.filled.page import HIDDEN, PERSONAL, Page
from insights_app.pages.filled.tables import linked, table_sql, with_addresses, with_trends

#: Characters with which a spreadsheet's formula begins.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


#: Blocks that can be downloaded. A record's facts, timeline and message cannot: they have no columns that say
#: which of their values are personal.
DOWNLOADED = (
    *(blocks.Table, blocks.Chart, blocks.HeatTable, blocks.Hours),
    *(blocks.WorldMap, blocks.Comparison),
)


def query_of(page: Page, block: blocks.Block) -> str:
    """Return the query of a download: a table's columns and the ids in their links, or all columns of a
    chart.
    """
    if not isinstance(block, blocks.Table):
        return page.sql(block)
    columns = [queries.quoted(name) for name in linked(block)]
    for column in block.columns:
        name = queries.quoted(column.name)
        is_hidden = column.shown_as in PERSONAL and not page.shows_people
        columns.append(f"'{HIDDEN}' as {name}" if is_hidden else name)
    rows = with_trends(page, block, with_addresses(block, table_sql(page, block)))
    return f"select {', '.join(columns)} from ({rows}) as result"


def csv_of(page: Page, block: blocks.Block) -> Iterator[bytes]:
    """Yield the rows as CSV, in batches."""
    # Begin with a byte order mark: without it, spreadsheets do not read the file as UTF-8.
    mark = b"\xef\xbb\xbf"
    for batch in page.reader.batches(query_of(page, block), page.parameters):
        text = io.StringIO()
        csv.writer(text).writerows([[_cell(value) for value in row] for row in batch])
        yield mark + text.getvalue().encode()
        mark = b""


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return "; ".join("" if each is None else str(each) for each in value)
    return value


class _Sink(io.RawIOBase):
    """A file in memory whose written bytes can be taken out in between: Parquet is written front to back."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._written = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._written

    def write(self, data: Any) -> int:
        self._kept += data
        self._written += len(data)
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._kept)
        self._kept.clear()
        return data


def parquet_of(page: Page, block: blocks.Block) -> Iterator[bytes]:
    """Yield the rows as Parquet, one row group at a time."""
    stream = page.reader.arrow(query_of(page, block), page.parameters)
    sink = _Sink()
    with pyarrow.parquet.ParquetWriter(sink, stream.schema, compression="zstd") as writer:
        for batch in stream:
            writer.write_batch(batch)
            yield sink.taken()
    yield sink.taken()
