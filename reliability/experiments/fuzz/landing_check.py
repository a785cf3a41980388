"""Checks that landing made of each fuzzed file exactly what was put into it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.ledger import FILE_NAME
from reliability.experiments.fuzz.containers import FuzzedFile
from reliability.experiments.fuzz.samples import MARKER_COLUMNS

REASON_CODES = frozenset(
    {
        *("not_json", "not_utf8", "wrong_shape", "missing_field", "bad_timestamp", "out_of_range"),
        *("unknown_value", "too_large"),
    }
)

#: The key of rows whose file is not recorded.
_NOWHERE = ("", "")

#: Called with the kind of the injected record and what is wrong, in words.
Report = Callable[[str, str], None]


@dataclass(frozen=True)
class _Books:
    read: int
    readable: int
    ignored: int
    quarantined: int
    is_refused: bool
    message: str | None


@dataclass(frozen=True)
class _Bad:
    line: int | None
    offset: int | None
    reason_code: str
    message: str
    raw: str


class LandingCheck:
    """Reads a home once, then reports for each file what is wrong with it."""

    def __init__(self, home: Path) -> None:
        with duckdb.connect(str(home / FILE_NAME), read_only=True) as ledger:
            self._books = {
                (feed, file): _Books(*books)
                for feed, file, *books in ledger.execute(
                    "select feed, file, records_read, records_readable, ignored, quarantined,"
                    " file_quarantined, message from files"
                ).fetchall()
            }
            self._bad: dict[tuple[str, str], list[_Bad]] = defaultdict(list)
            for feed, file, *bad in ledger.execute(
                "select feed, file, line, byte_offset, reason_code, message, raw_text"
                " from quarantined_records"
            ).fetchall():
                self._bad[feed, file].append(_Bad(*bad))
            self._landed: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
            self._records: Counter[tuple[str, str]] = Counter()
            self._read_parts(home, ledger)

    def _read_parts(self, home: Path, ledger: duckdb.DuckDBPyConnection) -> None:
        parts: dict[str, list[str]] = defaultdict(list)
        for relation, path in ledger.execute("select relation, path from parts").fetchall():
            parts[relation].append(str(home / path))
        names = {
            file_id: (feed, file)
            for file_id, feed, file in ledger.execute("select file_id, feed, file from files").fetchall()
        }
        for relation, paths in parts.items():
            rows = ledger.read_parquet(paths)
            marker = MARKER_COLUMNS.get(relation) or rows.columns[4]  # a CRM entity's key
            place = "*" if relation.startswith("crm_") else "distinct (line_number, byte_offset, item_index)"
            for file_id, records in rows.query(
                "r", f"select file_id, count({place}) from r group by 1"
            ).fetchall():
                self._records[names.get(file_id, _NOWHERE)] += records
            sql = f"select file_id, {marker}, count({place}) from r where {marker} is not null group by all"
            for file_id, value, records in rows.query("r", sql).fetchall():
                self._landed[names.get(file_id, _NOWHERE)][value] += records

    def check(self, file: FuzzedFile, report: Report) -> None:
        """Report everything that is wrong with one file."""
        key = (file.feed, file.name)
        books = self._books.get(key)
        if books is None:
            report("", f"{file.feed}/{file.name}: not in the books")
            return
        where = f"{file.feed}/{file.name}"
        for words in self._wrong_books(key, file, books):
            report("", f"{where}: {words}")
        if books.is_refused:
            report("", f"{where}: refused as a whole: {books.message}")
            return
        for kind, words in self._lost_records(key, file):
            report(kind, f"{where}: {words}")
        for kind, words in self._poor_quarantine(key, file):
            report(kind, f"{where}: {words}")

    def _wrong_books(self, key: tuple[str, str], file: FuzzedFile, books: _Books) -> Iterator[str]:
        if books.read != books.readable + books.ignored + books.quarantined:
            yield f"books do not balance: {books}"
        if books.quarantined != len(self._bad[key]):
            yield f"{books.quarantined} in the books, {len(self._bad[key])} in quarantine"
        if books.readable != self._records[key]:
            yield f"{books.readable} readable in the books, {self._records[key]} landed"
        if not books.is_refused and (
            books.read < file.min_records or (file.is_countable and books.read > file.min_records)
        ):
            word = "exactly" if file.is_countable else "at least"
            yield f"{books.read} records read of {word} {file.min_records}"

    def _lost_records(self, key: tuple[str, str], file: FuzzedFile) -> Iterator[tuple[str, str]]:
        landed = self._landed[key]
        for piece in file.pieces:
            if piece.marker is not None and landed[piece.marker] != 1:
                yield piece.kind, f"sound record {piece.marker} landed {landed[piece.marker]} times"

    def _poor_quarantine(self, key: tuple[str, str], file: FuzzedFile) -> Iterator[tuple[str, str]]:
        kinds = _kinds_by_offset(file)
        for bad in self._bad[key]:
            kind = kinds.get(bad.offset, "")
            if bad.reason_code not in REASON_CODES or not bad.message or bad.line is None:
                yield kind, f"poorly described: {bad}"
            elif file.places is not None:
                if bad.offset is None:
                    yield kind, f"without a byte offset: {bad}"
                elif not _is_there(file.plain, bad.offset, bad.raw):
                    yield kind, f"other text than at byte {bad.offset}: {bad.raw[:200]!r}"
                elif file.plain.count(b"\n", 0, bad.offset) + 1 != bad.line:
                    yield kind, f"line {bad.line} is not that of byte {bad.offset}"


def _is_there(plain: bytes, offset: int, raw: str) -> bool:
    stretch = plain[offset : offset + 4 * len(raw) + 4]
    # Old export files are in Windows-1252; bytes that are text in neither are quoted as escapes.
    written = [
        stretch.decode(encoding, errors)
        for encoding in ("utf-8", "cp1252")
        for errors in ("replace", "backslashreplace")
    ]
    return bool(raw) and any(text.startswith(raw) for text in written)


def _kinds_by_offset(file: FuzzedFile) -> dict[int | None, str]:
    if file.places is None:
        return {}
    pieces: Sequence[tuple[int, str]] = [
        (at + len(piece.text) - len(piece.text.lstrip(b" \t\r\n")), piece.kind)
        for at, piece in zip(file.places, file.pieces, strict=True)
    ]
    return dict(pieces)
