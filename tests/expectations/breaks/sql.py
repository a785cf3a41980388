"""SQL that changes one row of a table, the first that is of a kind."""

from __future__ import annotations

#: Check -> name of a change -> its statements, run with the schema `insights.marts` in use.
Changes = dict[str, dict[str, str]]

STAGED = "work.intermediate.int_interactions"
ACTIVITIES = "work.intermediate.int_activities"
OUTCOMES = "work.intermediate.int_record_outcomes"
TODAY = "(select max(arrival_date) from build_files)"


def first(table: str, where: str) -> str:
    """The condition that only the first row is true of that keeps another."""
    return f"rowid = (select min(rowid) from {table} where {where})"


def update(table: str, changes: str, where: str = "true") -> str:
    """Change one row."""
    return f"update {table} set {changes} where {first(table, where)};"


def delete(table: str, where: str = "true") -> str:
    """Lose one row."""
    return f"delete from {table} where {first(table, where)};"


def insert(table: str, changes: str = "", where: str = "true") -> str:
    """Have one row again, changed: `expression as column`."""
    replaced = f"replace ({changes})" if changes else ""
    return f"insert into {table} select * {replaced} from {table} where {first(table, where)};"
