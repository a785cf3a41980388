"""Writes figures of builds for Prometheus to a text file, which its node exporter collects.

TOUCHPOINT_METRICS names the file; if it is not set, no file is written.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration import connections
from orchestration.build import intake
from orchestration.home import Home
from orchestration.settings import metrics_file

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


@dataclass(frozen=True)
class _Figure:
    """A gauge `touchpoint_<name>`. sql: query that returns rows of its labels, in order, and its value."""

    name: str
    about: str
    sql: str
    labels: tuple[str, ...] = ()


_OF_THE_LEDGER = (
    _Figure("builds", "Builds by state.", "select state, count(*) from builds group by all", ("state",)),
    _Figure(
        "last_build_seconds",
        "How long the last build took that was published.",
        """
        select epoch(finished_at) - epoch(started_at)
        from builds
        where state = 'published'
        order by started_at desc
        limit 1
        """,
    ),
)
_OF_WHAT_IS_PUBLISHED = (
    _Figure(
        "published_timestamp_seconds",
        "When the published build was made.",
        "select epoch(built_at) from marts.build_info",
    ),
    _Figure(
        "checks",
        "Checks of the published build.",
        """
        select kind, case when passed then 'green' else 'red' end, count(*)
        from marts.build_checks
        group by all
        """,
        ("kind", "verdict"),
    ),
    _Figure(
        "records",
        "Records read since the first day, by what became of them.",
        """
        unpivot (
            select
                feed,
                sum(records_landed) as landed,
                sum(duplicates) as duplicates,
                sum(ignored) as ignored,
                sum(quarantined) as quarantined
            from marts.build_files
            group by feed
        )
        on landed, duplicates, ignored, quarantined
        """,
        ("feed", "outcome"),
    ),
    _Figure(
        "feed_last_arrival_timestamp_seconds",
        "The newest day on which files of a feed arrived, at 00:00 UTC.",
        "select feed, epoch(max(arrival_date)) from marts.build_files group by all",
        ("feed",),
    ),
)


def write_figures(home: Home, path: Path | None = None) -> None:
    """Write the figures of a home; called when a build has finished, whether it published or found nothing
    new.

    path: None means the file that the environment names, if any. A reader sees either the old or the new
        file.
    """
    target = path or metrics_file()
    if target is None:
        return
    # Imported here: most homes do not write figures.
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()
    ended = Gauge("touchpoint_last_run_timestamp_seconds", "When a build last ended.", registry=registry)
    ended.set(time.time())
    with intake.read_ledger(home) as ledger:
        _add(registry, ledger, _OF_THE_LEDGER)
    if home.published_build is not None:
        with connections.read(home.published / home.insights.name) as connection:
            _add(registry, connection, _OF_WHAT_IS_PUBLISHED)
    write_to_textfile(str(target), registry)


def _add(
    registry: CollectorRegistry, connection: duckdb.DuckDBPyConnection, figures: tuple[_Figure, ...]
) -> None:
    from prometheus_client import Gauge

    for figure in figures:
        gauge = Gauge(f"touchpoint_{figure.name}", figure.about, figure.labels, registry=registry)
        for *labels, value in connection.execute(figure.sql).fetchall():
            (gauge.labels(*labels) if labels else gauge).set(float(value))
