"""What is known of the relations whose changes a build logs (dbt_project/macros/incremental/changes.sql)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from expectations import ChangeLog, Changes

#: Schema of the change logs, in the database of the table that is logged.
LOGS = "changes"


@dataclass(frozen=True)
class Logged:
    """A relation of which it is known what changed.

    table: the table whose log tells it, as `database.schema.table`: the relation itself, or the one of which
        a view shows each row at most once. key: columns that name a row of all three. beside: what a view
        reads besides.
    """

    table: str
    key: tuple[str, ...]
    beside: tuple[str, ...] = ()

    @property
    def log(self) -> str:
        """Return the log, as `database.schema.table`."""
        database, _, table = self.table.split(".")
        return f"{database}.{LOGS}.{table}"


def for_checks(logged: Mapping[str, Logged], unchanged: Collection[str]) -> Changes:
    """Return what checks need to know; nothing about a view if what it shows beside its table changed.

    unchanged: relations that are as they were.
    """
    logs = {
        relation: ChangeLog(known.log, known.key, is_view=relation != known.table)
        for relation, known in logged.items()
        if all(name in unchanged for name in known.beside)
    }
    return Changes(logs, frozenset(unchanged))
