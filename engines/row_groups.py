"""Puts Parquet files together from row groups of others, copied as they are encoded.

Encoding is nearly all that a Parquet file costs. A file of which a few row groups changed is made of the old
ones that stay, byte by byte, and of new ones; only the footer, which says where each column of each row group
lies, is made anew. Neither DuckDB nor pyarrow offers that.
"""

from __future__ import annotations

import functools
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

_MAGIC = b"PAR1"
_COPIED_AT_ONCE = 8 * 1024 * 1024

# Types of Thrift's compact protocol, in which footers are written.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_INTEGERS = frozenset({_I16, _I32, _I64})

#: A structure: number of a field -> its type and value.
Struct = dict[int, tuple[int, Any]]

# Numbers of fields that are read or changed here, as the format defines them.
_SCHEMA, _ROWS_OF_FILE, _ROW_GROUPS = 2, 3, 4
_COLUMNS, _ROWS, _GROUP_OFFSET, _ORDINAL = 1, 3, 5, 7
_COLUMN_OFFSET, _COLUMN = 2, 3
_COMPRESSED_SIZE, _DATA, _INDEX, _DICTIONARY, _BLOOM, _BLOOM_SIZE = 7, 9, 10, 11, 14, 15


class UnknownLayoutError(Exception):
    """A file has something that cannot be copied by row groups, or differs from another in its columns."""


@dataclass(frozen=True)
class Part:
    """Some row groups of a file, by their places in it; all of them if `chosen` is None."""

    file: Path
    chosen: Sequence[int] | None = None


def rows_of(file: Path) -> list[int]:
    """Return the number of rows of each row group of a file."""
    with file.open("rb") as source:
        return [group[_ROWS][1] for group in _groups(_known(source))]


def put_together(parts: Sequence[Part], target: Path) -> int:
    """Write a file of the row groups of several files with the same columns; return its number of rows.

    Raise `UnknownLayoutError` if their columns differ or a row group cannot be copied; the target is then
    incomplete.
    """
    footer: Struct = {}
    groups: list[Struct] = []
    with target.open("wb") as copy:
        copy.write(_MAGIC)
        for part in parts:
            with part.file.open("rb") as source:
                known = _known(source)
                footer = footer or {**known}
                if known[_SCHEMA] != footer[_SCHEMA]:
                    raise UnknownLayoutError(f"{part.file} has other columns than {parts[0].file}")
                of_file = _groups(known)
                chosen = range(len(of_file)) if part.chosen is None else part.chosen
                groups += [_copied(of_file[place], source, copy) for place in chosen]
        for place, group in enumerate(groups):
            if _ORDINAL in group:
                group[_ORDINAL] = (_I16, place)
        rows = sum(group[_ROWS][1] for group in groups)
        footer[_ROWS_OF_FILE] = (_I64, rows)
        footer[_ROW_GROUPS] = (_LIST, (_STRUCT, groups))
        packed = bytearray()
        _write_struct(packed, footer)
        copy.write(packed + struct.pack("<I", len(packed)) + _MAGIC)
    return rows


def _groups(footer: Struct) -> list[Struct]:
    _, groups = footer[_ROW_GROUPS][1]
    return list(groups)


def _copied(group: Struct, source: BinaryIO, copy: BinaryIO) -> Struct:
    """Copy the bytes of a row group, and return its description with the new places."""
    kind, (kind_of_chunk, chunks) = group[_COLUMNS]
    columns = [{**_described(chunk)} for chunk in chunks]
    begin = min(_begin_of(column) for column in columns)
    end = max(_begin_of(column) + column[_COMPRESSED_SIZE][1] for column in columns)
    moved = copy.tell() - begin
    _copy_bytes(source, copy, begin, end - begin)
    for column in columns:
        for field in (_DATA, _INDEX, _DICTIONARY):
            if field in column:
                column[field] = (_I64, column[field][1] + moved)
        if _BLOOM in column:
            # Filters lie apart from the row group.
            place = copy.tell()
            _copy_bytes(source, copy, column[_BLOOM][1], column[_BLOOM_SIZE][1])
            column[_BLOOM] = (_I64, place)
    offsets = [chunk[_COLUMN_OFFSET][1] for chunk in chunks]
    moved_chunks = [
        {_COLUMN_OFFSET: (_I64, offset + moved if offset else 0), _COLUMN: (_STRUCT, column)}
        for offset, column in zip(offsets, columns, strict=True)
    ]
    described = {**group, _COLUMNS: (kind, (kind_of_chunk, moved_chunks))}
    if _GROUP_OFFSET in group:
        described[_GROUP_OFFSET] = (_I64, group[_GROUP_OFFSET][1] + moved)
    return described


