"""The shapes that records travel in: lines, arrays, envelopes.

Belongs here: shapes that several providers share. Does not belong here: an envelope only one provider has
(its module), file names and compression (`landing.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from simulator.files.records.record import Document, Record, Shape, is_sound

Wrap = Callable[[Any, int], Any]


#: Made once: json.dumps makes one a call where it is not the default.
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def text(value: Any) -> str:
    """Compact JSON with the letters as they are."""
    return _COMPACT.encode(value)


def as_is(body: Any, ordinal: int) -> Any:
    """No envelope."""
    return body


def ndjson(wrap: Wrap = as_is, spaced: bool = False) -> Shape:
    """One record a line; `spaced` writes letters beyond ASCII as escapes and blanks after separators."""

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
    """A batch of records a line: a JSON array, or what `around` makes of it."""

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
    """The whole file is one array over many lines, or one object that holds it."""

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
    """Groups of up to `size`; a record that is a line stands alone."""
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
