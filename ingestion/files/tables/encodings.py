"""Encodings of text files that people export: UTF-8, UTF-16 with a byte order mark, else Windows-1252.

A whole file has one encoding; if it is not UTF-8, DuckDB reads a UTF-8 copy. Lines that are text in no
encoding are damaged: the copy holds their bytes as they are, and the line reader refuses these lines alone.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from ingestion.errors import UnreadableFile
from ingestion.files.tables.table import TableFile, read_line

_CHUNK = 1024 * 1024
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WINDOWS = "cp1252"


def as_utf8(file: TableFile, spill: Path) -> TableFile:
    """Return the file, or a UTF-8 copy of it in the folder `spill` if its text is in another encoding.

    Raises `UnreadableFile` if a UTF-16 file is damaged, or if most lines of a file are in no encoding.
    """
    encoding = _other_than_utf8(file)
    if encoding is None:
        return file
    copy = spill / f"{file.file_id:016x}.utf8"
    try:
        with (
            io.TextIOWrapper(file.open(), encoding, _errors(encoding), newline="") as opened,
            copy.open("w", encoding="utf-8", errors=_errors(encoding), newline="") as written,
        ):
            while text := opened.read(_CHUNK):
                written.write(text)
    except UnicodeError as error:
        raise UnreadableFile(
            "not_utf8",
            f"{file.name}: the file is not whole {encoding} text ({error}). Deliver it as UTF-8, under a new"
            " name.",
        ) from error
    return replace(
        file, path=copy, data=None if file.data is None else copy.read_bytes(), copy_of=(file, encoding)
    )


def delivered_offsets(file: TableFile, lines: Collection[int]) -> dict[int, int | None]:
    """Return for these lines of a UTF-8 copy the byte at which each begins in the delivered file."""
    assert file.copy_of is not None
    delivered, encoding = file.copy_of
    mark, character = (2, "utf-16-le") if encoding == "utf-16" else (0, encoding)
    found: dict[int, int | None] = {1: 0}
    number, offset = 1, mark
    errors = _errors(encoding)
    with io.TextIOWrapper(delivered.open(), encoding, errors, newline="") as opened:
        while text := opened.read(_CHUNK):
            *ended, rest = text.split("\n")
            for line in ended:
                number, offset = number + 1, offset + len((line + "\n").encode(character, errors))
                if number in lines:
                    found[number] = offset
            offset += len(rest.encode(character, errors))
    return found


def _errors(encoding: str) -> str:
    """Return how Python treats bytes that are no text: those that Windows-1252 lacks pass through."""
    return "strict" if encoding == "utf-16" else "surrogateescape"


def _other_than_utf8(file: TableFile) -> str | None:
    """Return Python's name for the file's encoding; None if it is UTF-8.

    A file is UTF-8 if it has a UTF-8 byte order mark, or if more of its lines hold valid non-ASCII UTF-8 than
    invalid bytes. The invalid lines are then damaged, and the line reader refuses them.

    Raises `UnreadableFile` if more than half of all lines are neither UTF-8 nor Windows-1252: the file is in
    an encoding that is not read.
    """
    mark = file.head(len(codecs.BOM_UTF8))
    if mark.startswith(_UTF_16_MARKS):
        return "utf-16"
    if mark == codecs.BOM_UTF8 or is_utf8(file):
        return None
    utf8, other, lines, damaged = 0, 0, 0, list[int]()
    for lines, line in enumerate(_lines(file), start=1):
        if line.isascii():
            continue
        if _is_in("utf-8", line):
            utf8 += 1
        elif _is_in(_WINDOWS, line):
            other += 1
        else:
            damaged.append(lines)
    if len(damaged) * 2 > lines:
        raise UnreadableFile(
            "not_utf8",
            f"{file.name}: {len(damaged)} of {lines} lines, line {damaged[0]} the first, are neither UTF-8"
            " nor Windows-1252 text. Deliver the file as UTF-8, under a new name.",
        )
    return _WINDOWS if other and other >= utf8 else None


def is_utf8(file: TableFile) -> bool:
    """Whether the whole file is UTF-8 text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open() as opened:
        try:
            while chunk := opened.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _lines(file: TableFile) -> Iterator[bytes]:
    with file.open() as opened:
        while (read := read_line(opened))[1]:
            yield read[0]


def _is_in(encoding: str, line: bytes) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
