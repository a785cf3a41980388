"""Refuses XML, HTML and CSV files in the folder of a feed of JSON records, by their first bytes."""

from __future__ import annotations

import csv
import re

from ingestion.errors import UnreadableFile
from ingestion.files.compression import check_encoding

_DELIMITERS = (",", ";", "\t")
#: Fewest names in a CSV header: two words with a comma may be any text.
_LEAST_NAMES = 3
_NAME = re.compile(r"[A-Za-z_][\w .()/#-]{0,60}")
_SHOWN_NAMES = 5


def check_json_file(head: bytes) -> None:
    """Raise `UnreadableFile` if a file that begins with `head` holds something else than JSON."""
    check_encoding(head)
    text = head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text[:1] == "<":
        raise UnreadableFile(
            "wrong_shape",
            "It is XML or HTML, such as the page of an error. This feed's adapter reads JSON events: deliver"
            " those, under a new name.",
        )
    names = _header(text)
    if names:
        shown = ", ".join(f"`{name}`" for name in names[:_SHOWN_NAMES])
        more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
        raise UnreadableFile(
            "wrong_shape",
            f"CSV: an export with the columns {shown}{more}. This feed's adapter reads the provider's JSON"
            " events (webhooks), which know more than an export: deliver those, under a new name.",
        )


def _header(text: str) -> list[str]:
    """Return a table's column names.

    None unless the first line is a header and the second has as many cells.
    """
    lines = text.splitlines()[:2]
    if not lines or text[0] in "{[":
        return []
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        names = [name.strip() for name in rows[0]] if rows else []
        if (
            len(names) >= _LEAST_NAMES
            and all(_NAME.fullmatch(name) for name in names)
            and all(len(row) == len(names) for row in rows[1:])
        ):
            return names
    return []
