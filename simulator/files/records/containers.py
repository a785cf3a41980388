"""The containers that several providers put records in: lines, arrays, concatenated objects."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from simulator.files.records.record import Document, Record, Shape, is_sound

Wrap = Callable[[Any, int], Any]


#: Made once: json.dumps makes an encoder per call unless all options are the defaults.
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def text(value: Any) -> str:
    """Return compact JSON with letters beyond ASCII as they are."""
    return _COMPACT.encode(value)


def as_is(body: Any, ordinal: int) -> Any:
    """Return the body without an envelope."""
    return body


def ndjson(wrap: Wrap = as_is, spaced: bool = False) -> Shape:
    """One record per line. spaced: letters beyond ASCII as escapes, blanks after separators."""

    def shape(records: Sequence[Record]) -> list[Document]:
        dump = json.dumps if spaced else text
        return [
            Document(
                record.line if record.line is not None else dump(_wrapped(record, wrap, n)).encode(), [record]
            )
            for n, record in enumerate(records)
        ]

    return Shape(shape, ".ndjson")


def arrays(size: int, wrap: Wrap = as_is, around: Callable[[list[Any]], str] | None = None) -> Shape:
    """A batch of records per line: a JSON array, or the text that `around` returns for it."""

    def shape(records: Sequence[Record]) -> list[Document]:
        documents = []
        for group in _batches(records, size):
            if group[0].line is not None:
                documents.append(Document(group[0].line, group))
            else:
                batch = [_wrapped(record, wrap, n) for n, record in enumerate(group)]
                documents.append(Document((around(batch) if around else text(batch)).encode(), group))
        return documents

    return Shape(shape)


def array_file(wrap: Wrap = as_is, key: str | None = None) -> Shape:
    """The whole file is one array over many lines; with `key`, an object that holds the array under this
    key."""

    def shape(records: Sequence[Record]) -> list[Document]:
        batch = ",\n ".join(text(_wrapped(record, wrap, n)) for n, record in enumerate(records))
        array = f"[\n {batch}\n]"
        return [Document((f'{{"{key}": {array}}}' if key else array).encode(), records)]

    return Shape(shape, takes=is_sound)


def concatenated(wrap: Wrap = as_is) -> Shape:
    """Objects one after the other with nothing between them."""

    def shape(records: Sequence[Record]) -> list[Document]:
        return [
            Document("".join(text(_wrapped(r, wrap, n)) for n, r in enumerate(records)).encode(), records)
        ]

    return Shape(shape, takes=is_sound)


def _wrapped(record: Record, wrap: Wrap, ordinal: int) -> Any:
    return wrap(record.body, ordinal) if isinstance(record.body, dict) else record.body


def _batches(records: Sequence[Record], size: int) -> Iterator[list[Record]]:
    """Yield groups of up to `size` records; a record that is a whole line is a group of its own."""
    group: list[Record] = []
    for record in records:
        if record.line is not None:
            if group:
                yield group
                group = []
            yield [record]
            continue
        group.append(record)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group
