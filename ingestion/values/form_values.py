"""SQL for a form's values as a JSON object, from a text of "name: value" lines or a list of form elements."""

from __future__ import annotations

import json

import duckdb
import pyarrow as pa

from ingestion.values.python_functions import add_function

_FUNCTION = "form_values"
_OF_ELEMENTS = "values_of_form_elements"


def values_by_name(text: str) -> dict[str, str] | None:
    """Return name -> value of a text, in the order in which names first occur; None for an empty text.

    Lines end in CR LF (in LF where the text has no CR LF); a line without ": " goes on with the value before
    it. Values of the same name are joined by "; ", as a list of choices is. Text before the first name has
    the empty name.
    """
    lines = text.rstrip("\r\n")
    if not lines:
        return None
    values: dict[str, list[str]] = {}
    last: list[str] = []
    for line in lines.split("\r\n" if "\r\n" in text else "\n"):
        name, is_named, value = line.partition(": ")
        if is_named or not values:
            last = values.setdefault(name if is_named else "", [])
            last.append(value if is_named else line)
        else:
            last[-1] += f"\n{line}"
    return {name: "; ".join(given) for name, given in values.items()}


def add_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Add to the connection the Python functions that the SQL of `as_json` and `of_elements` calls."""
    kind = pa.map_(pa.string(), pa.string())
    add_function(connection, _FUNCTION, _as_map, "MAP(VARCHAR, VARCHAR)", kind)
    add_function(connection, _OF_ELEMENTS, _values_of_elements, "VARCHAR", pa.string())


def _as_map(text: str) -> list[tuple[str, str]] | None:
    values = values_by_name(text)
    return None if values is None else list(values.items())


def as_json(source: str) -> tuple[str, str]:
    """Return SQL type and SQL of a JSON object, as text, with the form values in the text `source`."""
    return "VARCHAR", f"cast(to_json({_FUNCTION}({source})) as VARCHAR)"


def of_elements(elements_sql: str) -> str:
    """SQL for the JSON object of a list of structs of `name` and `value`; null if the list is empty."""
    return f"{_OF_ELEMENTS}(nullif(cast(to_json({elements_sql}) as VARCHAR), '[]'))"


def _values_of_elements(text: str) -> str | None:
    """Return JSON of name -> value, in order; a name with several values has a list. None without a name."""
    values: dict[str, list[str | None]] = {}
    for element in json.loads(text):
        if element is not None and element["name"] is not None:
            values.setdefault(element["name"], []).append(element["value"])
    found = {name: given if len(given) > 1 else given[0] for name, given in values.items()}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) if found else None
