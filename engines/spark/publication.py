"""What Spark's readers see of a published build, and the copy of it for readers of the home.

A build changes the tables; after a green audit every table of `marts` gets the tag `build_<id>`, and then one
row in `published.builds` names the build. Readers take the newest row's tag, so that they see whole builds.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import duckdb

from engines.engine import PublishedTable
from ingestion.sql import NO_EXTENSIONS, identifier, quoted

SCHEMA = "marts"
BUILDS = "published.builds"
#: So many builds are kept at least, and less than twice as many.
KEPT = 10


def tag_of(build_id: str) -> str:
    """Return the name of a build's tag."""
    return "build_" + build_id.replace("-", "_").lower()


def tag(session: Any, build_id: str, tables: Sequence[PublishedTable]) -> None:
    """Tag the published tables as they are; views have no history, and are left out."""
    for table in tables:
        if not table.is_view:
            session.sql(f"alter table {SCHEMA}.{table.name} create or replace tag {tag_of(build_id)}")


def record(session: Any, build_id: str) -> None:
    """Name the build in the table of builds, which readers ask: one commit."""
    session.sql(
        f"create table if not exists {BUILDS} (build_id string, tag string, published_at timestamp)"
        " using iceberg"
    )
    session.sql(f"insert into {BUILDS} values ('{build_id}', '{tag_of(build_id)}', current_timestamp())")


def published_builds(session: Any) -> list[str]:
    """Return the ids of published builds, newest first."""
    if not session.catalog.tableExists(BUILDS):
        return []
    rows = session.sql(f"select build_id from {BUILDS} group by build_id order by max(published_at) desc")
    return [row.build_id for row in rows.collect()]


def forget(session: Any, builds: Collection[str], names: Collection[str]) -> None:
    """Remove the tags of builds, and the snapshots of tables that no tag names. names: `schema.table`."""
    from datetime import UTC, datetime

    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
    for name in names:
        for build_id in builds:
            if name.startswith(f"{SCHEMA}."):
                session.sql(f"alter table {name} drop tag if exists {tag_of(build_id)}")
        session.sql(
            f"call system.expire_snapshots(table => '{name}', older_than => timestamp '{now}',"
            " retain_last => 1)"
        )
    if builds:
        ids = ", ".join(f"'{build_id}'" for build_id in builds)
        session.sql(f"delete from {BUILDS} where build_id in ({ids})")


def export(
    session: Any,
    database: Path,
    folder: Path,
    build_id: str,
    tables: Sequence[PublishedTable],
    unchanged: Collection[str],
) -> None:
    """Copy the tagged tables into a DuckDB file, with the descriptions of the dbt project.

    folder: for files on the way. unchanged: tables that need no new copy.
    """
    shutil.rmtree(folder, ignore_errors=True)
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database), config=NO_EXTENSIONS) as target:
        target.execute(f"set TimeZone = 'UTC'; create schema if not exists {SCHEMA}")
        known = _tables_in(target)
        for name in known - {table.name for table in tables}:
            target.execute(f"drop table {SCHEMA}.{identifier(name)}")
        for table in tables:
            if table.name not in known or table.name not in unchanged:
                _copy(session, target, build_id, table, folder / table.name)
        target.execute("checkpoint")
    shutil.rmtree(folder, ignore_errors=True)


def _copy(
    session: Any, target: duckdb.DuckDBPyConnection, build_id: str, table: PublishedTable, folder: Path
) -> None:
    version = "" if table.is_view else f" version as of '{tag_of(build_id)}'"
    session.sql(f"select * from {SCHEMA}.{table.name}{version}").write.parquet(folder.as_uri())
    name = f"{SCHEMA}.{identifier(table.name)}"
    columns = ", ".join(f"{identifier(column)} {kind}" for column, (kind, _) in table.columns.items())
    names = ", ".join(map(identifier, table.columns))
    target.execute("begin")
    target.execute(f"create or replace table {name} ({columns})")
    target.execute(
        f"insert into {name} ({names}) select {names} from read_parquet({quoted(str(folder / '*.parquet'))})"
    )
    target.execute(f"comment on table {name} is {quoted(table.description)}")
    for column, (_, description) in table.columns.items():
        target.execute(f"comment on column {name}.{identifier(column)} is {quoted(description)}")
    target.execute("commit")


def _tables_in(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute("select table_name from duckdb_tables() where schema_name = ?", [SCHEMA])
    return {name for (name,) in rows.fetchall()}
