"""Finds erased ids and addresses inside longer texts, knowing only their keyed hashes and lengths.

A candidate begins where a word begins, ends where a word ends, and is as long as an erased value. Only
candidates are hashed, each distinct one once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.erasure import keys
from ingestion.erasure.record import ADDRESS, Suppressed, Suppressions
from ingestion.values.identifier_columns import class_of

#: Function from words of a text to the replacements of those that are erased values.
Known = Callable[[list[bytes]], Mapping[bytes, str]]

#: How many words are remembered with their hashes.
_REMEMBERED = 500_000

_Bytes = npt.NDArray[np.uint8]
_Flags = npt.NDArray[np.bool_]
_WORD = class_of(b"0123456789abcdefghijklmnopqrstuvwxyz" + bytes(range(0x80, 0x100)))
_HEX = class_of(b"0123456789abcdef")
#: Every way to write an @ contains one of these: @ %40 \\u0040 &#64; and the = of a bounce address.
_AT = class_of(b"@%\\&=")
#: The same word edges as patterns of `re`: the start of a word or the place behind an escape; the end of a
#: word.
_BEGIN = r"(?:(?<![^\W_])|(?<=%[0-9A-Fa-f]{2})|(?<=\\.)|(?<=\\u[0-9A-Fa-f]{4}))"
_END = r"(?![^\W_])"
#: Matches a form that begins inside an escape, as c3%85se does in %c3%85se: the sign before it is replaced
#: too.
_ESCAPED = re.compile(r"[0-9a-f]{2}%|25[0-9a-f]{2}%25|u[0-9a-f]{4}")


#: How many letters of a word are compared at once, as one number.
_AT_ONCE = 8
#: Spreads numbers over a table of flags (the golden ratio, in 64 bits).
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_TABLE_BITS = 18


class Words:
    """Words that are looked for, known in plain: nearly all other words are told apart without a hash.

    A word is compared by its first letters, then, with its length known, by its last ones.
    """

    def __init__(self, words: Collection[bytes]) -> None:
        self.words = frozenset(words)
        width = min((len(word) for word in self.words), default=1)
        self._first = _mask(min(width, _AT_ONCE - 1))
        heads = np.array([_as_number(word[:_AT_ONCE]) for word in self.words], dtype=np.uint64)
        self._heads = np.zeros(2**_TABLE_BITS, dtype=bool)
        self._heads[self._places(heads)] = True
        self._tails: dict[int, npt.NDArray[np.uint64]] = {
            length: np.array([_as_number(word[-_AT_ONCE:]) for word in self.words if len(word) == length])
            for length in {len(word) for word in self.words}
        }

    def _places(self, numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        return ((numbers & self._first) * _SPREAD) >> np.uint64(64 - _TABLE_BITS)

    def may_begin(self, numbers: npt.NDArray[np.uint64], starts: npt.NDArray[np.int64]) -> _Flags:
        """Flag the starts at which one of the words may begin. numbers: of the letters at each position."""
        return self._heads[self._places(numbers[starts])]

    def may_end(self, numbers: npt.NDArray[np.uint64], starts: npt.NDArray[np.int64], length: int) -> _Flags:
        """Flag the starts at which one of the words of this length may stand."""
        tails = self._tails.get(length)
        if tails is None:
            return np.zeros(len(starts), dtype=bool)
        letters = min(length, _AT_ONCE)
        return np.isin(numbers[starts + (length - letters)] & _mask(letters), tails)


def _mask(letters: int) -> np.uint64:
    return np.uint64((1 << 8 * letters) - 1)


def _as_number(letters: bytes) -> int:
    return int.from_bytes(letters, "little")


class Mentions:
    """Looks for suppressed values in texts.

    only: the words among them to look for, in plain and in lower case; without it every word of a fitting
        length is hashed, since the record has no plain values.
    """

    def __init__(
        self, suppressions: Suppressions, *, with_short_ids: bool = False, only: Words | None = None
    ) -> None:
        self._suppressions = suppressions
        self._only = only
        sought = [
            one
            for one in suppressions.suppressed.values()
            if not one.is_shared and (one.in_texts or with_short_ids)
        ]
        self._by_digest = {form.digest: one for one in sought for form in one.forms}
        # Length -> whether only addresses have it.
        self._lengths: dict[int, bool] = {}
        for one in sought:
            for form in one.forms:
                self._lengths[form.length] = self._lengths.get(form.length, True) and one.kind == ADDRESS
        self._judged: dict[bytes, Suppressed | None] = {}

    def of(self, texts: pa.Array) -> dict[int, dict[str, str]]:
        """Return the index of each text with an erased value -> the value in lower case -> its
        replacement.
        """
        return mentions_in(texts, self._lengths, self._known, self._only)

    def replace(self, texts: pa.Array) -> pa.Array:
        """Return the texts with erased values replaced; the same array if they hold none."""
        found = self.of(texts)
        if not found:
            return texts
        values = texts.to_pylist()
        for row, forms in found.items():
            values[row] = replace_words(values[row], forms)
        return pa.array(values, texts.type)

    def is_in(self, content: bytes) -> bool:
        """Whether these bytes of a file hold an erased value."""
        lowered = np.frombuffer(content.lower() + b"\n", dtype=np.uint8)
        return any(self._known(words) for words, _, _ in _words(lowered, self._lengths, self._only))

    @property
    def longest(self) -> int:
        """Length in bytes of the longest value that is looked for."""
        return max(self._lengths, default=0)

    def _known(self, words: list[bytes]) -> dict[bytes, str]:
        if len(self._judged) > _REMEMBERED:
            self._judged.clear()
        judged, found = self._judged, {}
        for word in words:
            if word not in judged:
                judged[word] = self._by_digest.get(keys.digest_of_bytes(self._suppressions.key, word))
            one = judged[word]
            if one:
                found[word] = one.replacement
        return found


def mentions_in(
    texts: pa.Array, lengths: Mapping[int, bool], known: Known, only: Words | None = None
) -> dict[int, dict[str, str]]:
    """Return the index of each text with an erased value -> the value in lower case -> its replacement.

    lengths: length in bytes of the values looked for -> whether only addresses have it; then words without an
        @ in any spelling are skipped. known: returns the replacements of the words that are erased values.
    only: the words to look for, where they are known in plain.
    """
    # Put a line break after each text, so that no word extends into the next text.
    ended = pc.binary_join_element_wise(
        pc.utf8_lower(pc.fill_null(texts.cast(pa.large_string()), "")),
        pa.scalar("\n", pa.large_string()),
        pa.scalar("", pa.large_string()),
    )
    found: dict[int, dict[str, str]] = {}
    if not len(ended):
        return found
    offsets = np.frombuffer(ended.buffers()[1], dtype=np.int64)[: len(ended) + 1]
    data = np.frombuffer(ended.buffers()[2], dtype=np.uint8)[offsets[0] : offsets[-1]]
    for words, starts, which in _words(data, lengths, only):
        put = known(words)
        for number, word in enumerate(words) if put else ():
            if word in put:
                rows = np.searchsorted(offsets - offsets[0], starts[which == number], side="right") - 1
                for row in rows.tolist():
                    found.setdefault(row, {})[word.decode()] = put[word]
    return found


def _words(
    data: _Bytes, lengths: Mapping[int, bool], only: Words | None
) -> Iterator[tuple[list[bytes], npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield per length: distinct words, positions of all words, index of the distinct word at each."""
    is_word = _WORD[data]
    begins_here = is_word & ~np.concatenate(([False], is_word[:-1]))
    starts = np.flatnonzero(begins_here | _after_escape(data, is_word))
    numbers = _numbers_at_each_position(data) if only else None
    if only and numbers is not None:
        starts = starts[only.may_begin(numbers, starts)]
        if not len(starts):
            return
    ends_here = is_word & ~np.concatenate((is_word[1:], [False]))
    for length, is_address in lengths.items():
        fitting = starts[: np.searchsorted(starts, len(data) - length, side="right")]
        fitting = fitting[ends_here[fitting + (length - 1)]]
        if only and numbers is not None:
            fitting = fitting[only.may_end(numbers, fitting, length)]
        letters = np.ascontiguousarray(data[fitting[:, None] + np.arange(length)])
        if is_address:
            has_sign = _AT[letters].any(axis=1)
            fitting, letters = fitting[has_sign], letters[has_sign]
        forms, which = np.unique(letters.view(f"S{length}").ravel(), return_inverse=True)
        yield forms.tolist(), fitting, which


