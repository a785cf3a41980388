"""Files of sound and mutated records in every container that a feed may use, and how many records each
file has."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import zstandard

from reliability.experiments.fuzz.samples import ARRIVAL

_SPACE = b" \t\r\n"


@dataclass(frozen=True)
class Piece:
    """One record or what a mutation made of it, on a line of its own or as an element of an array.

    marker: the id of a sound record, which must be landed exactly once. records: how many records the text
    is; None: one or more, as the reader decides.
    """

    text: bytes
    kind: str
    marker: str | None = None
    records: int | None = 1

    @property
    def is_object(self) -> bool:
        """Whether the text is a JSON object, which an envelope can hold."""
        try:
            return isinstance(json.loads(self.text.decode(), parse_constant=_refuse), dict)
        except (ValueError, RecursionError):
            return False


def _refuse(constant: str) -> None:
    raise ValueError(constant)


@dataclass(frozen=True)
class FuzzedFile:
    """A file as it is delivered.

    stored: its bytes. plain: the same, decompressed. places: byte offset of each piece in `plain`, None where
    the container gives it none.
    """

    feed: str
    name: str
    stored: bytes
    plain: bytes
    pieces: Sequence[Piece]
    places: Sequence[int] | None

    @property
    def min_records(self) -> int:
        """The least number of records in the file."""
        return sum(1 if piece.records is None else piece.records for piece in self.pieces)

    @property
    def is_countable(self) -> bool:
        """Whether `min_records` is the exact number."""
        return all(piece.records is not None for piece in self.pieces)


def deliver(files: Sequence[FuzzedFile], landing: Path) -> None:
    """Write files into a landing zone."""
    for file in files:
        path = landing / file.feed / ARRIVAL / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.stored)


_Made = tuple[bytes, Sequence[Piece], Sequence[int] | None]
Container = Callable[[Sequence[Piece], random.Random], _Made]


def one_line(text: bytes, kind: str, *, records: int | None = 1) -> Piece:
    """Return a mutated record as a piece without line breaks, which would split it; a blank one has no
    record."""
    text = text.replace(b"\n", b"")
    return Piece(text, kind, records=records if text.strip(_SPACE) else 0)


def lines(pieces: Sequence[Piece], rng: random.Random, blank: bytes = b" \t") -> _Made:
    """One piece per line, with one or several kinds of line breaks, blank lines and sometimes a byte order
    mark."""
    ends = rng.choice([(b"\n",), (b"\r\n",), (b"\n", b"\r\n", b"\n\n", b"\r\n" + blank + b"\r\n")])
    content = bytearray(b"\xef\xbb\xbf" if rng.random() < 0.2 else b"")
    places = []
    for piece in pieces:
        places.append(len(content))
        content += piece.text + rng.choice(ends)
    if rng.random() < 0.5:
        content = content.rstrip(b"\r\n")
    return bytes(content), pieces, places


def _objects(pieces: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece.is_object]


def _groups(pieces: Sequence[Piece], rng: random.Random) -> list[list[bytes]]:
    texts, groups = [piece.text for piece in pieces], []
    while texts:
        size = rng.choice((1, 2, 5, 30))
        groups.append(texts[:size])
        texts = texts[size:]
    return groups


def arrays(pieces: Sequence[Piece], rng: random.Random) -> _Made:
    """One array per line."""
    kept = _objects(pieces)
    return b"\n".join(b"[" + b",".join(group) + b"]" for group in _groups(kept, rng)), kept, None


def array_file(pieces: Sequence[Piece], rng: random.Random) -> _Made:
    """One array over many lines."""
    kept = _objects(pieces)
    return b"[\n" + b",\n ".join(piece.text for piece in kept) + b"\n]", kept, None


def chain(pieces: Sequence[Piece], rng: random.Random) -> _Made:
    """Objects with nothing or a blank between them."""
    kept = _objects(pieces)
    return b"\n".join(rng.choice((b"", b" ")).join(group) for group in _groups(kept, rng)), kept, None


def _around(envelope: Callable[[list[bytes]], bytes], size: int | None = None) -> Container:
    def container(pieces: Sequence[Piece], rng: random.Random) -> _Made:
        kept = _objects(pieces)
        groups = [[piece.text] for piece in kept] if size == 1 else _groups(kept, rng)
        return b"\n".join(envelope(group) for group in groups), kept, None

    return container


def _sns(group: list[bytes]) -> bytes:
    message = json.dumps(group[0].decode())
    return b'{"Type":"Notification","MessageId":"m","Timestamp":"2026-01-02T00:00:00.000Z","Message":%s}' % (
        message.encode()
    )


def _list_under(key: bytes) -> Callable[[list[bytes]], bytes]:
    return lambda group: b'{"%s":[%s]}' % (key, b",".join(group))


def _form(group: list[bytes]) -> bytes:
    return b"mandrill_events=" + quote_plus(b"[" + b",".join(group) + b"]").encode()


def _msys(group: list[bytes]) -> bytes:
    return b"[" + b",".join(b'{"msys":{"message_event":%s}}' % text for text in group) + b"]"


_SHARED: tuple[Container, ...] = (lines, lines, lines, arrays, array_file, chain)
#: Further containers of JSON feeds.
_OF_FEED: dict[str, tuple[Container, ...]] = {
    "ses": (_around(_sns, 1), _around(_sns, 1)),
    "mailgun": (
        _around(lambda group: b'{"signature":{},"event-data":%s}' % group[0], 1),
        _around(_list_under(b"items")),
    ),
    "sparkpost": (_around(_msys), _around(_list_under(b"results"))),
    "mandrill": (_around(_form), _around(_list_under(b"mandrill_events"))),
    "segment": (_around(_list_under(b"batch")),),
}


def containers_of(feed: str) -> tuple[Container, ...]:
    """Return the containers that a JSON feed may use."""
    return (*_SHARED, *_OF_FEED.get(feed, ()))


def packed(plain: bytes, rng: random.Random) -> tuple[str, bytes]:
    """Return a file extension and the content, compressed or not: readers recognise compression by the
    content alone."""
    match rng.randrange(6):
        case 0:
            return ".ndjson.gz", gzip.compress(plain, 1, mtime=0)
        case 1:
            return ".json.zst", zstandard.compress(plain)
        case 2:
            return ".json", gzip.compress(plain, 1, mtime=0)
        case 3:
            return ".gz", zstandard.compress(plain)
        case _:
            return rng.choice((".ndjson", ".log", ".csv", "")), plain


def as_json(body: Any) -> bytes:
    """Return a body as JSON, as a feed writes it."""
    return json.dumps(body, ensure_ascii=False).encode()
