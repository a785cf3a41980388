"""Reads a list of people from a file, one a line: for `touchpoint erase --file`."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import UsageError

#: Names of columns, as a header may write them, that hold whom to erase; of several, the first in this order.
_COLUMNS = ("contact_id", "contactid", "contact", "id", "email", "e-mail", "email_address", "address")
_STANDARD_INPUT = "-"


@dataclass(frozen=True)
class PeopleList:
    """A list of people.

    name: of the file. lines: contact id or address, as the file has it -> the lines that name it.
    """

    name: str
    lines: Mapping[str, list[int]]

    def complaints(self, unknown: Mapping[str, bool]) -> list[str]:
        """Return a message per line that names nobody, in the order of the file.

        unknown: who is not known, and whether that is an address of several contacts.
        """
        found = sorted((line, who) for who in unknown for line in self.lines.get(who, ()))
        return [f"{self.name}, line {line}: {who!r}: {_why(unknown[who])}" for line, who in found]


def _why(is_ambiguous: bool) -> str:
    if is_ambiguous:
        return "several contacts have this address: name those who are to be erased by their contact ids"
    return "no record that was read names this contact: give the contact_id as the feeds have it"


def read(file: str) -> PeopleList:
    """Read a list from a CSV or text file, or from standard input if `file` is `-`.

    With a header that names a column of contact ids or addresses, that column counts, else the first one.
    Empty lines and lines that begin with # are passed over. Raises `UsageError` if the file cannot be read or
    names nobody.
    """
    name = "standard input" if file == _STANDARD_INPUT else file
    text = _text(file, name)
    lines: dict[str, list[int]] = {}
    for number, who in _values(text, name):
        lines.setdefault(who, []).append(number)
    if not lines:
        raise UsageError(f"{name} names nobody: write one contact id or e-mail address a line")
    return PeopleList(name, lines)


def _text(file: str, name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read ({error.strerror}): correct --file") from error
    is_utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(f"{name}, line {line}: not UTF-8: save the file as UTF-8") from error


def _values(text: str, name: str) -> Iterable[tuple[int, str]]:
    """Yield each value with the number of its line."""
    head = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    place: int | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if place is None:
                place = _column(cells)
                if place is not None:
                    continue
                place = 0
            who = cells[place] if place < len(cells) else ""
            if not who:
                raise UsageError(f"{name}, line {rows.line_num}: nobody is named: complete or remove it")
            yield rows.line_num, who
    except csv.Error as error:
        raise UsageError(f"{name}, line {rows.line_num}: {error}: correct it") from error


def _column(header: list[str]) -> int | None:
    """Return the place of the column that counts; None if these cells are no header."""
    names = [cell.lower().replace(" ", "_") for cell in header]
    return next((names.index(name) for name in _COLUMNS if name in names), None)
