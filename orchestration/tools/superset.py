"""`superset.sh load`: writes the folder that Superset imports: database, datasets, charts, dashboard.

Datasets are generated: their columns and words from the marts' YAML, their metrics from the KPI dictionary.
Charts and the dashboard are files in `deploy/superset/assets`, in the format of Superset's export.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from expectations import kpis
from orchestration.cli import console
from orchestration.home import Home
from orchestration.settings import DBT_PROJECT, Settings

ASSETS = DBT_PROJECT.parent / "deploy" / "superset" / "assets"
DATABASE = "Touchpoint"
VERSION = "1.0.0"

#: Ids of databases and datasets are made of their names in here, so that importing again replaces them.
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "touchpoint/superset")

#: dbt's type of a column -> how Superset knows it.
_TYPES = {
    "varchar": "VARCHAR",
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp with time zone": "TIMESTAMP WITH TIME ZONE",
}
_TIMES = ("date", "timestamp with time zone")
#: Columns by which lists are filtered in time.
_WHEN = ("occurred_at", "sent_at", "submitted_at", "created_at", "registered_at", "entered_at", "scored_at")

_DOC = re.compile(r"\{\{ doc\('kpi_(\w+)'\) \}\}")
#: A sentence that says over what a table's figures do not add up.
_CAUTION = re.compile(r"[^.]*[Aa]dditive[^.]*\bnot\b[^.]*\.")


def id_of(name: str) -> str:
    """Return the id of the database or of a dataset."""
    return str(uuid.uuid5(_NAMES, name))


def database(uri: str) -> dict[str, Any]:
    """Return the description of the database.

    uri: its address in SQLAlchemy's words.
    """
    # A DuckDB file that is opened read-only can be read while others read it, and no query can write files.
    engine = {"connect_args": {"read_only": True}} if uri.startswith("duckdb:") else {}
    return {
        "database_name": DATABASE,
        "sqlalchemy_uri": uri,
        "expose_in_sqllab": True,
        "allow_dml": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_file_upload": False,
        "extra": {"engine_params": engine, "schema_options": {}, "metadata_params": {}},
        "uuid": id_of(DATABASE),
        "version": VERSION,
    }


def datasets() -> dict[str, dict[str, Any]]:
    """Return the description of every mart, by its name."""
    words = {kpi.name: kpi.words for kpi in (*kpis.counts(), *kpis.rates())}
    return {mart["name"]: _dataset(mart, words) for mart in kpis.described_marts()}


def _dataset(mart: Mapping[str, Any], words: dict[str, str]) -> dict[str, Any]:
    name, about = mart["name"], _said(mart["description"], words)
    shown = [
        column for column in mart["columns"] if "personal" not in column.get("config", {}).get("tags", ())
    ]
    caution = _CAUTION.search(about)
    return {
        "table_name": name,
        "schema": "marts",
        "catalog": None,
        "main_dttm_col": _time_of(mart),
        "description": about,
        "filter_select_enabled": True,
        "columns": [_column(column, words) for column in shown],
        "metrics": [{**metric, "warning_text": caution and caution[0].strip()} for metric in _metrics(name)],
        "uuid": id_of(name),
        "database_uuid": id_of(DATABASE),
        "version": VERSION,
    }


def _time_of(mart: Mapping[str, Any]) -> str | None:
    """Return the column by which a mart is filtered in time: the date of its key, or an instant."""
    types = {column["name"]: column["data_type"] for column in mart["columns"]}
    key = kpis.key_of(mart["name"])
    return next((name for name in (*key, *_WHEN) if types.get(name) in _TIMES), None)


def _column(column: Mapping[str, Any], words: dict[str, str]) -> dict[str, Any]:
    return {
        "column_name": column["name"],
        "type": _TYPES[column["data_type"]],
        "is_dttm": column["data_type"] in _TIMES,
        "groupby": True,
        "filterable": True,
        "is_active": True,
        "description": _said(column["description"], words),
    }


def _metrics(mart: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a mart, counted, and its KPIs: sums of counts that add up, and rates of such sums."""
    yield _metric("rows", "Rows", "Rows of the table.", "COUNT(*)", ",d")
    counts = [kpi for kpi in kpis.shown_in(mart) if isinstance(kpi, kpis.Count) and kpi.is_additive]
    for count in counts:
        yield _metric(count.name, count.label, count.words, f"SUM({count.column})", ",d")
    names = {count.name for count in counts}
    for rate in kpis.rates():
        if names.issuperset(rate.parts):
            # PostgreSQL divides whole numbers without a remainder.
            ratio = f"CAST(SUM({rate.numerator}) AS DOUBLE PRECISION) / NULLIF(SUM({rate.denominator}), 0)"
            yield _metric(rate.name, rate.label, rate.words, ratio, ".1%")


def _metric(name: str, label: str, words: str, sql: str, looks: str) -> dict[str, Any]:
    return {
        "metric_name": name,
        "verbose_name": label,
        "description": words,
        "expression": sql,
        "d3format": looks,
    }


def _said(text: str, words: dict[str, str]) -> str:
    """Return a description with the words of the KPI that it refers to."""
    return " ".join(_DOC.sub(lambda match: words[match[1]], text).split())


def write(folder: Path, uri: str) -> None:
    """Write the folder anew. uri: address of the database in SQLAlchemy's words."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ASSETS, folder)
    _dump(
        folder / "metadata.yaml",
        {"version": VERSION, "type": "assets", "timestamp": "2026-01-01T00:00:00+00:00"},
    )
    _dump(folder / "databases" / f"{DATABASE}.yaml", database(uri))
    for name, dataset in datasets().items():
        _dump(folder / "datasets" / DATABASE / f"{name}.yaml", dataset)


def _dump(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the folder for the published file of a home, or for another database; return 0."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.tools.superset", description=__doc__)
    parser.add_argument("--home", help="the warehouse")
    parser.add_argument(
        "--uri", help="address of another database with the tables, such as a PostgreSQL server"
    )
    parser.add_argument("--to", type=Path, required=True, help="the folder to write")
    chosen = parser.parse_args(arguments)
    home = Home(Settings.from_environment(home=chosen.home).home)
    uri = chosen.uri or f"duckdb:///{home.published.absolute() / home.insights.name}"
    write(chosen.to, uri)
    console.say(f"{len(datasets())} datasets for Superset: {chosen.to}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
