"""The fields of records and their kinds, from DuckDB's `json_structure`: what a feed's schema is.

Belongs here: the names of fields as the ledger keeps them. Does not belong here: which changes people are
told of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

#: The field that stands for the record itself: it is in every record.
RECORD = ""
#: Objects with more keys are maps, whose keys are data; so are keys that look like an id or an address.
_MOST_KEYS = 40
_DEEPEST = 4
_LONGEST = 60
_DATA = re.compile(r"[0-9]{3}|@|[^\w$. -]")
_KINDS = {"VARCHAR": "text", "BOOLEAN": "boolean", "NULL": "null", "JSON": "mixed"}


@lru_cache(maxsize=4096)
def fields_of(structure: str) -> tuple[tuple[str, str], ...]:
    """Return the fields in a record's structure, with their kinds.

    A kind is text, number, boolean, object, list, mixed (a list of several) or null.

    Fields of objects are named `object.field`, of objects in lists `list[].field`; keys that are data are
    `*`. Of a record that is nested too deeply for Python's JSON reader, only the record itself is a field.
    """
    try:
        fields = _fields(json.loads(structure), "", 0)
    except RecursionError:
        return ((RECORD, "object"),)
    return ((RECORD, "object"), *dict.fromkeys(fields))


def _fields(structure: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(structure, list):
        inside = structure[0] if structure else "NULL"
        if isinstance(inside, dict):
            yield from _fields(inside, f"{path}[]", depth)
        return
    if not isinstance(structure, dict) or depth == _DEEPEST:
        return
    is_map = len(structure) > _MOST_KEYS and depth > 0
    for key, value in structure.items():
        name = "*" if is_map or len(key) > _LONGEST or _DATA.search(key) else key
        field = f"{path}.{name}" if path else name
        yield field, _kind(value)
        yield from _fields(value, field, depth + 1)


def _kind(structure: object) -> str:
    if isinstance(structure, dict):
        return "object"
    if isinstance(structure, list):
        return "list"
    return _KINDS.get(str(structure), "number")
