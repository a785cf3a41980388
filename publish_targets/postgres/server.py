"""Connects to a PostgreSQL server, and says in words for the user what it answers when something fails.

Nothing here knows which tables are copied.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import errors

from ingestion.config import PostgresTarget
from publish_targets.errors import TargetError

#: One connection, which commits every statement unless a transaction is opened.
Connection = psycopg.Connection[tuple[Any, ...]]

_CONNECT_SECONDS = 10
#: A line that is dead is noticed after so many milliseconds.
_DEAD_AFTER_MS = 60_000
#: Seconds that another publish to the same schema is waited for: also that of a killed build, which ends as
#: soon as the server notices.
_LOCK_SECONDS = 30
#: Classes of errors (SQLSTATE) that often pass: connection, transaction rolled back, resources, operator.
_PASSING = frozenset({"08", "40", "57"})


def name_of(target: PostgresTarget) -> str:
    """Name a target in messages: its server, database and schema."""
    database = f"{target.host or 'the default server'}{f':{target.port}' if target.port else ''}"
    return f"postgres {database}/{target.database or 'the default database'}, schema {target.schema}"


@contextlib.contextmanager
def connect(target: PostgresTarget) -> Iterator[Connection]:
    """Open a connection that has the target's schema to itself.

    Raises `TargetError` with what to do, also for what the server refuses inside the block.
    """
    password = _password(target)
    try:
        connection = psycopg.connect(
            "",
            autocommit=True,
            application_name="touchpoint",
            client_encoding="UTF8",
            connect_timeout=_CONNECT_SECONDS,
            # No statement is prepared: several go in one message, and poolers do not take prepared ones.
            prepare_threshold=None,
            keepalives_idle=30,
            tcp_user_timeout=_DEAD_AFTER_MS,
            host=target.host,
            port=target.port,
            dbname=target.database,
            user=target.user,
            password=password,
            sslmode=target.sslmode,
        )
    except psycopg.Error as error:
        words, may_pass = _why_not_connected(error, target)
        raise TargetError(words, may_pass=may_pass) from error
    user = connection.info.user
    try:
        with connection:
            _settle(connection, target.schema)
            yield connection
    except psycopg.Error as error:
        raise TargetError(_why_refused(error, target, user), may_pass=_may_pass(error)) from error


def _password(target: PostgresTarget) -> str | None:
    """The password that the environment holds; None where it is left to PGPASSWORD or the password file."""
    if target.password_env is None:
        return None
    password = os.environ.get(target.password_env)
    if not password:
        raise TargetError(
            f"the environment variable {target.password_env}, which is to hold the password, is not set: set"
            " it for the process that builds, or correct `password_env` in touchpoint.yml"
        )
    return password


def _settle(connection: Connection, schema: str) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise TargetError(
            f"the database has the encoding {encoding}, which cannot hold every text: create one with"
            " `create database … encoding 'UTF8' template template0` and name that in touchpoint.yml"
        )
    connection.execute("set timezone = 'UTC'")
    connection.execute("set datestyle = 'ISO'")
    connection.execute("set search_path = pg_catalog")
    connection.execute("set statement_timeout = 0")
    connection.execute(f"set lock_timeout = '{_LOCK_SECONDS}s'")
    try:
        connection.execute("select pg_advisory_lock(hashtext('touchpoint'), hashtext(%s))", [schema])
    except errors.LockNotAvailable as error:
        raise TargetError(
            "another build is publishing to this schema: let it end, or give each home a schema of its own"
        ) from error


def _may_pass(error: psycopg.Error) -> bool:
    """Whether the connection was lost, the server went down, or transactions were in each other's way."""
    state = error.sqlstate or ""
    return isinstance(error, psycopg.OperationalError) and (not state or state[:2] in _PASSING)


def _why_not_connected(error: psycopg.Error, target: PostgresTarget) -> tuple[str, bool]:
    """Say why and what to do, and whether it may pass by itself."""
    may_pass = False
    text = " ".join(str(error).split())
    if "password" in text or "authentication" in text:
        where = target.password_env or "PGPASSWORD or the password file ~/.pgpass"
        todo = f"Correct the user in touchpoint.yml or the password in {where}"
    elif "does not exist" in text:
        todo = "Create it, or correct its name in touchpoint.yml"
    elif "pg_hba.conf" in text:
        todo = "Allow this machine in the server's pg_hba.conf, or set `sslmode` in touchpoint.yml"
    else:
        may_pass = True
        todo = "See that it runs and may be reached from here, or correct `host` and `port` in touchpoint.yml"
    return f"no connection: {text}. {todo}", may_pass


def _why_refused(error: psycopg.Error, target: PostgresTarget, user: str) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, errors.InsufficientPrivilege):
        return (
            f"{text}. The role {user} must own the schema and may make others beside it: as an administrator,"
            f' run `grant create on database "{target.database}" to "{user}"`, and where the schema exists,'
            f' `alter schema "{target.schema}" owner to "{user}"`'
        )
    if isinstance(error, errors.DiskFull):
        return f"{text}. Make room on the server: while it publishes, it holds the tables twice"
    if isinstance(error, errors.LockNotAvailable):
        return f"{text}. Something is changing the same schema or tables: let it end"
    return f"{text} ({type(error).__name__}, SQLSTATE {error.sqlstate or 'none: the connection was lost'})"
