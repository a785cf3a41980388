"""Finding suppressed values inside texts, from their keyed hashes and lengths alone.

Belongs here: whole-word search over many texts at once. Does not belong here: which texts are looked through
(`anonymising.py`, `landing_search.py`), or what is suppressed (`suppressions.py`).

A candidate begins where a word begins and ends where one ends, and has the length of a suppressed value; only
candidates are hashed, each once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.suppressions import Suppressed, Suppressions

_Bytes = npt.NDArray[np.uint8]
_Flags = npt.NDArray[np.bool_]


def _class_of(characters: bytes) -> _Flags:
    found = np.zeros(256, dtype=bool)
    found[np.frombuffer(characters, dtype=np.uint8)] = True
    return found


_WORD = _class_of(b"0123456789abcdefghijklmnopqrstuvwxyz" + bytes(range(0x80, 0x100)))
_HEX = _class_of(b"0123456789abcdef")
#: The same edges for the engine of `re`: at the begin of a word or right behind an escape, at the end of one.
_BEGIN = r"(?:(?<![^\W_])|(?<=%[0-9A-Fa-f]{2})|(?<=\\.)|(?<=\\u[0-9A-Fa-f]{4}))"
_END = r"(?![^\W_])"


class Mentions:
    """Looks for suppressed values in texts."""

    def __init__(self, suppressions: Suppressions, *, with_short_ids: bool = False) -> None:
        self._suppressions = suppressions
        sought = [
            one
            for one in suppressions.suppressed.values()
            if not one.is_shared and (one.in_texts or with_short_ids)
        ]
        self._by_digest = {form.digest: one for one in sought for form in one.forms}
        self._lengths = sorted({form.length for one in sought for form in one.forms})
        self._judged: dict[bytes, Suppressed | None] = {}

    def of(self, texts: pa.Array) -> dict[int, dict[str, str]]:
        """For each text that mentions somebody: what it says, in lower case, and what is to stand there."""
        # Each text ends with a line break, so that no word runs on into the next.
        ended = pc.binary_join_element_wise(
            pc.utf8_lower(pc.fill_null(texts.cast(pa.large_string()), "")),
            pa.scalar("\n", pa.large_string()),
            pa.scalar("", pa.large_string()),
        )
        found: dict[int, dict[str, str]] = {}
        if not len(ended):
            return found
        offsets = np.frombuffer(ended.buffers()[1], dtype=np.int64)[ended.offset :][: len(ended) + 1]
        data = np.frombuffer(ended.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
        for start, form, one in self._in_bytes(data):
            row = int(np.searchsorted(offsets - offsets[0], start, side="right")) - 1
            found.setdefault(row, {})[form.decode("utf-8", "replace")] = one.replacement
        return found

    def replace(self, texts: pa.Array) -> pa.Array:
        """The texts without the values; the same array where none is mentioned."""
        found = self.of(texts)
        if not found:
            return texts
        values = texts.to_pylist()
        for row, forms in found.items():
            values[row] = _without(values[row], forms)
        return pa.array(values, texts.type)

    def is_in(self, content: bytes) -> bool:
        """Whether bytes of a file mention somebody."""
        lowered = np.frombuffer(content.lower() + b"\n", dtype=np.uint8)
        return next(iter(self._in_bytes(lowered)), None) is not None

    @property
    def longest(self) -> int:
        """Bytes of the longest value that is looked for."""
        return max(self._lengths, default=0)

    def _in_bytes(self, data: _Bytes) -> Iterable[tuple[int, bytes, Suppressed]]:
        is_word = _WORD[data]
        starts = np.flatnonzero(
            is_word & ~np.concatenate(([False], is_word[:-1])) | _after_escape(data, is_word)
        )
        ends_here = is_word & ~np.concatenate((is_word[1:], [False]))
        for length in self._lengths:
            lasts = starts + (length - 1)
            fitting = starts[: np.searchsorted(lasts, len(data))]
            for start in fitting[ends_here[fitting + (length - 1)]].tolist():
                form = data[start : start + length].tobytes()
                one = self._judge(form)
                if one:
                    yield start, form, one

    def _judge(self, form: bytes) -> Suppressed | None:
        if form not in self._judged:
            if len(self._judged) >= 500_000:
                self._judged.clear()
            text = form.decode("utf-8", "replace")
            self._judged[form] = self._by_digest.get(self._suppressions.digest(text))
        return self._judged[form]


def _after_escape(data: _Bytes, is_word: _Flags) -> _Flags:
    r"""Where a word begins right behind an escape: %3d, \n, \u003c."""
    found = np.zeros(len(data), dtype=bool)
    percent = np.flatnonzero(data[:-3] == ord("%")) if len(data) > 3 else np.empty(0, dtype=np.int64)
    percent = percent[_HEX[data[percent + 1]] & _HEX[data[percent + 2]]]
    found[percent + 3] = True
    for length, letter in ((2, None), (6, ord("u"))):
        slashes = np.flatnonzero(data[:-length] == ord("\\")) if len(data) > length else np.empty(0, np.int64)
        if letter is not None:
            slashes = slashes[data[slashes + 1] == letter]
        found[slashes + length] = True
    return found & is_word


def _without(text: str, forms: dict[str, str]) -> str:
    for form, replacement in sorted(forms.items(), key=lambda item: -len(item[0])):
        pattern = _BEGIN + re.escape(form) + _END
        # A replacement is letters, digits, hyphens and a domain; a backslash in a domain would be a command.
        text, count = re.subn(pattern, replacement.replace("\\", ""), text, flags=re.IGNORECASE)
        if not count and re.search(pattern, text.lower()):
            # Lower case changed the length of another letter, so the place is not known: nothing stays.
            return replacement
    return text
