"""Brings a PostgreSQL schema to a published build: a new schema beside it, swapped by two renames.

The tables of the build are copied into `<schema>_next`. One transaction renames the schema to
`<schema>_old_<time>` and the new one to its name; the old one is dropped afterwards. Killed anywhere, readers
have one build whole, and the next publish goes on from what it finds.

A name in a query leads to the table that has it when the query begins. So a transaction that read before the
swap would read another build after it: the swap waits until no open transaction has read the old tables.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from psycopg import errors
from psycopg.sql import SQL, Composed, Identifier, Literal

from ingestion.config import PostgresTarget
from publish_targets.errors import TargetError
from publish_targets.postgres import grants
from publish_targets.postgres.copying import Table, copy_table, published_tables
from publish_targets.postgres.server import Connection, connect

Progress = Callable[[str], None]

#: Begins the comment on every schema that Touchpoint made: no other schema is ever replaced or dropped.
_MARK = "Published by Touchpoint"
_POLL_SECONDS = 0.25
#: How long renaming and dropping wait for others who hold a schema or its tables.
_LOCK_SECONDS = 2


def bring_up_to_date(target: PostgresTarget, database: Path, build_id: str, progress: Progress) -> bool:
    """Put the published build on the server; return whether it was missing there.

    database: the published DuckDB file. Raises `TargetError` where it could not be done: what readers see
    there stays.
    """
    with connect(target) as server:
        is_missing = _build_on_server(server, target.schema) != build_id
        with _read(database) as source:
            tables = published_tables(source)
            if is_missing:
                _check_ownership(server, target.schema)
                _drop_old(server, target.schema, tables, lambda _: None)  # told at the end
                _copy(source, server, target.schema, tables, build_id)
                _swap(server, target)
            _drop_old(server, target.schema, tables, progress)
    return is_missing


def _read(database: Path) -> duckdb.DuckDBPyConnection:
    """Open the published file to read it: no other file, no network, instants in UTC."""
    connection = duckdb.connect(str(database), read_only=True, config={"enable_external_access": False})
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _build_on_server(server: Connection, schema: str) -> str | None:
    """The build that readers see; None where there is none of ours."""
    if not (_comment(server, schema) or "").startswith(_MARK):
        return None
    info = SQL("select build_id from {}.build_info").format(Identifier(schema))
    try:
        row = server.execute(info).fetchone()
    except errors.UndefinedTable:
        return None
    return str(row[0]) if row else None


def _comment(server: Connection, schema: str) -> str | None:
    """The comment on a schema, empty where it has none; None where there is no such schema."""
    row = server.execute(
        "select coalesce(obj_description(oid, 'pg_namespace'), '') from pg_namespace where nspname = %s",
        [schema],
    ).fetchone()
    return str(row[0]) if row else None


def _check_ownership(server: Connection, schema: str) -> None:
    """Refuse a schema that holds what Touchpoint did not make: it would be replaced."""
    comment = _comment(server, schema)
    if comment is None or comment.startswith(_MARK):
        return
    row = server.execute(
        "select count(*), min(c.relname) from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')",
        [schema],
    ).fetchone()
    if row and row[0]:
        raise TargetError(
            f"the schema {schema} holds {row[0]} tables or views that Touchpoint did not make, {row[1]} among"
            " them, and is replaced whole by a publish: name a schema of its own in touchpoint.yml"
        )


def _copy(
    source: duckdb.DuckDBPyConnection, server: Connection, schema: str, tables: list[Table], build_id: str
) -> None:
    """Fill `<schema>_next`, unless a publish that was cut short has filled it with this build."""
    new = _next(schema)
    complete = f"{_MARK}: build {build_id}, complete. Replaced whole by the next: keep nothing of yours here."
    found = _comment(server, new)
    if found == complete:
        return
    if found is not None and not found.startswith(_MARK):
        raise TargetError(
            f"the schema {new}, in which Touchpoint puts a build together, is there and not Touchpoint's:"
            " drop or rename it"
        )
    with server.transaction():
        # It never had a reader.
        server.execute(SQL("drop schema if exists {} cascade").format(Identifier(new)))
        server.execute(SQL("create schema {}").format(Identifier(new)))
        server.execute(SQL("comment on schema {} is {}").format(Identifier(new), Literal(_MARK)))
        grants.carry_over_defaults(server, schema, new)
    for table in tables:
        copy_table(source, server, new, table)
    server.execute(SQL("comment on schema {} is {}").format(Identifier(new), Literal(complete)))


def _swap(server: Connection, target: PostgresTarget) -> None:
    """Rename the schemas as soon as no open transaction has read the old tables.

    Raises `TargetError` where some still have after the target's `wait_for_readers`.
    """
    give_up = time.monotonic() + target.wait_for_readers
    while True:
        try:
            server.execute("begin")
            _try_swap(server, target.schema)
            return
        except errors.LockNotAvailable as error:
            server.rollback()
            if time.monotonic() >= give_up:
                raise TargetError(_who_reads(server, target)) from error
        time.sleep(_POLL_SECONDS)


def _try_swap(server: Connection, schema: str) -> None:
    """Rename both in the open transaction and commit it; raise `LockNotAvailable` where somebody is reading.

    Renaming takes no lock on a table. The locks that keep readers from the old ones are taken last and in one
    message with the commit: they last for milliseconds, also where this process is killed or cut off.
    """
    end: SQL | Composed = SQL("commit")
    server.execute(f"set local lock_timeout = '{_LOCK_SECONDS}s'")
    if _comment(server, schema) is not None:
        grants.carry_over(server, schema, _next(schema))
        old = f"{schema}_old_{datetime.now(UTC):%Y%m%d%H%M%S%f}"
        server.execute(SQL("comment on schema {} is {}").format(Identifier(schema), Literal(_MARK)))
        server.execute(SQL("alter schema {} rename to {}").format(Identifier(schema), Identifier(old)))
        names = [Identifier(old, name) for name in _relations(server, old)]
        if names:
            end = SQL("lock table {} in access exclusive mode nowait; commit").format(SQL(", ").join(names))
    server.execute(SQL("alter schema {} rename to {}").format(Identifier(_next(schema)), Identifier(schema)))
    server.execute(end)


def _relations(server: Connection, schema: str) -> list[str]:
    rows = server.execute(
        "select c.relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relkind = 'r' order by c.relname",
        [schema],
    ).fetchall()
    return [name for (name,) in rows]


def _who_reads(server: Connection, target: PostgresTarget) -> str:
    rows = server.execute(
        """
        select distinct a.pid, a.usename, coalesce(nullif(a.application_name, ''), 'no application name')
        from pg_locks as l
        join pg_class as c on c.oid = l.relation
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_stat_activity as a on a.pid = l.pid
        where n.nspname = %s and l.granted and l.pid <> pg_backend_pid()
            and l.database = (select oid from pg_database where datname = current_database())
        order by a.pid
        """,
        [target.schema],
    ).fetchall()
    who = ", ".join(f"process {pid} ({user}, {application})" for pid, user, application in rows)
    return (
        f"the new tables are on the server, and after {target.wait_for_readers} seconds open transactions"
        f" still read the old ones: {who or 'none at this moment'}. They would see two builds, so nothing was"
        " swapped. End them (`select pg_terminate_backend(…)`), give readers an"
        " idle_in_transaction_session_timeout, or set a longer `wait_for_readers` in touchpoint.yml"
    )


def _drop_old(server: Connection, schema: str, tables: list[Table], progress: Progress) -> None:
    """Drop the schemas of earlier builds; what is still needed by somebody is left for the next publish."""
    rows = server.execute(
        "select nspname from pg_namespace where nspname ~ %s "
        "and starts_with(obj_description(oid, 'pg_namespace'), %s) order by nspname",
        [f"^{schema}_old_[0-9]{{20}}$", _MARK],
    ).fetchall()
    for (old,) in rows:
        try:
            with server.transaction():
                server.execute(f"set local lock_timeout = '{_LOCK_SECONDS}s'")
                _drop(server, old, {table.name for table in tables})
        except errors.LockNotAvailable:
            progress(f"postgres: {old} is still read; the next publish drops it")
        except errors.DependentObjectsStillExist as error:
            detail = " ".join((error.diag.message_detail or "").split())
            progress(
                f"postgres: {old} is kept, with the rows of an earlier build, because something of yours"
                f" needs it: {detail}. Make that anew over the schema {schema}, or drop it; then the next"
                " publish drops it"
            )


def _drop(server: Connection, schema: str, ours: set[str]) -> None:
    """Drop a schema with the tables that Touchpoint makes; anything else in it makes the server refuse."""
    names = [Identifier(schema, name) for name in _relations(server, schema) if name in ours]
    if names:
        server.execute(SQL("drop table {}").format(SQL(", ").join(names)))
    server.execute(SQL("drop schema {}").format(Identifier(schema)))


def _next(schema: str) -> str:
    return f"{schema}_next"
