"""Reads the published database: the row about the build, its checks, and records that no KPI counts.

Every function opens the published database read-only and closes it. If nothing is published, it returns None
or an empty list.
"""

from __future__ import annotations

import duckdb

from expectations import CheckResult
from orchestration import connections
from orchestration.home import PSEUDONYMISED, Home


def has_pseudonymised(home: Home) -> bool:
    """Whether the published build has a pseudonymised copy."""
    return (home.published / PSEUDONYMISED / home.insights.name).exists()


def build_info(home: Home) -> dict[str, object] | None:
    """Return the only row of `marts.build_info`, by column."""
    if home.published_build is None:
        return None
    with connections.read(home.published / home.insights.name) as connection:
        cursor = connection.execute("select * from marts.build_info")
        names = [column[0] for column in cursor.description or ()]
        row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def history(home: Home, builds: int = 500) -> list[dict[str, object]]:
    """Return the newest rows of `marts.build_history`, the published build's first.

    A build of an earlier version lacks the table: its row is that of `marts.build_info`. Of a published file
    that cannot be read there is no history.
    """
    if home.published_build is None:
        return []
    try:
        with connections.read(home.published / home.insights.name) as connection:
            known = connection.execute(
                "select table_name from information_schema.tables where table_schema = 'marts'"
            ).fetchall()
            table = "build_history" if ("build_history",) in known else "build_info"
            cursor = connection.execute(
                f"select * from marts.{table} order by build_id desc limit ?", [builds]
            )
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except duckdb.Error:
        return []


def checks(home: Home, condition: str = "true", *values: object) -> list[CheckResult]:
    """Return checks in the order of their names; their `message` is the promise.

    condition: SQL over the columns of `marts.build_checks`. values: parameters for its question marks.
    """
    if home.published_build is None:
        return []
    with connections.read(home.published / home.insights.name) as connection:
        rows = connection.execute(
            f"""
            select check_name, kind, table_name, passed, observed, expected, expected
            from marts.build_checks
            where {condition}
            order by all
            """,
            values,
        ).fetchall()
    return [CheckResult(*row) for row in rows]


def red_checks(home: Home) -> list[CheckResult]:
    """Return the red checks.

    All are arrival checks, because a build with a red audit check is not published.
    """
    return checks(home, "not passed")


def checks_named(home: Home, *names: str) -> list[CheckResult]:
    """Return the checks with these names."""
    return checks(home, "list_contains(?, check_name)", list(names))


def observed_by(home: Home, check_name: str) -> str | None:
    """Return what a check observed; None if the build has no check of that name."""
    return next((check.observed for check in checks_named(home, check_name)), None)


def losses(home: Home, limit: int = 20) -> list[tuple[object, ...]]:
    """Return rows about records that no KPI counts, most first: feed, what happened, cause, records, last
    day.
    """
    if home.published_build is None:
        return []
    with connections.read(home.published / home.insights.name) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        )
        if ("build_ignored",) not in tables.fetchall():  # a build of an earlier version lacks the table
            return []
        return connection.execute(
            """
            select feed, what, name, cast(sum(records) as bigint) as records, max(arrival_date) as last_day
            from (
                select
                    feed, arrival_date, 'ignored' as what, records,
                    record_type || ' (' || reason || ')' as name
                from marts.build_ignored
                union all
                select feed, arrival_date, 'value became null', records, field from marts.build_nulled
                union all
                select feed, arrival_date, 'matched nothing', records, cause from marts.build_unmatched
            )
            group by feed, what, name
            order by records desc, feed, what, name
            limit ?
            """,
            [limit],
        ).fetchall()
