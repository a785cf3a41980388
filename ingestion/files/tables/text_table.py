"""The table of texts: a temporary table of records with VARCHAR cells, each record with its place in its
file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from ingestion.errors import UnreadableFile
from ingestion.files.tables.table import FILE, LINE, LINES, OFFSET, TABLE, BadRecord, Places, Table
from ingestion.sql import identifier

#: How many columns a message names at most, and how many characters of each name it shows.
_SHOWN_NAMES = 20
_SHOWN_OF_A_NAME = 80


def make_table(connection: duckdb.DuckDBPyConnection, fields: Sequence[str]) -> None:
    """Create the table of texts, empty."""
    cells = "".join(f", {identifier(name)} VARCHAR" for name in fields)
    connection.execute(
        f"create or replace temp table {TABLE} ({FILE} BIGINT, {LINE} BIGINT, {LINES} BIGINT,"
        f" {OFFSET} BIGINT{cells})"
    )


@dataclass(frozen=True)
class Loaded:
    """Result of loading a file: places of its records, warnings, records that could not be loaded."""

    places: Places
    warnings: tuple[str, ...] = ()
    bad: tuple[BadRecord, ...] = ()


#: File id -> the result of loading the file, or why it is unreadable.
Outcomes = dict[int, Loaded | UnreadableFile]


@dataclass(frozen=True)
class Choice:
    """The columns of a file that hold our fields (field -> index).

    Other columns are not read, with a warning.
    """

    found: dict[str, int]
    warnings: tuple[str, ...]

    def sql(self, fields: Sequence[str], text_of: Callable[[int], str]) -> str:
        """Return SQL for the fields as texts; a field is null if the file has no such column."""
        return ", ".join(
            f"{text_of(self.found[name]) if name in self.found else 'cast(null as VARCHAR)'}"
            f" as {identifier(name)}"
            for name in fields
        )


def choose(file: str, names: Sequence[str], table: Table) -> Choice:
    """Match columns to fields by exact name, else ignoring case.

    Raise `UnreadableFile` if a key column is missing.
    """
    places: dict[str, int] = {}
    for index, name in reversed(list(enumerate(names))):
        places[name.strip().lower()] = index
    places.update({name: index for index, name in reversed(list(enumerate(names)))})
    found = {name: places.get(name, places.get(name.lower(), -1)) for name in table.texts}
    found = {name: index for name, index in found.items() if index >= 0}
    missing = [name for name in table.key if name not in found]
    if missing:
        raise UnreadableFile(
            "missing_field",
            f"{file}: no column {_listed(missing)}, without which no row can be read; {_has(names, found)}"
            f" {table.without_key}".rstrip(),
        )
    read = frozenset(found.values())
    others = [name for index, name in enumerate(names) if index not in read]
    wanted = {name.lower() for name in found}
    again = [name for name in others if name.strip().lower() in wanted]
    unknown = [name for name in others if name.strip().lower() not in wanted]
    warnings = []
    if again:
        warnings.append(
            f"columns that are there twice: {_listed(again)}. The one that is spelled as expected is read,"
            " else the first; rename or remove the other."
        )
    if unknown:
        warnings.append(f"unknown columns are kept out: {_listed(unknown)}.")
    return Choice(found, tuple(warnings) if table.knows_all_columns else ())


def _has(names: Sequence[str], found: Mapping[str, int]) -> str:
    """Return the end of a message: which columns the file has, and what to do.

    If none of our names is among them, the first line may be somebody's data, so it is not quoted.
    """
    if found or not names:
        has = _listed([name for name in names if name.strip()]) or "none"
        return f"it has: {has}. Add the column (or its header) and deliver it in a new file."
    return (
        f"none of its {len(names)} columns has a name that is read here. Where its first line is data,"
        " put a header before it; where it is a header, rename the column. Deliver it in a new file."
    )


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(f"`{name[:_SHOWN_OF_A_NAME]}`" for name in names[:_SHOWN_NAMES])
    return listed if len(names) <= _SHOWN_NAMES else f"{listed} and {len(names) - _SHOWN_NAMES} more"
