"""Makes files in which sound and mutated records stand side by side, for every feed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence

from reliability.experiments.fuzz import mutations, tables
from reliability.experiments.fuzz.containers import (
    FuzzedFile,
    Piece,
    as_json,
    containers_of,
    lines,
    one_line,
    packed,
)
from reliability.experiments.fuzz.samples import JSON_FEEDS, Samples, marked, marked_cells, marked_line

SOUND = "sound records beside them"
LOGGED = "fields and lines of logs"
_PIECES_A_FILE = 100
#: Mutations that may turn one line into several records or none.
_UNCOUNTABLE = (mutations.broken, mutations.other_encoding, mutations.noise)

Kinds = dict[str, int]


class FileMaker:
    """Makes files one after the other; the same seed gives the same files."""

    def __init__(self, samples: Samples, seed: int, prefix: str) -> None:
        self._samples = samples
        self._rng = random.Random(f"{seed} {prefix}")
        self._prefix = prefix
        self._numbers = itertools.count()
        self._makers: dict[str, Callable[[str], Iterator[FuzzedFile]]] = {
            **dict.fromkeys(JSON_FEEDS, self._json),
            "snowplow": self._snowplow,
            "access_log": self._access_log,
            "dynamics365": self._tables,
            "crm": self._tables,
        }

    def files(self, size: int) -> Iterator[FuzzedFile]:
        """Yield files of every feed in turn, with `size` records or a few more."""
        made = 0
        for feed in itertools.cycle(self._makers):
            for file in self._makers[feed](feed):
                yield file
                made += sum(piece.records != 0 for piece in file.pieces)
            if made >= size:
                return

    def _marker(self) -> str:
        return f"{self._prefix}-{next(self._numbers):07d}"

    def _name(self, extension: str) -> str:
        return f"{self._prefix}-{next(self._numbers):07d}{extension}"

    def _mixed(self, sound: Callable[[], Piece], mutated: Callable[[], Piece]) -> list[Piece]:
        """Return sound and mutated pieces in random order; the first is sound, so that the file's format
        is recognised."""
        count = self._rng.randint(2, _PIECES_A_FILE)
        return [sound(), *(self._rng.choice((sound, mutated))() for _ in range(count))]

    def _json(self, feed: str) -> Iterator[FuzzedFile]:
        pieces = self._mixed(lambda: self._sound_body(feed), lambda: self._mutated_body(feed))
        plain, kept, places = self._rng.choice(containers_of(feed))(pieces, self._rng)
        yield self._packed(feed, plain, kept, places)
        if feed == "interactions":
            rows = [
                {name: _cell(value) for name, value in body.items()} for body in self._samples.bodies[feed]
            ]
            columns = list(dict.fromkeys(name for row in rows for name in row))
            values = [[row.get(name, "") for name in columns] for row in rows]
            yield self._csv(feed, self._name(".csv"), columns, values, key=columns.index("interaction_id"))
            yield from self._parquet(columns, values)

    def _sound_body(self, feed: str) -> Piece:
        marker = self._marker()
        return Piece(
            as_json(marked(feed, self._rng.choice(self._samples.bodies[feed]), marker)), SOUND, marker
        )

    def _mutated_body(self, feed: str) -> Piece:
        body = marked(feed, self._rng.choice(self._samples.bodies[feed]), self._marker())
        kind = self._rng.choice([*mutations.BODY_MUTATIONS, *mutations.TEXT_MUTATIONS])
        if kind in mutations.BODY_MUTATIONS:
            return one_line(self._rng.choice(mutations.BODY_MUTATIONS[kind])(body, self._rng), kind)
        mutate = self._rng.choice(mutations.TEXT_MUTATIONS[kind])
        return one_line(mutate(as_json(body), self._rng), kind, records=None if mutate in _UNCOUNTABLE else 1)

    def _packed(
        self, feed: str, plain: bytes, pieces: Sequence[Piece], places: Sequence[int] | None
    ) -> FuzzedFile:
        extension, stored = packed(plain, self._rng)
        return FuzzedFile(feed, self._name(extension), stored, plain, pieces, places)

    def _snowplow(self, feed: str) -> Iterator[FuzzedFile]:
        def sound() -> Piece:
            marker = self._marker()
            return Piece(
                "\t".join(marked_cells(self._rng.choice(self._samples.cells), marker)).encode(), SOUND, marker
            )

        def mutated() -> Piece:
            row = marked_cells(self._rng.choice(self._samples.cells), self._marker())
            row = [cell.replace("\t", " ") for cell in mutations.cells(row, self._rng)]
            width = self._rng.choice((131, 131, 131, 130, 132, 1, 20_000))
            text = "\t".join((row * (width // 131 + 1))[:width]).encode()
            return self._mutated_line(text)

        yield self._packed(feed, *lines(self._mixed(sound, mutated), self._rng))

    def _access_log(self, feed: str) -> Iterator[FuzzedFile]:
        def sound() -> Piece:
            target = f"/{self._marker()}"
            return Piece(marked_line(self._rng.choice(self._samples.logged), target).encode(), SOUND, target)

        def mutated() -> Piece:
            line = marked_line(self._rng.choice(self._samples.logged), f"/{self._marker()}")
            row = mutations.cells(line.split(" "), self._rng)
            return self._mutated_line(" ".join(row).encode())

        yield self._packed(feed, *lines(self._mixed(sound, mutated), self._rng))

    def _mutated_line(self, text: bytes) -> Piece:
        if self._rng.random() < 0.3:
            mutate = self._rng.choice((mutations.cut, mutations.not_utf8, mutations.noise))
            text = mutate(text, self._rng)
        return one_line(text, LOGGED)

    def _tables(self, feed: str) -> Iterator[FuzzedFile]:
        name = self._rng.choice([name for of, name in self._samples.rows if of == feed])
        rows = self._samples.rows[feed, name]
        columns = list(dict.fromkeys(column for row in rows for column in row))
        values = [[row.get(column) or "" for column in columns] for row in rows]
        folder = self._name("")
        if feed == "crm":
            yield self._csv(feed, f"{folder}/{name}.csv", columns, values, key=0)
            return
        key = columns.index("InternalMarketingInteractionId")
        yield self._csv(feed, f"{folder}/csv/{name}/blob", columns, values, key=key)
        index = (
            b'{"entities": [{"partitions": [{"location": "https://x.example/c/csv/%s/blob"}]}]}'
            % name.encode()
        )
        yield FuzzedFile(feed, f"{folder}/model.json", index, index, (), None)

    def _csv(
        self, feed: str, name: str, columns: Sequence[str], values: Sequence[list[str]], key: int
    ) -> FuzzedFile:
        def named() -> tuple[list[str], str]:
            row, marker = list(self._rng.choice(values)), self._marker()
            row[key] = marker
            return row, marker

        def sound() -> Piece:
            row, marker = named()
            return Piece(tables.row(row), SOUND, marker)

        def mutated() -> Piece:
            mutate = self._rng.choice((tables.hostile_row, tables.disorderly_row))
            return mutate(named()[0], self._rng)

        header = Piece(tables.row(columns), SOUND, records=0)
        plain, pieces, places = lines([header, *self._mixed(sound, mutated)], self._rng, blank=b"")
        return FuzzedFile(feed, name, plain, plain, pieces, places)

    def _parquet(self, columns: Sequence[str], values: Sequence[list[str]]) -> Iterator[FuzzedFile]:
        key, rows, pieces = columns.index("interaction_id"), [], []
        for _ in range(self._rng.randint(1, _PIECES_A_FILE)):
            row, marker = list(self._rng.choice(values)), self._marker()
            row[key] = marker
            is_sound = self._rng.random() < 0.5
            rows.append(row if is_sound else mutations.cells(row, self._rng))
            pieces.append(
                Piece(b"", SOUND if is_sound else tables.HOSTILE_CELLS, marker if is_sound else None)
            )
        content = tables.parquet(columns, rows)
        yield FuzzedFile("interactions", self._name(".parquet"), content, content, pieces, None)
        odd = [Piece(b"", tables.HOSTILE_CELLS)] * len(rows)
        content = tables.odd_parquet(columns, len(odd), self._rng)
        yield FuzzedFile("interactions", self._name(".parquet"), content, content, odd, None)


def _cell(value: object) -> str:
    return as_json(value).decode() if isinstance(value, dict) else "" if value is None else str(value)
