"""Writes what a person at a terminal reads: progress, tables and messages."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from orchestration.settings import logs_json

#: Control characters that a text of several lines may contain.
_LAYOUT = "\n\t"
#: Steps of the progress bar: the start of the line that a build writes when the step begins, and the share of
#: a small build's time that has passed by then.
_STEPS = (("", 0.0), ("transforming", 0.2), ("checking the build", 0.8), ("copying the build", 0.95))
_COUNTED = re.compile(r"transformed (\d+) of (\d+) models")


class Progress:
    """Writes the progress of a long step to stderr, in lines with the seconds since the start.

    On a terminal, a bar below the lines shows the step, the share that is done and the time left.
    """

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._bar = _Bar() if sys.stderr.isatty() else None

    def __call__(self, message: str) -> None:
        """Write one line."""
        seconds = time.monotonic() - self._start
        if logs_json():
            print(json.dumps(_entry(message, seconds)), file=sys.stderr, flush=True)
            return
        line = f"{seconds:7.1f} s  {printable(message)}"
        if self._bar:
            self._bar.show(line, message)
        else:
            print(line, file=sys.stderr, flush=True)


def _entry(message: str, seconds: float) -> dict[str, object]:
    """Return a line of the log as an object that Loki, CloudWatch or Elastic can read."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return {"time": now, "level": "info", "message": message, "seconds": round(seconds, 1)}


class _Bar:
    """A progress bar on stderr, which disappears when anything else is written."""

    shown: _Bar | None = None

    def __init__(self) -> None:
        # Imported here: commands that only read have no bar.
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._bar = Bar(*columns, console=_console(), transient=True, redirect_stdout=False)
        self._step = 0
        self._task = self._bar.add_task("", total=1.0)

    def show(self, line: str, message: str) -> None:
        """Write a line above the bar, and move the bar to the step that the message names."""
        _Bar.shown = self
        self._bar.start()
        self._bar.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)
        begun = [number for number, (words, _) in enumerate(_STEPS) if message.startswith(words)]
        self._step = max(self._step, *begun)
        share = _STEPS[self._step][1]
        if counted := _COUNTED.match(message):
            done, of = (int(number) for number in counted.groups())
            share += (_STEPS[self._step + 1][1] - share) * done / of
        name = _STEPS[self._step][0] or "reading"
        self._bar.update(
            self._task, completed=share, description=f"step {self._step + 1} of {len(_STEPS)}: {name}"
        )

    def clear(self) -> None:
        """Remove the bar from the terminal."""
        _Bar.shown = None
        self._bar.stop()


def _console() -> Any:
    """Return rich's console for stderr, set to leave the cursor visible: a killed process could not show it
    again.
    """
    from rich.console import Console

    class WithCursor(Console):
        def show_cursor(self, show: bool = True) -> bool:
            return False

    return WithCursor(stderr=True)


def clear_bar() -> None:
    """Remove the progress bar from the terminal, if there is one, before something else is written."""
    if _Bar.shown:
        _Bar.shown.clear()


def printable(text: str, keep: str = "") -> str:
    """Return the text with every control or invisible character written as an escape.

    keep: such characters that stay unchanged.
    """
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one in keep else one.encode("unicode_escape").decode() for one in text
    )


def say(line: str = "") -> None:
    """Write one or more lines to stdout."""
    clear_bar()
    print(printable(line, keep=_LAYOUT), flush=True)


def complain(message: str) -> None:
    """Write an error message to stderr."""
    clear_bar()
    line = f"touchpoint: {printable(message, keep=_LAYOUT)}"
    if logs_json():
        line = json.dumps({**_entry(message, 0.0), "level": "error"})
    print(line, file=sys.stderr, flush=True)


def say_table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows in columns to stdout."""
    for line in table_lines(headings, rows):
        say(line)


def table_lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return rows as lines of aligned columns: numbers to the right, everything else to the left."""
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
