"""A batch of blobs as one table of texts: blobs with one header are read by the engine as one.

Belongs here: joining blobs, and telling whose record is whose. Does not belong here: judging rows
(`tabular.py`), books and parts (`blob_files.py`), or a blob that is not in order (the adapter's `read`).
"""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from ingestion import careful_lines, tabular
from ingestion.adapter import BadRecord, FolderAdapter, UnreadableFile
from ingestion.careful_lines import CsvHeader
from ingestion.containers import HEAD_BYTES, check_encoding, compression_of
from ingestion.discovery import FoundFile
from ingestion.table_lines import csv_reader, line_breaks
from ingestion.texts import LINE, LINES, OFFSET, TABLE, choose, decoded, identifier, read_extents

_BOM = b"\xef\xbb\xbf"
_FILE = '"#file"'
_DAY = '"#day"'
_TYPE = '"#type"'
_JOINED = '"#joined"'
_GROUP = '"#group"'
_BLOBS = "blobs_to_land"


@dataclass(frozen=True)
class Blob:
    """What is new in a blob. `body`: the bytes after the header, or after what was read before."""

    file: FoundFile
    record_type: str
    checksum: str
    header: CsvHeader
    line_break: bytes
    body: bytes
    start: int  # the first byte of the body
    first_line: int  # the line that byte is on

    @property
    def text(self) -> bytes:
        """The body as UTF-8, each line ended, without blank lines at the end."""
        body = self.body.rstrip(b"\r\n")
        if not body:
            return b""
        if self.header.encoding != "utf-8":
            body = _as_utf8(body, self.header.encoding)
        return body + self.line_break


def open_blob(file: FoundFile, adapter: FolderAdapter) -> Blob | None:
    """Open a blob to be read with others; None where it must be read by itself, with care."""
    try:
        data = file.path.read_bytes()
        if compression_of(file.name, data[:HEAD_BYTES]) is not None:
            return None
        check_encoding(data[:HEAD_BYTES])
        return _blob(file, data, adapter)
    except (OSError, UnreadableFile, UnicodeDecodeError, csv.Error):
        return None  # Read by itself it will be quarantined, with the reason.


def _blob(file: FoundFile, data: bytes, adapter: FolderAdapter) -> Blob | None:
    end = data.find(b"\n") + 1 or len(data)
    header = careful_lines.read_header(data[:end])
    record_type = adapter.record_type(file.name)
    if record_type is None or header.lines != 1 or (len(header.names) < 2 and data):
        return None
    start, first_line = end, 2
    if file.read_before:
        start = file.read_before
        first_line = data.count(b"\n", 0, start) + 1
        if data[start - 1 : start] != b"\n":
            # The last line had no end yet: the new part begins with it.
            start, first_line = data.find(b"\n", start) + 1, first_line + 1
    encoding = "utf-8" if data.startswith(_BOM) or _is_utf8(data) else adapter.legacy_encoding
    body = data[start:]
    _as_utf8(body, encoding)
    return Blob(
        file=file,
        record_type=record_type,
        checksum=hashlib.sha256(data).hexdigest(),
        header=CsvHeader(header.names, header.delimiter, 1, encoding),
        line_break=b"\r\n" if data[:end].endswith(b"\r\n") else b"\n",
        body=body,
        start=start,
        first_line=first_line,
    )


def _as_utf8(body: bytes, encoding: str) -> bytes:
    """The body as UTF-8; UnicodeDecodeError where a line is neither that nor in the encoding."""
    if _is_utf8(body):
        return body
    return b"\n".join(decoded(line, encoding).encode() for line in body.split(b"\n"))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


