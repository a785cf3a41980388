"""What a build asks of ingestion: to read files, and to read them again; and what commands ask of the ledger.

Does not belong here: comparing the landing zone with the ledger, and checks of what landed (`landing/`).

Landing is imported inside functions, because a build with nothing new does not need it.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config, load_config
from ingestion.landing.discovery import check_landing_zone, discover
from ingestion.landing.feed import Feed
from ingestion.ledger import CONTROL_RELATIONS, Ledger, why_closed
from orchestration import connections
from orchestration.errors import TouchpointError, UsageError, usage_errors
from orchestration.home import Home
from orchestration.settings import Settings

if TYPE_CHECKING:
    from ingestion.replay.run import Scope

Progress = Callable[[str], None]

LandingReport = Any
ReplayReport = Any


def check_inputs(settings: Settings) -> None:
    """Raise `UsageError` if a folder or file of the settings cannot be used; called before anything else."""
    if settings.config and not settings.config.is_file():
        raise UsageError(
            f"the configuration {settings.config} does not exist: correct --config or TOUCHPOINT_CONFIG"
        )
    with usage_errors():
        check_landing_zone(settings.landing)
    if settings.home.exists() and not settings.home.is_dir():
        raise UsageError(f"the home {settings.home} is not a folder: name another with --home")


def existing_home(settings: Settings) -> Home:
    """Return the home. Raise `UsageError` if nothing was ever read into it."""
    home = Home(settings.home)
    if not home.ledger.exists():
        raise UsageError(
            f"{home.root} holds no warehouse yet: run `touchpoint build --home {home.root}` first"
        )
    return home


def configuration(path: Path | None) -> Config:
    """Read the feeds' configuration and return it."""
    with usage_errors():
        return load_config(path)


def fingerprint_text(config: Config) -> str:
    """Return those settings, as text, that change what the tables say, for the fingerprint."""
    return repr(replace(config, publish=(), spark={}))


def possible_feeds(config: Config) -> list[Feed]:
    """Return every feed that may have files: the configured ones, and one per adapter."""
    configured = {feed.name for feed in config.feeds}
    by_name = [Feed(name, name, name) for name in ADAPTERS if name not in configured]
    return sorted([*config.feeds, *by_name], key=lambda feed: feed.name)


def lands_in(feed: Feed, relation: str) -> bool:
    """Whether records of a feed may be in a raw relation."""
    return (
        relation in CONTROL_RELATIONS or relation == feed.adapter or relation.startswith(f"{feed.adapter}_")
    )


@contextlib.contextmanager
def open_ledger(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the ledger for writing; create it if there is none."""
    with usage_errors(), Ledger(home.root) as ledger:
        yield ledger.connection


@contextlib.contextmanager
def read_ledger(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the ledger read-only."""
    try:
        connection = connections.read(home.ledger)
    except duckdb.Error as error:
        raise TouchpointError(why_closed(home.ledger, error)) from error
    with connection:
        yield connection


def land(
    home: Home,
    landing: str,
    config: Config,
    *,
    feeds: Iterable[str] | None,
    from_day: date | None,
    to_day: date | None,
    progress: Progress,
) -> LandingReport:
    """Read new files of the landing zone into raw Parquet and return a report."""
    from ingestion.landing.run import land as land_files

    with usage_errors():
        return land_files(
            home.root,
            landing,
            config,
            feeds=list(feeds) if feeds is not None else None,
            from_day=from_day,
            to_day=to_day,
            progress=progress,
        )


def replay(
    home: Home,
    landing: str,
    config: Config,
    scope: Scope,
    progress: Progress,
) -> ReplayReport:
    """Read quarantined records and files again and return a report."""
    from ingestion.replay.run import replay as read_again

    with usage_errors():
        return read_again(home.root, landing, config, scope, progress=progress)


def mark_published(home: Home) -> None:
    """Mark everything that was read as published in the ledger."""
    from ingestion.landing.raw_layer import mark_published as mark

    mark(home.root)


def landing_digest(settings: Settings) -> str:
    """Return a hash of the names, sizes and times of the files in the landing zone."""
    with usage_errors():
        found = discover(settings.landing, load_config(settings.config)).files
    listing = sorted((file.file_id, *map(str, file.version)) for file in found)
    return hashlib.sha256(repr(listing).encode()).hexdigest()


def delivered_days(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int, int, int, bool]]:
    """Return a row per feed and arrival day: files, records read, quarantined, whether one of the files is
    new.
    """
    return connection.execute(
        """
        select
            feed,
            cast(arrival_date as varchar),
            count(*),
            cast(sum(records_read) as bigint),
            cast(sum(quarantined) as bigint),
            bool_or(is_new)
        from files
        group by all
        order by all
        """
    ).fetchall()


def feed_rows(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Return one row per feed that was read."""
    return connection.execute(
        """
        select
            feed,
            count(*) as files,
            min(arrival_date) as first_day,
            max(arrival_date) as last_day,
            cast(sum(records_read) as bigint) as records_read,
            cast(sum(quarantined) as bigint) as quarantined,
            cast(coalesce(sum(replayed), 0) as bigint) as replayed,
            count(case when file_quarantined then 1 end) as unreadable_files,
            count(case when is_new then 1 end) as unpublished_files
        from files
        group by feed
        order by feed
        """
    ).fetchall()


def replay_rows(connection: duckdb.DuckDBPyConnection, limit: int = 10) -> list[tuple[Any, ...]]:
    """Return the last replays, newest first."""
    return connection.execute(
        """
        select
            strftime(started_at, '%Y-%m-%d %H:%M:%S'),
            coalesce(strftime(finished_at, '%H:%M:%S'), 'not finished'),
            records_tried, records_landed, records_ignored, records_still_bad, files_tried, files_landed
        from replays
        order by replay_id desc
        limit ?
        """,
        [limit],
    ).fetchall()


def build_rows(connection: duckdb.DuckDBPyConnection, limit: int = 10) -> list[tuple[Any, ...]]:
    """Return the last builds, newest first."""
    return connection.execute(
        """
        select build_id, state, strftime(started_at, '%Y-%m-%d %H:%M:%S'), strftime(finished_at, '%H:%M:%S')
        from builds
        order by started_at desc, build_id desc
        limit ?
        """,
        [limit],
    ).fetchall()