def _described(chunk: Struct) -> Struct:
    """Return the description of a column of a row group, if all that belongs to it can be copied."""
    if chunk.keys() != {_COLUMN_OFFSET, _COLUMN}:
        raise UnknownLayoutError(f"a column has more than its pages: fields {sorted(chunk)}")
    column: Struct = chunk[_COLUMN][1]
    if _BLOOM in column and _BLOOM_SIZE not in column:
        raise UnknownLayoutError("a Bloom filter does not tell its size")
    return column


def _begin_of(column: Struct) -> int:
    return min(column[field][1] for field in (_DATA, _INDEX, _DICTIONARY) if field in column)


def _copy_bytes(source: BinaryIO, copy: BinaryIO, begin: int, size: int) -> None:
    source.seek(begin)
    while size:
        content = source.read(min(size, _COPIED_AT_ONCE))
        if not content:
            raise UnknownLayoutError("the file ends within a row group")
        copy.write(content)
        size -= len(content)


def _known(source: BinaryIO) -> Struct:
    """Return the footer of a file, which nobody may change.

    Several questions in turn are about one file, and the footer of a large one takes long to read.
    """
    state = os.fstat(source.fileno())
    return _footer_of(source.name, state.st_ino, state.st_mtime_ns, state.st_size)


@functools.lru_cache(maxsize=2)
def _footer_of(name: str, *_: int) -> Struct:
    with Path(name).open("rb") as source:
        return _footer(source)


def _footer(source: BinaryIO) -> Struct:
    """Read the footer of a file."""
    begin = source.read(len(_MAGIC))
    end = source.seek(-min(8, source.seek(0, 2)), 2)
    size, magic = struct.unpack("<I4s", source.read(8).rjust(8, b"\0"))
    if begin != _MAGIC or magic != _MAGIC or size > end:
        raise UnknownLayoutError(f"{source.name} is no plain Parquet file")
    source.seek(end - size)
    try:
        return _Reader(source.read(size)).struct()
    except (IndexError, struct.error, KeyError) as error:
        raise UnknownLayoutError(f"the footer of {source.name} cannot be read: {error}") from error


class _Reader:
    """Reads values of Thrift's compact protocol, one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._place = 0

    def struct(self) -> Struct:
        fields: Struct = {}
        number = 0
        while header := self._byte():
            kind = header & 15
            number = number + (header >> 4) if header >> 4 else self._integer()
            fields[number] = (kind, self._value(kind))
        return fields

    def _value(self, kind: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _STRUCT:
            return self.struct()
        if kind == _BINARY:
            return self._bytes(self._natural())
        if kind in (_LIST, _SET):
            header = self._byte()
            size = header >> 4 if header >> 4 < 15 else self._natural()
            # In a list, a truth value is a byte of its own.
            of = _BYTE if header & 15 in (_TRUE, _FALSE) else header & 15
            return header & 15, [self._value(of) for _ in range(size)]
        if kind in (_TRUE, _FALSE):
            return kind
        if kind == _BYTE:
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        raise UnknownLayoutError(f"a footer has a value of type {kind}")

    def _byte(self) -> int:
        self._place += 1
        return self._content[self._place - 1]

    def _bytes(self, size: int) -> bytes:
        self._place += size
        if self._place > len(self._content):
            raise IndexError("it ends within a text")
        return self._content[self._place - size : self._place]

    def _natural(self) -> int:
        value = self._byte()
        if value < 128:
            return value
        value, shift = value & 127, 7
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def _integer(self) -> int:
        value = self._natural()
        return (value >> 1) ^ -(value & 1)


def _write_struct(packed: bytearray, fields: Struct) -> None:
    before = 0
    for number in sorted(fields):
        kind, value = fields[number]
        if 0 < number - before < 16:
            packed.append((number - before) << 4 | kind)
        else:
            packed.append(kind)
            packed += _integer(number)
        before = number
        if kind not in (_TRUE, _FALSE):
            _write_value(packed, kind, value)
    packed.append(0)


def _write_value(packed: bytearray, kind: int, value: Any) -> None:
    if kind in _INTEGERS:
        packed += _integer(value)
    elif kind == _STRUCT:
        _write_struct(packed, value)
    elif kind == _BINARY:
        packed += _natural(len(value)) + value
    elif kind in (_LIST, _SET):
        of, values = value
        packed += (
            bytes([len(values) << 4 | of]) if len(values) < 15 else bytes([0xF0 | of]) + _natural(len(values))
        )
        for each in values:
            _write_value(packed, _BYTE if of in (_TRUE, _FALSE) else of, each)
    elif kind == _BYTE:
        packed.append(value)
    else:
        packed += value


def _natural(value: int) -> bytes:
    packed = bytearray()
    while value > 127:
        packed.append(value & 127 | 128)
        value >>= 7
    packed.append(value)
    return bytes(packed)


def _integer(value: int) -> bytes:
    return _natural(value << 1 if value >= 0 else (-value << 1) - 1)
