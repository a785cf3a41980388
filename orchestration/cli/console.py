"""What a person at a terminal reads.

Belongs here: writing progress, tables and messages. Does not belong here: what they say.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence

#: What may stand in text of several lines.
_LAYOUT = "\n\t"


class Progress:
    """Says on stderr what a long step is at, with the seconds since the start."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    def __call__(self, message: str) -> None:
        """Write one line."""
        seconds = time.monotonic() - self._start
        print(f"{seconds:7.1f} s  {printable(message)}", file=sys.stderr, flush=True)


def printable(text: str, keep: str = "") -> str:
    """The text with every character that a terminal might obey, or not show, written as an escape.

    keep: such characters that stand as they are.
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one in keep else one.encode("unicode_escape").decode() for one in text
    )


def say(line: str = "") -> None:
    """Write a line of the answer, or several."""
    print(printable(line, keep=_LAYOUT), flush=True)


def complain(message: str) -> None:
    """Write what went wrong, beside the answer."""
    print(f"touchpoint: {printable(message, keep=_LAYOUT)}", file=sys.stderr, flush=True)


def say_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows in columns."""
    for line in table_lines(headings, rows):
        say(line)


def table_lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Rows in columns as text: numbers to the right, everything else to the left."""
    listed = [list(row) for row in rows]
    texts = [[_text(value) for value in row] for row in listed]
    widths = [max([len(heading), *(len(row[i]) for row in texts)]) for i, heading in enumerate(headings)]
    is_number = [any(isinstance(row[i], int | float) for row in listed) for i in range(len(headings))]
    return [
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(row, widths, is_number, strict=True)
        ).rstrip()
        for row in [list(headings), *texts]
    ]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}"
    return printable(str(value))
