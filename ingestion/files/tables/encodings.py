"""Encodings of text files that people export: UTF-8, UTF-16 with a byte order mark, else Windows-1252.

A whole file has one encoding; if it is not UTF-8, DuckDB reads a UTF-8 copy.
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

    Raises `UnreadableFile` if some of the text is in none of the encodings.
    """
    encoding = _other_than_utf8(file)
    if encoding is None:
        return file
    copy = spill / f"{file.file_id:016x}.utf8"
    try:
        with (
            io.TextIOWrapper(file.open(), encoding=encoding, newline="") as opened,
            copy.open("w", encoding="utf-8", newline="") as written,
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
    with io.TextIOWrapper(delivered.open(), encoding=encoding, newline="") as opened:
        while text := opened.read(_CHUNK):
            *ended, rest = text.split("\n")
            for line in ended:
                number, offset = number + 1, offset + len((line + "\n").encode(character))
                if number in lines:
                    found[number] = offset
            offset += len(rest.encode(character))
    return found


def _other_than_utf8(file: TableFile) -> str | None:
    """Return Python's name for the file's encoding; None if it is UTF-8.

    A file is UTF-8 if it has a UTF-8 byte order mark, or if more of its lines hold valid non-ASCII UTF-8 than
    invalid bytes. The invalid lines are then damaged, and the line reader refuses them.
    """
    mark = file.head(len(codecs.BOM_UTF8))
    if mark.startswith(_UTF_16_MARKS):
        return "utf-16"
    if mark == codecs.BOM_UTF8 or is_utf8(file):
        return None
    utf8, other = 0, 0
    for number, line in _lines_beyond_ascii(file):
        if _is_in("utf-8", line):
            utf8 += 1
        elif _is_in(_WINDOWS, line):
            other += 1
        else:
            raise UnreadableFile(
                "not_utf8",
                f"{file.name}: line {number} is neither UTF-8 nor Windows-1252 text. Deliver the file as"
                " UTF-8, under a new name.",
            )
    return None if utf8 > other else _WINDOWS


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


def _lines_beyond_ascii(file: TableFile) -> Iterator[tuple[int, bytes]]:
    with file.open() as opened:
        number = 0
        while (read := read_line(opened))[1]:
            number += 1
            if not read[0].isascii():
                yield number, read[0]


def _is_in(encoding: str, line: bytes) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
