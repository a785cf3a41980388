"""What the plain pages of a build say: the build, its feeds, its KPIs, its tables, and what reads them.

Belongs here: the contents. Does not belong here: how a page looks (`page.j2`).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import jinja2
from markupsafe import Markup

from expectations import kpis

#: File of the data dictionary, which is written beside these pages.
DICTIONARY = "dictionary.html"

#: A cell: a text, a number, a link, several of these, or nothing.
Cell = object

_BUILD = """
    select build_id, strftime(built_at at time zone 'UTC', '%Y-%m-%d %H:%M') || ' UTC', as_of_date,
        first_arrival_date, last_arrival_date, files, reporting_time_zone, audit_checks, arrival_checks,
        arrival_failed, touchpoint_version
    from marts.build_info
"""
_BUILD_SAYS = (
    "Build",
    "Published at",
    "As of the end of",
    "First arrival day",
    "Last arrival day",
    "Files read",
    "Reporting time zone",
    "Audit checks, all kept",
    "Arrival checks",
    "Arrival checks not kept",
    "Version of Touchpoint",
)
_FEEDS = """
    select feed, max(arrival_date) as newest,
        date_diff('day', max(arrival_date), (select as_of_date from marts.build_info)) as days_behind,
        min(arrival_date), count(distinct arrival_date), count(*), sum(records_landed)::bigint,
        sum(quarantined)::bigint
    from marts.build_files
    group by feed
    order by days_behind desc, feed
"""
_TABLES = """
    select table_name, comment, estimated_size
    from duckdb_tables()
    where schema_name = 'marts'
    union all
    select view_name, comment, null
    from duckdb_views()
    where schema_name = 'marts'
    order by table_name
"""


@dataclass(frozen=True)
class Section:
    """A table of a page, with a title and an introduction."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    about: str = ""


@dataclass(frozen=True)
class Page:
    """A page: its file, what it is about, and its tables."""

    file: str
    title: str
    about: str
    sections: Sequence[Section]

    def as_html(self) -> str:
        """Return the page as HTML."""
        return _template().render(page=self)


@functools.cache
def _template() -> jinja2.Template:
    folder = Path(__file__).parent
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), autoescape=True, trim_blocks=True
    )
    return environment.get_template("page.j2")


def every(project: Mapping[str, Any], connection: duckdb.DuckDBPyConnection) -> list[Page]:
    """Return the pages, the first one first.

    project: dbt's manifest. connection: of the published database.
    """
    described = [_freshness(connection), _glossary(), _lineage(project, connection), _exposures(project)]
    return [_first(connection, described), *described]


def _first(connection: duckdb.DuckDBPyConnection, others: Iterable[Page]) -> Page:
    build = connection.execute(_BUILD).fetchone() or ()
    of_elsewhere = [
        (
            _link(DICTIONARY, "Data dictionary"),
            "Every table and column, its SQL, its tests, and the graph back to the provider; dbt docs,"
            " searchable.",
        ),
        (
            _link("../data_docs/index.html", "Checks"),
            "What was promised of the tables, and what was found; Data Docs.",
        ),
    ]
    contents = [(_link(page.file, page.title), page.about) for page in others]
    return Page(
        "index.html",
        "What this build published",
        "The tables are in ../insights.duckdb, and in ../parquet as files.",
        [
            Section(("Page", "What it shows"), [*of_elsewhere, *contents]),
            Section(
                ("", ""),
                [(say, str(what)) for say, what in zip(_BUILD_SAYS, build, strict=True)],
                "The build",
            ),
        ],
    )


def _freshness(connection: duckdb.DuckDBPyConnection) -> Page:
    headings = (
        *("Feed", "Newest arrival day", "Days behind", "First arrival day", "Days with files", "Files"),
        *("Records", "Records in quarantine"),
    )
    return Page(
        "freshness.html",
        "Freshness",
        "When each feed last delivered, against the newest arrival day of any; who is behind comes first.",
        [Section(headings, connection.execute(_FEEDS).fetchall())],
    )


