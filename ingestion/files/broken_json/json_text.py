"""Finds where JSON values begin and end in a text that is wholly in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SPACE = " \t\r\n"


@dataclass(frozen=True)
class Value:
    """Where a JSON value ends.

    If it cannot be read, `end` is None and `problem` says what is wrong at `position`.
    """

    end: int | None
    position: int = 0
    problem: str = ""
    is_cut: bool = False  # the text ended inside it
    is_too_large: bool = False


def _number(_: str) -> None:
    """Ignore the text of a number: only its end is needed, and parsing a long one takes quadratic time."""


_DECODER = json.JSONDecoder(parse_int=_number, parse_float=_number, parse_constant=_number)
decode_value: Callable[[str, int], tuple[object, int]] = _DECODER.raw_decode


def split(line: str) -> tuple[list[tuple[int, int]], Value | None]:
    """Return [start, end) of each document on a line, and what is wrong after them, if anything is."""
    spans: list[tuple[int, int]] = []
    length = len(line.rstrip(SPACE))
    pos = 0
    while pos < length:
        if line[pos] in SPACE:
            pos += 1
            continue
        if line[pos] not in "{[":
            return spans, Value(None, pos, "Extra data")
        try:
            end = decode_value(line, pos)[1]
        except json.JSONDecodeError as error:
            return spans, Value(None, error.pos, error.msg, is_cut=error.pos >= length)
        except RecursionError:
            return spans, Value(None, pos, "it is nested too deeply")
        spans.append((pos, end))
        pos = end
    return spans, None


def elements(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield where each element of the (valid) array at `start` begins and ends."""
    pos = start + 1
    while True:
        while text[pos] in SPACE + ",":
            pos += 1
        if text[pos] == "]":
            return
        end = decode_value(text, pos)[1]
        yield pos, end
        pos = end


def stands_alone(content: str) -> bool:
    """Whether the line is a document by itself, so that it is no part of a broken document before it."""
    if len(content) <= 2 or content[0] not in "{[":
        return False
    spans, problem = split(content)
    return problem is None and bool(spans)


def is_json(text: str) -> bool:
    """Whether the whole text is one JSON value."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
