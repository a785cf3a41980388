"""Fields of records that are nested too deeply to be read."""

from __future__ import annotations

import json

import duckdb

from ingestion.values.shapes import RECORD, fields_of


def test_of_a_record_nested_too_deeply_only_the_record_is_known() -> None:
    [(structure,)] = duckdb.execute(
        "select json_structure(?::json)", [json.dumps({"event": "open", "a": {"b": [1]}})]
    ).fetchall()
    assert dict(fields_of(structure))["a.b"] == "list"
    deep = '{"a":' * 5_000 + '"VARCHAR"' + "}" * 5_000
    assert fields_of(deep) == ((RECORD, "object"),)
