"""The published tables on a real PostgreSQL server: what its readers see before, during and after."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from psycopg import IsolationLevel
from psycopg.sql import SQL, Identifier

from ingestion.config import PostgresTarget
from orchestration.home import Home
from orchestration.publish import targets
from publish_targets.errors import TargetError
from publish_targets.postgres import copying, swap
from tests.harness import postgres
from tests.harness.paths import CHECKOUT
from tests.orchestration.conftest import Built

pytestmark = pytest.mark.slow
SECRET = "INSIGHTS_PASSWORD"
FIRST, SECOND, THIRD = (f"2026010{day}T000000Z-aaaa" for day in (3, 4, 5))
SMALL_TABLE = "create table marts.build_info (build_id varchar); "


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    with postgres.running() as server:
        with server.connect() as admin:
            admin.execute(f"create role touchpoint login password '{postgres.PASSWORD}'")
            admin.execute(f"create role analyst login password '{postgres.PASSWORD}'")
        yield server


@pytest.fixture
def target(
    server: postgres.Server, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> PostgresTarget:
    """A database of the test's own, on which the role may make schemas."""
    monkeypatch.setenv(SECRET, postgres.PASSWORD)
    database = f"db_{abs(hash(request.node.name))}"
    with server.connect() as admin:
        admin.execute(f"create database {database}")
        admin.execute(f"grant create on database {database} to touchpoint")
    return PostgresTarget("127.0.0.1", server.port, database, "touchpoint", "marts", SECRET, None, 20)


def build(folder: Path, build_id: str, value: object = 1, more: str = "") -> Path:
    """A published file with two tables that hold the same value, and build_info."""
    path = folder / f"{build_id}.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(f"{SMALL_TABLE} insert into marts.build_info values ('{build_id}')")
        for table in "ab":
            connection.execute(f"create table marts.{table} as select {value} as value")
        connection.execute(more)
    return path


def send(target: PostgresTarget, folder: Path, build_id: str, value: object = 1, more: str = "") -> list[str]:
    """Publish such a build; return what was said."""
    said: list[str] = []
    swap.bring_up_to_date(target, build(folder, build_id, value, more), build_id, said.append)
    return said


def reader(server: postgres.Server, target: PostgresTarget, user: str = "analyst") -> psycopg.Connection:
    assert target.database
    return server.connect(user, target.database, options="-c statement_timeout=2000")


def values(connection: psycopg.Connection) -> list[Any]:
    return connection.execute("select value from marts.a union all select value from marts.b").fetchall()


def grant(server: postgres.Server, target: PostgresTarget, *statements: str) -> None:
    with reader(server, target, "touchpoint") as owner:
        for statement in ("grant usage on schema marts to analyst", *statements):
            owner.execute(statement)


def schemas(server: postgres.Server, target: PostgresTarget) -> list[str]:
    with reader(server, target) as connection:
        rows = connection.execute("select nspname from pg_namespace where nspname like 'marts%' order by 1")
        return [name for (name,) in rows]


