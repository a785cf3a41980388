"""Record counts of the new files: read, landed, duplicates, ignored, quarantined.

This module adds up the counts in `marts.build_files` for a build's summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration import connections
from orchestration.build.landing.ledger_checks import NewFile


@dataclass(frozen=True)
class RecordCounts:
    """Record counts of some files; `read` is the sum of the four counts after it.

    days: the files' arrival days, in order. files: how many files.
    """

    days: tuple[date, ...]
    files: int
    read: int = 0
    landed: int = 0
    duplicates: int = 0
    ignored: int = 0
    quarantined: int = 0


def of_new_files(insights: Path, files: Sequence[NewFile]) -> RecordCounts:
    """Return the sum of some files' counts.

    insights: database with `marts.build_files`. files: files that no published build contains.
    """
    days = tuple(sorted({file.arrival_date for file in files}))
    if not files:
        return RecordCounts(days, 0)
    with connections.read(insights) as connection:
        connection.execute("create temp table new_files (feed varchar, arrival_date date, file varchar)")
        connection.executemany(
            "insert into new_files values (?, ?, ?)",
            [(file.feed, file.arrival_date, file.file) for file in files],
        )
        sums = connection.execute(
            """
            select
                coalesce(sum(records_read), 0),
                coalesce(sum(records_landed), 0),
                coalesce(sum(duplicates), 0),
                coalesce(sum(ignored), 0),
                coalesce(sum(quarantined), 0)
            from marts.build_files
            semi join new_files using (feed, arrival_date, file)
            """
        ).fetchone()
    return RecordCounts(days, len(files), *(int(value) for value in sums or ()))
