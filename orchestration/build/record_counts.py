"""The books of a build: what became of the records of its new files.

Belongs here: adding up marts.build_files for the summary. Does not belong here: keeping the books (ingestion
and dbt do).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration import connections
from orchestration.build.arrival_checks import NewFile


@dataclass(frozen=True)
class Books:
    """Records of some files, and what became of them."""

    days: tuple[date, ...]
    files: int
    read: int = 0
    landed: int = 0
    duplicates: int = 0
    ignored: int = 0
    quarantined: int = 0


def of_new_files(insights: Path, files: Sequence[NewFile]) -> Books:
    """Add up the books of files that no published build has seen."""
    days = tuple(sorted({file.arrival_date for file in files}))
    if not files:
        return Books(days, 0)
    with connections.read(insights) as connection:
        connection.execute("create temp table new_files (feed varchar, arrival_date date, file varchar)")
        connection.executemany(
            "insert into new_files values (?, ?, ?)",
            [(file.feed, file.arrival_date, file.file) for file in files],
        )
        sums = connection.execute(
            """
            select
                coalesce(sum(books.records_read), 0),
                coalesce(sum(books.records_landed), 0),
                coalesce(sum(books.duplicates), 0),
                coalesce(sum(books.ignored), 0),
                coalesce(sum(books.quarantined), 0)
            from marts.build_files as books
            inner join new_files
                on books.feed = new_files.feed
                and books.arrival_date = new_files.arrival_date
                and books.file = new_files.file
            """
        ).fetchone()
    return Books(days, len(files), *(int(value) for value in sums or ()))