def _numbers_at_each_position(data: _Bytes) -> npt.NDArray[np.uint64]:
    """Return for each position the eight letters from there on as one number; zeros follow the last."""
    padded = np.concatenate((data, np.zeros(_AT_ONCE, dtype=np.uint8)))
    return np.ndarray((len(data),), dtype="<u8", buffer=padded, strides=(1,))


def _after_escape(data: _Bytes, is_word: _Flags) -> _Flags:
    r"""Flag the positions where a word begins right behind an escape such as %3d, \n or \u003c."""
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


def replace_words(text: str, forms: dict[str, str]) -> str:
    """Replace whole words of a text; `forms`: word in lower case -> replacement."""
    for form, replacement in sorted(forms.items(), key=lambda item: -len(item[0])):
        begin = rf"(?:[%\\]|{_BEGIN})" if _ESCAPED.match(form) else _BEGIN
        pattern = begin + re.escape(form) + _END
        # A replacement has letters, digits, hyphens and a domain; `re` would read a backslash in a domain as
        # a command.
        text, count = re.subn(pattern, replacement.replace("\\", ""), text, flags=re.IGNORECASE)
        if not count and re.search(pattern, text.lower()):
            # Lowering the case changed the length of another letter, so the word's place is unknown: drop the
            # whole text.
            return replacement
    return text
