"""The ids, addresses and visitor ids of people who are erased now, in plain.

The record of erased people has hashes only, so a search with it must hash every cell and every word. While an
erasure runs, it knows whom it erases: what cannot be one of these values is passed over. A later run, which
finishes one that was killed, has only the record.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.erasure.record import ADDRESS, forms_of, stands_alone
from ingestion.erasure.text_search import Words


@dataclass(frozen=True)
class Sought:
    """The values to look for.

    cells: in lower case, as a whole cell may hold them. words: every way to write, inside a text, those that
        are distinctive enough to be found there; all_words: of short ids too.
    """

    cells: pa.Array
    words: Words
    all_words: Words

    @classmethod
    def of(cls, values: Collection[tuple[str, str]]) -> Sought:
        """Return what to look for, from kinds (`record.CONTACT` …) and values as they are landed."""
        distinctive = [(kind, value) for kind, value in values if kind == ADDRESS or stands_alone(value)]
        return cls(
            pc.utf8_lower(pa.array([value for _, value in values], pa.string())),
            _words(distinctive),
            _words(values),
        )

    def cells_among(self, values: pa.Array) -> pa.Array:
        """Flag the texts that are one of the values, in whatever case."""
        return pc.fill_null(pc.is_in(pc.utf8_lower(values), self.cells), False)


def _words(values: Collection[tuple[str, str]]) -> Words:
    return Words([form.encode() for kind, value in values for form in forms_of(kind, value)])
