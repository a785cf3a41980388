"""The data dictionary, dbt's own docs as one page: tables, columns, SQL, tests and the graph of all that.

dbt makes this page too (`dbt docs generate --static`), in seconds. Here it is put together from the manifest
that the build has parsed, and from the published file. A content security policy keeps the browser from
loading or sending anything: dbt's page has a tracker in it.
"""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb

#: Content security policy: allows scripts, styles and images inside the page, but nothing from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)

_COLUMNS = """
    select table_name, column_name, data_type, comment
    from duckdb_columns()
    where schema_name = 'marts'
    order by table_name, column_index
"""
_TABLES = """
    select table_name, 'table' as kind, estimated_size as row_count, comment
    from duckdb_tables()
    where schema_name = 'marts'
    union all
    select view_name, 'view', null, comment
    from duckdb_views()
    where schema_name = 'marts'
"""


def page(manifest: str, catalog: Mapping[str, Any]) -> str:
    """Return dbt's page with a manifest and a catalog in it.

    manifest: the text of dbt's `manifest.json`.
    """
    template = importlib.resources.files("dbt.task.docs").joinpath("index.html").read_text(encoding="utf-8")
    for place, content in (("MANIFEST", manifest), ("CATALOG", json.dumps(catalog))):
        marked = f'"{place}.JSON INLINE DATA"'
        if marked not in template:
            raise ValueError(f"the page of this version of dbt has no place for its {place.lower()}")
        # A tag in a description must not end the script that it stands in.
        template = template.replace(marked, content.replace("</", "<\\/"))
    return closed(template)


def closed(page: str) -> str:
    """Add the policy to an HTML page; raise `ValueError` where the page has no `<head>`."""
    if "<head>" not in page:
        raise ValueError("the page that dbt docs made has no <head>: no policy can be put into it")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return page.replace("<head>", "<head>" + policy, 1)


def catalog(project: Mapping[str, Any], connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return what dbt calls the catalog: types, comments and row counts of the published tables.

    project: dbt's manifest.
    """
    columns: dict[str, dict[str, Any]] = {}
    for table, name, kind, comment in connection.execute(_COLUMNS).fetchall():
        place = columns.setdefault(table, {})
        place[name] = {"type": kind, "index": len(place) + 1, "name": name, "comment": comment}
    tables = {name: rest for name, *rest in connection.execute(_TABLES).fetchall()}
    nodes = {
        unique_id: _entry(node, columns[node["name"]], *tables[node["name"]])
        for unique_id, node in project["nodes"].items()
        if node["resource_type"] == "model" and node["name"] in tables
    }
    made = {"generated_at": datetime.now(UTC).isoformat(), "dbt_version": project["metadata"]["dbt_version"]}
    return {"metadata": made, "nodes": nodes, "sources": {}, "errors": None}


def _entry(
    node: Mapping[str, Any], columns: Mapping[str, Any], kind: str, rows: int | None, comment: str | None
) -> dict[str, Any]:
    about = {
        "type": kind,
        "schema": "marts",
        "name": node["name"],
        "database": "insights",
        "comment": comment,
    }
    counted = {"id": "row_count", "label": "Rows", "value": rows, "include": rows is not None}
    return {
        "unique_id": node["unique_id"],
        "metadata": {**about, "owner": None},
        "columns": columns,
        "stats": {
            "row_count": {**counted, "description": "Rows of the table."},
            "has_stats": {"id": "has_stats", "label": "Has Stats?", "value": True, "include": False},
        },
    }
