"""Publishes an audited build: puts its folder together and sets the link `published` to it.

`build/run.py` decides whether a build may be published; `published.py` reads what is published.

The link changes in one rename. Readers can go on reading files that they have open: a published file is never
opened for writing again, the previous build stays in place, and older folders are unlinked, which open files
survive.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb

from engines.change_logs import LOGS, Logged
from expectations import CheckResult
from ingestion.erasure import keys
from ingestion.sql import quoted
from orchestration import connections
from orchestration.errors import TouchpointError
from orchestration.home import PARTIAL, PSEUDONYMISED, Home, permissions
from orchestration.publish import parquet, row_order
from orchestration.publish.build_info import INFO_COLUMNS, BuildInfo

Progress = Callable[[str], None]
#: Writes a copy of a published database: source file, target file.
WriteCopy = Callable[[Path, Path], None]
SCHEMA = "marts"
#: Linux's request to let two files share their blocks: `FICLONE` in linux/fs.h.
_CLONE = 0x40049409

#: Columns of `marts.build_checks` and their comments. All but the first are fields of `CheckResult`.
_BUILD_CHECKS_COMMENTS = {
    "build_id": "The build that was checked.",
    "check_name": "The check.",
    "kind": "audit: blocks publishing when red; arrival: an alert about what arrived.",
    "table_name": "The table that the check is about.",
    "passed": "Whether the check is green.",
    "observed": "What was found.",
    "expected": "What was promised.",
}


def publish(
    home: Home,
    info: BuildInfo,
    checks: Sequence[CheckResult],
    progress: Progress = lambda _: None,
    write_pseudonymised: WriteCopy | None = None,
    *,
    earlier: Sequence[Mapping[str, object]] = (),
    unchanged: Collection[str] = frozenset(),
    logged: Mapping[str, Logged] = MappingProxyType({}),
) -> Path:
    """Publish the build at `home.build`; return the folder that readers now see.

    If the build's folder exists, an earlier run put it together and was killed before the end: only the link
    is set.

    checks: become `marts.build_checks`. write_pseudonymised: if given, a pseudonymised copy is published
        beside the tables; this function writes its database file from the published one.
    earlier: rows of builds before it, for `marts.build_history`. unchanged: relations, as
        `database.schema.table`, that are as in the build that readers see now: their Parquet files are
        linked, not written again. logged: relations, by the same names, of which change logs tell all that
        changed since that build: of their files, only what changed is written.
    """
    partial, folder = home.partial_folder(info.build_id), home.build_folder(info.build_id)
    remove_leftovers(home)
    if folder.exists():
        _swap_link(home, folder)
        return folder
    partial.mkdir(parents=True)
    database = partial / home.insights.name
    progress("copying the build")
    with connections.write(home.insights) as build:
        row_order.put_in_order(build, SCHEMA, made_anew=info.is_full_refresh)
        build.execute("checkpoint")
    _copy(home.insights, database)
    before = _parquet_before(home, unchanged, logged)
    folders = [partial / "parquet", *([before.folder] if before else [])]
    with connections.write_into(database, *folders) as connection:
        _loosen_views(connection)
        _write_build_info(connection, info, earlier)
        _write_build_checks(connection, info.build_id, checks)
        progress("writing Parquet copies")
        parquet.write(connection, SCHEMA, _relations(connection), folders[0], before)
        # Readers have no use for them.
        for schema in (LOGS, row_order.SCHEMA):
            connection.execute(f"drop schema if exists {schema} cascade")
        connection.execute("checkpoint")
    if write_pseudonymised is not None:
        progress("writing the pseudonymised copy")
        _add_pseudonymised(write_pseudonymised, database, partial / PSEUDONYMISED)
    if home.data_docs.exists():
        shutil.copytree(home.data_docs, partial / "data_docs")
    home.builds.chmod(home.root.stat().st_mode & 0o755)
    permissions.for_readers(partial, home.root)
    _make_durable(partial)
    partial.rename(folder)
    _sync_folder(home.builds)
    previous = home.published_build
    _swap_link(home, folder)
    _remove_all_but(home, {folder, previous} if previous else {folder})
    return folder


def _copy(source: Path, target: Path) -> None:
    """Copy a file. Where the file system can (XFS, Btrfs), the two share their blocks until one of them is
    written to, and no byte is copied.
    """
    # Where it cannot, or fails: the copy below meets the same error, if it is one.
    with source.open("rb") as original, target.open("wb") as copy, contextlib.suppress(OSError):
        fcntl.ioctl(copy, _CLONE, original.fileno())
        return
    shutil.copyfile(source, target)


def _add_pseudonymised(write_copy: WriteCopy, database: Path, folder: Path) -> None:
    folder.mkdir()
    copy = folder / database.name
    write_copy(database, copy)
    with connections.write_into(copy, folder / "parquet") as connection:
        parquet.write(connection, SCHEMA, _relations(connection), folder / "parquet")
        connection.execute("checkpoint")


def _parquet_before(
    home: Home, unchanged: Collection[str], logged: Mapping[str, Logged]
) -> parquet.Earlier | None:
    """Return what is known of the Parquet files of the build that readers see now."""
    if home.published_build is None:
        return None
    prefix = f"insights.{SCHEMA}."
    return parquet.Earlier(
        home.published_build / "parquet",
        frozenset(name.removeprefix(prefix) for name in unchanged if name.startswith(prefix)),
        {name.removeprefix(prefix): known for name, known in logged.items() if name.startswith(prefix)},
    )


def remove_older(home: Home) -> int:
    """Remove every published build except the one that readers see now; return how many were removed."""
    current = home.published_build
    if current is None:
        return 0
    builds = sum(folder.is_dir() for folder in home.builds.iterdir())
    _remove_all_but(home, {current})
    return builds - 1


def remove_leftovers(home: Home) -> None:
    """Remove what a killed build left: half-written folders, links and keys, and files that DuckDB
    spilled.
    """
    spilled = (home.spill, *home.build.glob("*.tmp"))
    for leftover in (*home.builds.glob(f"*{PARTIAL}"), *spilled):
        if leftover.is_dir():
            shutil.rmtree(leftover)
    _link_beside(home).unlink(missing_ok=True)
    for folder in (home.erasures, home.pseudonym_key.parent):
        for file in keys.half_written(folder):
            file.unlink()


def _relations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        """
        select table_name from information_schema.tables
        where table_schema = ? and table_catalog = current_database()
        order by table_name
        """,
        [SCHEMA],
    ).fetchall()
    return [name for (name,) in rows]


def _loosen_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Make views independent of the name under which a reader attaches the file."""
    views = connection.execute(
        "select view_name, sql, comment from duckdb_views() where schema_name = ? and not internal", [SCHEMA]
    ).fetchall()
    for name, sql, comment in views:
        comments = {"view": comment, **_column_comments(connection, name)}
        free_sql = re.sub(rf'"?insights"?\."?{SCHEMA}"?\.', f"{SCHEMA}.", sql)
        try:
            connection.execute(free_sql.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
            connection.execute(f'select * from {SCHEMA}."{name}" limit 0')
        except duckdb.Error as error:
            raise TouchpointError(
                f"the view {SCHEMA}.{name} reads something outside the published file: "
                f"make it a table or let it read {SCHEMA} only ({error})"
            ) from error
        _comment_view(connection, name, comments)


def _column_comments(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str | None]:
    rows = connection.execute(
        "select column_name, comment from duckdb_columns() where schema_name = ? and table_name = ?",
        [SCHEMA, relation],
    ).fetchall()
    return {f'column {SCHEMA}."{relation}"."{column}"': comment for column, comment in rows}


def _comment_view(connection: duckdb.DuckDBPyConnection, name: str, comments: dict[str, str | None]) -> None:
    """Set the comments of a view again: replacing a view loses them."""
    for subject, comment in comments.items():
        if comment:
            subject = f'view {SCHEMA}."{name}"' if subject == "view" else subject
            connection.execute(f"comment on {subject} is {quoted(comment)}")


def _write_build_info(
    connection: duckdb.DuckDBPyConnection, info: BuildInfo, earlier: Sequence[Mapping[str, object]]
) -> None:
    """Write the row of a build, and the history: the same row, and those of earlier builds."""
    row = [getattr(info, name) for name in INFO_COLUMNS]
    # An earlier version may not have known a column.
    rows = [[build.get(name) for name in INFO_COLUMNS] for build in earlier]
    about = "One row: the build that was published."
    _write_table(connection, "build_info", about, INFO_COLUMNS, [row])
    about = "One row per build that was published, this one included, as far back as it is known."
    _write_table(connection, "build_history", about, INFO_COLUMNS, [row, *rows])


def _write_build_checks(
    connection: duckdb.DuckDBPyConnection, build_id: str, checks: Sequence[CheckResult]
) -> None:
    columns = {
        name: ("BOOLEAN" if name == "passed" else "VARCHAR", comment)
        for name, comment in _BUILD_CHECKS_COMMENTS.items()
    }
    names = list(columns)[1:]
    rows = [[build_id, *(getattr(check, name) for name in names)] for check in checks]
    _write_table(connection, "build_checks", "One row per check of the published build.", columns, rows)


def _write_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    about: str,
    columns: Mapping[str, tuple[str, str]],
    rows: Sequence[Sequence[object]],
) -> None:
    """Write a table with its comments. columns: SQL type and comment by name."""
    typed = ", ".join(f"{name} {sql_type}" for name, (sql_type, _) in columns.items())
    connection.execute(f"create schema if not exists {SCHEMA}")
    connection.execute(f"create or replace table {SCHEMA}.{table} ({typed})")
    connection.execute(f"comment on table {SCHEMA}.{table} is {quoted(about)}")
    for name, (_, comment) in columns.items():
        connection.execute(f"comment on column {SCHEMA}.{table}.{name} is {quoted(comment)}")
    if rows:
        values = ", ".join(f"unnest(cast(? as {sql_type}[]))" for sql_type, _ in columns.values())
        by_column = [list(values) for values in zip(*rows, strict=True)]
        connection.execute(f"insert into {SCHEMA}.{table} select {values}", by_column)


def _make_durable(folder: Path) -> None:
    """Flush every file and folder to the disk."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            _sync_folder(path)
        else:
            with path.open("rb") as handle:
                os.fsync(handle.fileno())
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _swap_link(home: Home, folder: Path) -> None:
    beside = _link_beside(home)
    beside.symlink_to(folder.relative_to(home.root), target_is_directory=True)
    os.replace(beside, home.published)  # noqa: PTH105 - the one rename that publishes
    _sync_folder(home.root)


def _link_beside(home: Home) -> Path:
    return home.root / f".{home.published.name}.new"


def _remove_all_but(home: Home, keep: set[Path]) -> None:
    kept = {path.resolve() for path in keep}
    for folder in home.builds.iterdir():
        if folder.is_dir() and folder.resolve() not in kept:
            shutil.rmtree(folder)