class BlobBatch:
    """The records of a batch, in `texts.TABLE` with the file, day and type of each."""

    #: SQL of the type of a record's blob.
    RECORD_TYPE = f"r.{_TYPE}"
    #: Key of the number of readable records in `readable`.
    READABLE = ""

    def __init__(self, connection: duckdb.DuckDBPyConnection, home: Path, table: tabular.Table) -> None:
        self._connection = connection
        self._home = home
        self._table = table
        self._judged = tabular.judgement(table, f"r.{_DAY}")

    def load(self, blobs: Sequence[Blob]) -> set[int]:
        """Load the blobs; the files of those that are not in order."""
        cells = ", ".join(f"{identifier(name)} VARCHAR" for name in self._table.fields)
        self._connection.execute(
            f"create or replace temp table {TABLE} ({_FILE} BIGINT, {_DAY} DATE, {_TYPE} VARCHAR,"
            f" {LINE} BIGINT, {LINES} BIGINT, {OFFSET} BIGINT, {cells})"
        )
        groups: dict[tuple[object, ...], list[Blob]] = defaultdict(list)
        for blob in blobs:
            groups[(*blob.header.names, blob.header.delimiter, blob.line_break)].append(blob)
        refused: set[int] = set()
        for group in groups.values():
            refused.update(blob.file.file_id for blob in self._load_group(group))
        return refused

    def _load_group(self, blobs: Sequence[Blob]) -> Sequence[Blob]:
        """Load blobs with one header. Where they are not in order, halves of them may be."""
        if self._is_loaded(blobs):
            return ()
        if len(blobs) == 1:
            return blobs
        middle = len(blobs) // 2
        return [*self._load_group(blobs[:middle]), *self._load_group(blobs[middle:])]

    def _is_loaded(self, blobs: Sequence[Blob]) -> bool:
        spill = self._home / "tmp"
        spill.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=spill) as folder:
            joined = Path(folder, "joined.csv")
            lines = []
            with joined.open("wb") as target:
                for blob in blobs:
                    text = blob.text
                    lines.append(text.count(b"\n"))
                    target.write(text)
            if sum(lines) == 0:
                return not self._lacks_key(blobs[0])
            self._connection.register(_BLOBS, _places(blobs, lines))
            try:
                return self._read_joined(joined, blobs[0])
            except (duckdb.Error, UnreadableFile):
                return False
            finally:
                self._connection.unregister(_BLOBS)

    def _lacks_key(self, blob: Blob) -> bool:
        if not blob.header.names:
            return False  # An empty blob: its header comes with its first record.
        try:
            choose(blob.file.name, blob.header.names, self._table.fields, self._table.key)
        except UnreadableFile:
            return True
        return False

    def _read_joined(self, joined: Path, first: Blob) -> bool:
        """Read joined blobs, first as if no cell held a line break; true if every line is accounted for."""
        header = first.header
        width = len(header.names)
        choice = choose(first.file.name, header.names, self._table.fields, self._table.key)
        cells = choice.sql(self._table.fields, lambda index: f"rows.c{index}")
        for breaks in ("0", line_breaks(width)):
            before = "sum(breaks) over (rows unbounded preceding) - breaks" if breaks != "0" else "0"
            reader = csv_reader(joined, width, header.delimiter, skip=0)
            # In two steps: an as-of join of rows that are still being read takes a far slower way.
            self._connection.execute(
                f"create or replace temp table {_JOINED} as select *, row_number() over () + {before} as line"
                f" from (select *, {breaks} as breaks from {reader})"
            )
            self._connection.execute(
                f"create or replace temp table {_GROUP} as select blobs.file_id as {_FILE},"
                f" blobs.arrival_date as {_DAY}, blobs.record_type as {_TYPE},"
                f" cast(rows.line - blobs.start + blobs.first_line as BIGINT) as {LINE},"
                f" rows.breaks + 1 as {LINES}, cast(null as BIGINT) as {OFFSET}, {cells}"
                f" from {_JOINED} as rows asof join {_BLOBS} as blobs on rows.line >= blobs.start"
            )
            strayed = self._connection.execute(
                f"select count(*) from {_BLOBS} as blobs left join"
                f" (select {_FILE}, sum({LINES}) as lines from {_GROUP} group by all) as found"
                f" on blobs.file_id = found.{_FILE} where coalesce(found.lines, 0) <> blobs.lines"
            ).fetchone()
            if strayed == (0,):
                self._connection.execute(f"insert into {TABLE} select * from {_GROUP}")
                return True
        return False

    def rows(self, feed: str) -> pa.Table:
        """The readable rows as the relation has them, by arrival day. `feed`: SQL."""
        trace = {"feed": feed, "arrival_date": f"r.{_DAY}", "file_id": f"r.{_FILE}"}
        landed = tabular.landed_rows(self._table, trace, TABLE, self._judged)
        found: pa.Table = self._connection.execute(
            f"select * from ({landed}) order by arrival_date, file_id, line_number"
        ).fetch_arrow_table()
        return found

    def readable(self) -> dict[int, dict[str, int]]:
        """Readable records of each file, and how many lost the value of a field."""
        names = list(self._table.nulled)
        lost = "".join(f", count(case when {sql} then 1 end)" for sql in self._table.nulled.values())
        counts = self._connection.execute(
            f"select r.{_FILE}, count(*){lost} from {TABLE} as r where {self._judged.is_readable} group by 1"
        ).fetchall()
        return {
            file_id: {
                self.READABLE: readable,
                **dict(zip(names, nulled, strict=True)),
            }
            for file_id, readable, *nulled in counts
        }

    def ignored(self) -> dict[int, dict[str, int]]:
        """Ignored records of each file by type."""
        found: dict[int, dict[str, int]] = defaultdict(dict)
        ignored_as = self._judged.ignored_as
        for file_id, name, records in self._connection.execute(
            f"select r.{_FILE}, {ignored_as}, count(*) from {TABLE} as r where {ignored_as} is not null"
            " group by 1, 2 order by 1, 2"
        ).fetchall():
            found[file_id][name] = records
        return found

    def refused(self, blobs: Mapping[int, Blob]) -> dict[int, tuple[BadRecord, ...]]:
        """Records of each file that go into quarantine, with their text as it stands there."""
        found: dict[int, list[tuple[int, int, str, str]]] = defaultdict(list)
        for file_id, *record in self._connection.execute(
            f"select r.{_FILE}, r.{LINE}, r.{LINES}, {self._judged.problem}, {self._judged.message}"
            f" from {TABLE} as r where {self._judged.is_refused} order by 1, 2"
        ).fetchall():
            found[file_id].append(tuple(record))
        return {file_id: _bad_records(blobs[file_id], records) for file_id, records in found.items()}


def _bad_records(blob: Blob, records: Sequence[tuple[int, int, str, str]]) -> tuple[BadRecord, ...]:
    places = read_extents(
        io.BytesIO(blob.body),
        [(line, lines) for line, lines, _, _ in records],
        blob.header.encoding,
        number=blob.first_line,
        offset=blob.start,
    )
    return tuple(
        tabular.refused_record(place, reason, message)
        for place, (_, _, reason, message) in zip(places, records, strict=True)
    )


def _places(blobs: Sequence[Blob], lines: Sequence[int]) -> pa.Table:
    """Where each blob stands among the joined lines."""
    ends = [0]
    for count in lines:
        ends.append(ends[-1] + count)
    return pa.table(
        {
            "file_id": pa.array([blob.file.file_id for blob in blobs], pa.int64()),
            "arrival_date": pa.array([blob.file.arrival_date for blob in blobs], pa.date32()),
            "record_type": pa.array([blob.record_type for blob in blobs], pa.string()),
            "start": pa.array([end + 1 for end in ends[:-1]], pa.int64()),
            "lines": pa.array(list(lines), pa.int64()),
            "first_line": pa.array([blob.first_line for blob in blobs], pa.int64()),
        }
    )
