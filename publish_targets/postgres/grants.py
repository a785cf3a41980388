"""Gives new tables the grants that the tables they replace have; the owner's own rights are left alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from psycopg.sql import SQL, Composed, Identifier

from publish_targets.postgres.server import Connection


@dataclass(frozen=True, order=True)
class Grant:
    """A privilege of a role (None: everybody) on a table, or on one of its columns."""

    role: str | None
    privilege: str
    column: str | None
    with_option: bool

    def sql(self, where: Composed) -> Composed:
        """Write the statement; `where` names the object, with its kind."""
        columns = SQL(" ({})").format(Identifier(self.column)) if self.column else SQL("")
        option = SQL(" with grant option" if self.with_option else "")
        return SQL("grant {}{} on {} to {}{}").format(
            SQL(self.privilege), columns, where, _role(self.role), option
        )


def _role(role: str | None) -> Composed:
    return SQL("{}").format(SQL("public") if role is None else Identifier(role))


def carry_over(connection: Connection, old: str, new: str) -> None:
    """Grant on the schema `new` and its tables what is granted on the schema `old` and its tables.

    A table that `old` has not got gets what every table of `old` grants.
    """
    of_schema = SQL("schema {}").format(Identifier(new))
    for grant in _of_schema(connection, old):
        connection.execute(grant.sql(of_schema))
    before, now = _of_tables(connection, old), _of_tables(connection, new)
    common = set.intersection(*map(_without_option, before.values())) if before else set()
    columns = _columns(connection, new)
    for table, has in now.items():
        wanted = before.get(table, common | has)
        # A column that is gone takes its grants along.
        wanted = {one for one in wanted if one.column is None or (table, one.column) in columns}
        if wanted != has:
            _regrant(connection, SQL("{}.{}").format(Identifier(new), Identifier(table)), has, wanted)


def carry_over_defaults(connection: Connection, old: str, new: str) -> None:
    """Set for the schema `new` the default privileges that this role has set for tables of `old`."""
    rows = connection.execute(
        """
        select pg_get_userbyid(nullif(a.grantee, 0)), a.privilege_type, null, a.is_grantable
        from pg_default_acl as d
        join pg_namespace as n on n.oid = d.defaclnamespace
        cross join lateral aclexplode(d.defaclacl) as a
        where n.nspname = %s and d.defaclobjtype = 'r'
            and d.defaclrole = (select oid from pg_roles where rolname = current_user)
        """,
        [old],
    ).fetchall()
    alter = SQL("alter default privileges in schema {} ").format(Identifier(new))
    for grant in (Grant(*row) for row in rows):
        connection.execute(alter + grant.sql(SQL("{}").format(SQL("tables"))))


def _without_option(found: set[Grant]) -> set[Grant]:
    """Of grants on a whole table, the right alone, whether or not it may be handed on."""
    return {replace(one, with_option=False) for one in found if one.column is None}


def _regrant(connection: Connection, table: Composed, has: Iterable[Grant], wanted: Iterable[Grant]) -> None:
    where = SQL("table {}").format(table)
    for role in sorted({grant.role or "" for grant in has}):
        connection.execute(SQL("revoke all on {} from {}").format(where, _role(role or None)))
    for grant in wanted:
        connection.execute(grant.sql(where))


def _of_schema(connection: Connection, schema: str) -> list[Grant]:
    rows = connection.execute(
        """
        select pg_get_userbyid(nullif(a.grantee, 0)), a.privilege_type, null, a.is_grantable
        from pg_namespace as n cross join lateral aclexplode(n.nspacl) as a
        where n.nspname = %s and a.grantee <> n.nspowner
        """,
        [schema],
    ).fetchall()
    return [Grant(*row) for row in rows]


def _of_tables(connection: Connection, schema: str) -> dict[str, set[Grant]]:
    """The grants on every table of a schema, by table; on columns too."""
    rows = connection.execute(
        """
        with tables as (
            select c.oid, c.relname, c.relowner, c.relacl
            from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname = %s and c.relkind = 'r'
        ),
        granted as (
            select t.relname, t.relowner, null::name as attname, a.*
            from tables as t cross join lateral aclexplode(t.relacl) as a
            union all
            select t.relname, t.relowner, c.attname, a.*
            from tables as t
            join pg_attribute as c on c.attrelid = t.oid and not c.attisdropped
            cross join lateral aclexplode(c.attacl) as a
        )
        select t.relname, g.grantee, pg_get_userbyid(nullif(g.grantee, 0)), g.privilege_type, g.attname,
            g.is_grantable
        from tables as t left join granted as g on g.relname = t.relname and g.grantee <> g.relowner
        """,
        [schema],
    ).fetchall()
    found: dict[str, set[Grant]] = {}
    for table, grantee, *grant in rows:
        grants = found.setdefault(table, set())
        if grantee is not None:
            grants.add(Grant(*grant))
    return found


def _columns(connection: Connection, schema: str) -> set[tuple[str, str]]:
    rows = connection.execute(
        """
        select c.relname, a.attname
        from pg_class as c
        join pg_namespace as n on n.oid = c.relnamespace
        join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = %s and c.relkind = 'r'
        """,
        [schema],
    ).fetchall()
    return {(table, column) for table, column in rows}