def cells(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Values as both drivers can give them: instants without their zone's spelling."""
    return tuple(value.timestamp() if hasattr(value, "timestamp") else value for value in row)


def test_every_table_and_comment_of_a_build_arrives(
    built: Built, server: postgres.Server, target: PostgresTarget
) -> None:
    assert targets.bring_up_to_date(Home(built.home), FIRST, [target], print) == []
    with (
        duckdb.connect(str(built.home / "published" / "insights.duckdb"), read_only=True) as ours,
        reader(server, target, "touchpoint") as theirs,
    ):
        tables = copying.published_tables(ours)
        assert len(tables) > 60
        for table in tables:
            columns = [column.name for column in table.columns]
            expected = ours.execute(f'select * from marts."{table.name}"').fetchall()
            found = theirs.execute(
                SQL("select {} from marts.{}").format(
                    SQL(", ").join(map(Identifier, columns)), Identifier(table.name)
                )
            ).fetchall()
            assert sorted(map(repr, map(cells, found))) == sorted(map(repr, map(cells, expected))), table.name
            comments = theirs.execute(
                "select obj_description(c.oid), array_agg(col_description(c.oid, attnum) order by attnum) "
                "from pg_class as c join pg_attribute as a on attrelid = c.oid and attnum > 0 "
                "where c.oid = %s::regclass group by c.oid",
                [f"marts.{table.name}"],
            ).fetchone()
            assert comments == (table.comment, [column.comment for column in table.columns])
    assert schemas(server, target) == ["marts"]


def test_values_that_could_be_misread_arrive_as_they_are(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path
) -> None:
    texts = ["", "NULL", "\\N", "\\.", 'say "hi", twice', "a\nb\r\nc", "ü 🙂", " x ", "nul\0here", None]
    numbers = [0.1, 1e300, -0.0, float("inf"), float("nan"), 2**53 + 1.0, None, 1 / 3, 5e-324, 7.0]
    path = build(tmp_path, FIRST)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table marts.odd (id integer, text varchar, number double, amount decimal(18, 4),"
            ' "Some name" bigint, tags varchar[], moment timestamptz, is_it boolean, big hugeint, day date)'
        )
        connection.executemany(
            "insert into marts.odd values (?, ?, ?, 12.3400, 9223372036854775807, ['a', 'b\"'],"
            " '2026-03-29 01:59:59.123456+00', true, 170141183460469231731687303715884105727, '0099-01-01')",
            [[number, *pair] for number, pair in enumerate(zip(texts, numbers, strict=True))],
        )
    swap.bring_up_to_date(target, path, FIRST, print)
    with reader(server, target, "touchpoint") as connection:
        rows = connection.execute("select * from marts.odd order by id").fetchall()
    assert [row[1] for row in rows] == [
        text and text.replace("\0", "\N{REPLACEMENT CHARACTER}") for text in texts
    ]
    assert list(map(repr, [row[2] for row in rows])) == list(map(repr, numbers))
    assert {(str(row[3]), row[4], row[5][1], row[7], int(row[8]), row[9].isoformat()) for row in rows} == {
        ("12.3400", 2**63 - 1, 'b"', True, 2**127 - 1, "0099-01-01")
    }
    assert {row[6].timestamp() for row in rows} == {1774749599.123456}


def test_grants_stay_and_new_tables_get_what_all_had(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path
) -> None:
    send(target, tmp_path, FIRST, more="create table marts.c as select 1 as x, 2 as y")
    grant(
        server,
        target,
        "alter default privileges in schema marts grant references on tables to analyst",
        "grant select on all tables in schema marts to analyst",
        "revoke select on marts.c from analyst",
        "grant select (x) on marts.c to analyst",
        "grant select on marts.a to public",
        "grant select on marts.b to analyst with grant option",
    )
    acl = (
        "select c.relname, array(select x::text from unnest(c.relacl) as x order by 1), n.nspacl::text, "
        "array_agg(a.attacl::text order by attnum) "
        "from pg_class as c join pg_namespace as n on n.oid = relnamespace "
        "join pg_attribute as a on a.attrelid = c.oid and attnum > 0 "
        "where nspname = 'marts' and relkind = 'r' and relname = any(%s) group by 1, 2, 3 order by 1"
    )
    with reader(server, target, "touchpoint") as owner:
        before = owner.execute(acl, [["a", "b", "c", "build_info"]]).fetchall()
        more = "create table marts.c as select 1 as x, 2 as y"
        for build_id in (SECOND, THIRD):
            send(target, tmp_path, build_id, 2, more)
            assert owner.execute(acl, [["a", "b", "c", "build_info"]]).fetchall() == before
        send(target, tmp_path, FIRST, 3, "create table marts.d as select 4 as value")
        assert owner.execute("select has_table_privilege('analyst', 'marts.d', 'references')").fetchone() == (
            True,
        )
        with reader(server, target) as analyst, pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute("select * from marts.d")  # not every table was granted
        owner.execute("grant select on marts.d to analyst")
        send(target, tmp_path, SECOND, 4, "create table marts.e as select 5 as value")
    with reader(server, target) as analyst:
        assert analyst.execute("select * from marts.e").fetchall() == [(5,)]


@pytest.mark.parametrize("isolation", [IsolationLevel.READ_COMMITTED, IsolationLevel.REPEATABLE_READ])
def test_a_reader_in_a_transaction_is_not_blocked_and_sees_one_build(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path, isolation: IsolationLevel
) -> None:
    send(target, tmp_path, FIRST, 1)
    grant(server, target, "grant select on all tables in schema marts to analyst")
    with reader(server, target) as first, reader(server, target) as second:
        first.isolation_level = isolation
        publishing = threading.Thread(target=send, args=(target, tmp_path, SECOND, 2))
        with first.transaction():
            assert first.execute("select value from marts.a").fetchall() == [(1,)]
            publishing.start()
            give_up = time.monotonic() + 10
            while "marts_next" not in schemas(server, target) and time.monotonic() < give_up:
                time.sleep(0.05)
            time.sleep(1)
            assert first.execute("select value from marts.b").fetchall() == [(1,)]
            assert values(second) == [(1,), (1,)]  # others are not held up by the waiting publish
        publishing.join(20)
        assert values(first) == values(second) == [(2,), (2,)]
    assert schemas(server, target) == ["marts"]


def test_who_reads_for_too_long_is_named_and_keeps_its_build(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path
) -> None:
    send(target, tmp_path, FIRST, 1)
    grant(server, target, "grant select on all tables in schema marts to analyst")
    hasty = replace(target, wait_for_readers=1)
    with reader(server, target) as held, held.transaction():
        held.execute("select value from marts.a")
        with pytest.raises(TargetError, match=rf"process {held.info.backend_pid} \(analyst"):
            send(hasty, tmp_path, SECOND, 2)
        assert values(held) == [(1,), (1,)]
    with reader(server, target) as later:
        send(hasty, tmp_path, SECOND, 2)
        assert values(later) == [(2,), (2,)]


def test_an_old_snapshot_finds_the_new_tables_filled(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path
) -> None:
    send(target, tmp_path, FIRST, 1)
    grant(server, target, "grant select on all tables in schema marts to analyst")
    with reader(server, target) as early:
        early.isolation_level = IsolationLevel.REPEATABLE_READ
        with early.transaction():
            early.execute("select 1")
            send(target, tmp_path, SECOND, 2)
            assert values(early) == [(2,), (2,)]


PHASES = ["_copy", "copy_table 2", "_swap", "_try_swap", "_drop_old 2"]
KILLED = """
import os, signal, sys
from pathlib import Path
from ingestion.config import PostgresTarget
from publish_targets.postgres import swap
import json
given = json.loads(sys.argv[1])
name, _, time = given["phase"].partition(" ")
work, calls = getattr(swap, name), []
def killed(*arguments):
    calls.append(1)
    if len(calls) == int(time or 1):
        if name == "_try_swap":  # renamed, not committed
            swap.SQL = lambda text: os.kill(os.getpid(), signal.SIGKILL) if "access exclusive" in text else SQL(text)
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    return work(*arguments)
SQL = swap.SQL
setattr(swap, name, killed)
swap.bring_up_to_date(PostgresTarget(**given["target"]), Path(given["database"]), given["build"], print)
"""


@pytest.mark.parametrize("phase", PHASES)
def test_a_killed_publish_leaves_one_build_whole_and_the_next_heals(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path, phase: str
) -> None:
    send(target, tmp_path, FIRST, 1)
    grant(server, target, "grant select on all tables in schema marts to analyst")
    given = {
        "phase": phase,
        "target": vars(target),
        "database": str(build(tmp_path, SECOND, 2)),
        "build": SECOND,
    }
    command = [sys.executable, "-c", KILLED, json.dumps(given)]
    done = subprocess.run(command, cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with reader(server, target) as connection:
        assert values(connection) == ([(2,), (2,)] if phase.startswith("_drop_old") else [(1,), (1,)])
        send(target, tmp_path, SECOND, 2)
        assert values(connection) == [(2,), (2,)]
    assert schemas(server, target) == ["marts"]


def test_what_depends_on_old_tables_is_named_and_kept(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path
) -> None:
    send(target, tmp_path, FIRST, 1)
    with reader(server, target, "touchpoint") as owner:
        owner.execute("create schema reports")
        owner.execute("create view reports.mine as select value from marts.a")
        (said,) = [line for line in send(target, tmp_path, SECOND, 2) if "kept" in line]
        assert "view reports.mine depends on table" in said
        assert owner.execute("select value from reports.mine").fetchall() == [(1,)]
        owner.execute("create or replace view reports.mine as select value from marts.a")
        assert not [line for line in send(target, tmp_path, THIRD, 3) if "_old_" in line and "_a" in line]
        owner.execute("drop view reports.mine")
        send(target, tmp_path, THIRD, 3)
        assert values(owner) == [(3,), (3,)]
    assert schemas(server, target) == ["marts"]


def test_a_schema_of_others_is_not_replaced_and_an_empty_one_is_taken(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path
) -> None:
    with reader(server, target, "touchpoint") as owner:
        owner.execute("create schema marts")
        owner.execute("grant usage on schema marts to analyst")
        owner.execute("alter default privileges in schema marts grant select on tables to analyst")
        owner.execute("create table marts.mine as select 7 as x")
        with pytest.raises(TargetError, match="did not make, mine among them"):
            send(target, tmp_path, FIRST)
        owner.execute("drop table marts.mine")
    send(target, tmp_path, FIRST)
    with reader(server, target) as analyst:
        assert values(analyst) == [(1,), (1,)]


def test_without_rights_it_says_what_to_grant(
    server: postgres.Server, target: PostgresTarget, tmp_path: Path
) -> None:
    with server.connect() as admin:
        admin.execute(f"revoke create on database {target.database} from touchpoint")
    with pytest.raises(TargetError, match=r'grant create on database "db_.*" to "touchpoint"'):
        send(target, tmp_path, FIRST)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"user": "nobody_here"}, "Correct the user in touchpoint.yml or the password in INSIGHTS_PASSWORD"),
        ({"database": "nowhere"}, "Create it, or correct its name"),
        ({"port": 1}, "See that it runs and may be reached from here"),
        ({"password_env": "NOT_SET_HERE"}, "NOT_SET_HERE, which is to hold the password, is not set"),
    ],
)
def test_a_target_that_fails_says_why_and_does_not_keep_others_from_theirs(
    built: Built,
    server: postgres.Server,
    target: PostgresTarget,
    change: dict[str, Any],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(targets, "PAUSES", (0, 0))
    (said,) = targets.bring_up_to_date(Home(built.home), FIRST, [replace(target, **change), target], print)
    assert words in said and "misses the published build" in said and postgres.PASSWORD not in said
    with reader(server, target, "touchpoint") as owner:
        row = owner.execute("select build_id from marts.build_info").fetchone()
    assert row == ((built.home / "published").resolve().name,)


def test_a_build_with_nothing_new_brings_a_server_what_it_missed(
    built: Built, landing: Path, server: postgres.Server, target: PostgresTarget, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(built.home, home, symlinks=True)
    config = tmp_path / "touchpoint.yml"
    config.write_text(
        f"publish: [{{type: postgres, host: 127.0.0.1, port: {server.port}, database: {target.database},"
        f" user: touchpoint, password_env: {SECRET}}}]"
    )
    arguments = ["build", "--landing", str(landing), "--home", str(home), "--config", str(config)]
    command = [sys.executable, "-m", "orchestration.cli", *arguments]

    def run(password: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, SECRET: password}
        return subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)

    missed = run("wrong")
    assert missed.returncode == 3
    assert "password authentication failed" in missed.stderr and "misses the published build" in missed.stderr
    assert "Nothing new in the landing zone" in missed.stdout
    caught_up = run(postgres.PASSWORD)
    assert caught_up.returncode == 0, caught_up.stderr
    with reader(server, target, "touchpoint") as owner:
        row = owner.execute("select build_id from marts.build_info").fetchone()
    assert row == ((built.home / "published").resolve().name,)
