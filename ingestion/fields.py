"""What a value is when it arrives as text: SQL that reads it, null where the text is none of its kind.

Belongs here: kinds of values that formats of our own share (native interactions, CRM snapshots), whatever
the shape of the file. Does not belong here: which field is of which kind, or a provider's own encodings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingestion.instants import iso_8601

#: A kind of value: from the SQL of a text to its SQL type and the SQL of its value.
Kind = Callable[[str], tuple[str, str]]


def quoted(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def text(source: str) -> tuple[str, str]:
    """Any text, verbatim. A JSON object or list where a text belongs is a wrong type, not a text."""
    nested = (
        f"(left({source}, 1) = '{{' or left({source}, 2) in ('[\"', '[{{', '[[')) and json_valid({source})"
    )
    return "VARCHAR", f"case when {nested} then null else nullif({source}, '') end"


def verbatim(source: str) -> tuple[str, str]:
    """Any text, whatever is in it."""
    return "VARCHAR", f"nullif({source}, '')"


def boolean(source: str) -> tuple[str, str]:
    """`true` or `false`, in any case: pandas writes `True`."""
    return "BOOLEAN", f"case lower(trim({source})) when 'true' then true when 'false' then false end"


def number(source: str) -> tuple[str, str]:
    """A finite number."""
    value = f"try_cast({source} as DOUBLE)"
    return "DOUBLE", f"case when isfinite({value}) then {value} end"


def whole_number(sql_type: str, least: int | None = None, most: int | None = None) -> Kind:
    """A whole number, also written `12.0`, within bounds where there are any."""

    def read(source: str) -> tuple[str, str]:
        value = f"try_cast(trim({source}) as {sql_type})"
        conditions = [rf"regexp_matches(trim({source}), '^[+-]?\d+(\.0+)?$')"]
        conditions += [f"{value} >= {least}"] if least is not None else []
        conditions += [f"{value} <= {most}"] if most is not None else []
        return sql_type, f"case when {' and '.join(conditions)} then {value} end"

    return read


def one_of(values: Iterable[str]) -> Kind:
    """A word of a vocabulary, spelled as the contract spells it."""
    words = ", ".join(quoted(value) for value in sorted(values))

    def read(source: str) -> tuple[str, str]:
        return "VARCHAR", f"case when {source} in ({words}) then {source} end"

    return read


def country(source: str) -> tuple[str, str]:
    """Two letters (ISO 3166-1 alpha-2), in upper case."""
    return (
        "VARCHAR",
        f"case when regexp_matches(trim({source}), '^[A-Za-z]{{2}}$') then upper(trim({source})) end",
    )


def json_object(source: str) -> tuple[str, str]:
    """A JSON object, as text."""
    return "VARCHAR", f"case when ltrim({source})[1] = '{{' and json_valid({source}) then {source} end"


def instant(source: str) -> tuple[str, str]:
    """An ISO 8601 instant, to the microsecond; one without an offset is in the feed's time zone."""
    return "TIMESTAMPTZ", iso_8601(source)


def is_lost(source: str, value: str) -> str:
    """SQL: is there a text of which `value` makes null?"""
    return f"coalesce(trim({source}), '') <> '' and {value} is null"