def _glossary() -> Page:
    """Return the KPI dictionary, a table per subject."""
    by_subject = itertools.groupby(
        sorted((*kpis.counts(), *kpis.rates()), key=lambda kpi: kpi.file.parent.name),
        key=lambda kpi: kpi.file.parent.name,
    )
    sections = [
        Section(
            ("KPI", "What it is", "Formula", "Column", "Tables"),
            [
                (kpi.label, kpi.words, _formula(kpi), kpi.column, [_table(mart) for mart in kpi.shown_in])
                for kpi in of_subject
            ],
            subject.capitalize(),
        )
        for subject, of_subject in by_subject
    ]
    return Page(
        "kpis.html", "KPIs", "What each KPI counts, its formula, and the tables that have it.", sections
    )


def _formula(kpi: kpis.Kpi) -> str:
    if isinstance(kpi, kpis.Rate):
        return f"{kpi.numerator} / {kpi.denominator}"
    assert isinstance(kpi, kpis.Count)
    return f"{kpi.sql} of {kpi.fact}"


def _lineage(project: Mapping[str, Any], connection: duckdb.DuckDBPyConnection) -> Page:
    """Return the published tables with what they are made of and what reads them, a table per kind."""
    ids = {node["name"]: unique_id for unique_id, node in project["nodes"].items()}
    published = connection.execute(_TABLES).fetchall()
    names = {name for name, _, _ in published}
    kinds = {"mart": "Marts", "fct": "Facts", "dim": "Dimensions", "build": "The build itself"}
    sections = []
    for prefix, title in kinds.items():
        rows = [
            (name, comment, size, *_neighbours(project, ids.get(name), names))
            for name, comment, size in published
            if kinds.get(name.split("_")[0], kinds["build"]) == title
        ]
        headings = ("Table", "What it is", "Rows", "Made of", "Read by")
        sections.append(Section(headings, rows, kinds[prefix]))
    about = (
        "What each published table is made of, and what reads it; the data dictionary draws the whole graph."
    )
    return Page("lineage.html", "Lineage", about, sections)


def _neighbours(
    project: Mapping[str, Any], unique_id: str | None, published: set[str]
) -> tuple[Sequence[Cell], Sequence[Cell]]:
    """Return what a table is made of and what reads it; of one that dbt does not make, nothing."""
    if unique_id is None:
        return [], []
    made_of = [
        _table(name) if name in published else _link(f"{DICTIONARY}#!/{kind}/{parent}", name)
        for parent in sorted(project["parent_map"][unique_id])
        for name, kind in [_named(parent)]
    ]
    readers = [
        _link(f"exposures.html#{name}", name) if kind == "exposure" else _table(name)
        for name, kind in map(_named, project["child_map"][unique_id])
        if kind == "exposure" or (kind == "model" and name in published)
    ]
    return made_of, sorted(readers)


def _named(unique_id: str) -> tuple[str, str]:
    """Return the name and the kind of a node of dbt."""
    return unique_id.split(".")[-1], unique_id.split(".")[0]


def _exposures(project: Mapping[str, Any]) -> Page:
    rows = [
        (
            one["name"],
            one["label"],
            one["type"],
            one["description"],
            f"{one['owner']['name']}, {one['owner']['email']}",
            [_table(name) for name, _ in map(_named, sorted(one["depends_on"]["nodes"]))],
        )
        for one in sorted(project["exposures"].values(), key=lambda one: str(one["name"]))
    ]
    return Page(
        "exposures.html",
        "Exposures",
        "What reads the published tables, whose it is, and which tables it asks.",
        [Section(("Exposure", "Name", "Kind", "What it is", "Owner", "Tables"), rows)],
    )


def _table(name: str) -> Markup:
    return _link(f"lineage.html#{name}", name)


def _link(address: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(address, text)
