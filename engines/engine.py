"""What a build asks of the engine that holds its tables: expose raw rows, serve dbt, be checked, hand over
what is published, be repaired.

Landing and the ledger need no engine: both are DuckDB and Parquet, whatever holds the tables.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from expectations.engine import Engine as CheckEngine


@dataclass(frozen=True)
class PublishedTable:
    """A table or view of schema `marts`, as the dbt project describes it.

    columns: name -> SQL type in DuckDB's words, and description.
    """

    name: str
    description: str
    columns: Mapping[str, tuple[str, str]]
    is_view: bool = False


class Engine(Protocol):
    """The tables of one home, in one engine. A method may be called in any process that holds the home."""

    @property
    def target(self) -> str:
        """Return the target of dbt's profile."""

    def is_sound(self) -> bool:
        """Whether the tables of the last build are there, so that a build can add to them."""

    def has_tables(self) -> bool:
        """Whether there are tables to look at, of whatever build."""

    def remove(self) -> None:
        """Remove what is left of the tables, so that the next build makes them anew."""

    def errors(self) -> tuple[type[Exception], ...]:
        """Return the classes of errors that the engine raises where it fails."""

    @property
    def can_retract(self) -> bool:
        """Whether a build that adds can follow an erasure; else every table is made anew after one."""

    def models_at_once(self, *, everything: bool) -> int:
        """Return how many models and tests dbt may run at the same time.

        everything: whether all tables are made anew, from all rows.
        """

    def expose(self, *, everything: bool, changed: Path | None = None) -> None:
        """Show dbt the raw relations, with rows of new files only or of all files.

        changed: a folder with rows that an erasure changed, to be read again; only where it can retract.
        """

    def remove_deleted(self) -> None:
        """Leave no byte of deleted rows in the tables; only where it can retract."""

    def prepare_dbt(self) -> None:
        """Let dbt find the tables; called before each of its runs."""

    def has_rows(self, relation: str) -> bool:
        """Whether a relation has rows, asked while dbt runs.

        True if it cannot be asked (there is none, it is damaged): what reads it then runs and says why.
        """

    def count_rows(self, relation: str) -> int:
        """Return the rows of a table, asked while dbt runs."""

    def release(self) -> None:
        """Close what dbt opened, so that others can read the tables; called after each of its runs."""

    def checked(self) -> AbstractContextManager[CheckEngine]:
        """Open the tables for checks, which only read."""

    def hand_over(self, build_id: str, tables: Sequence[PublishedTable], unchanged: Collection[str]) -> None:
        """Bring the finished tables into the home's `build/insights.duckdb`, from which they are published.

        unchanged: relations, as `database.schema.table`, that are as in the build before.
        """

    def mark_published(self, build_id: str) -> None:
        """Note that readers see this build, for readers that ask the engine itself."""

    def forget_older(self) -> None:
        """Remove what the engine keeps of builds before the published one: they hold erased people."""
