"""The row of `marts.build_info`, which describes a published build: when, from what, how many checks failed.

Belongs here: its columns. Does not belong here: their values (`build/description.py`), writing the row
(`publish.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, get_type_hints


@dataclass(frozen=True)
class BuildInfo:
    """The only row of `marts.build_info`: each column with its type in Python and in SQL, and its comment."""

    build_id: Annotated[
        str, "VARCHAR", "The build: its folder under builds/, and how checks refer to it. Sorts by time."
    ]
    built_at: Annotated[datetime, "TIMESTAMPTZ", "Instant at which the build was published."]
    as_of_date: Annotated[
        date | None,
        "DATE",
        "The newest arrival day read, in any feed: ages and open periods are counted up to it.",
    ]
    first_arrival_date: Annotated[date | None, "DATE", "The oldest arrival day read."]
    last_arrival_date: Annotated[date | None, "DATE", "The newest arrival day read."]
    arrival_days: Annotated[int, "BIGINT", "Days on which files arrived."]
    files: Annotated[int, "BIGINT", "Files read, those that could not be read included."]
    reporting_time_zone: Annotated[str, "VARCHAR", "Time zone of every date column."]
    is_full_refresh: Annotated[bool, "BOOLEAN", "Whether every table was made anew, not only added to."]
    audit_checks: Annotated[int, "BIGINT", "Checks that block publishing when red."]
    audit_failed: Annotated[int, "BIGINT", "Red ones among them: always 0 in a published build."]
    arrival_checks: Annotated[int, "BIGINT", "Checks of what arrived: red ones are alerts and do not block."]
    arrival_failed: Annotated[int, "BIGINT", "Red ones among them; see build_checks."]
    touchpoint_version: Annotated[str, "VARCHAR", "Version of the software that made the build."]


#: Columns of `marts.build_info` and `marts.build_history`: SQL type and comment by name.
INFO_COLUMNS: Mapping[str, tuple[str, str]] = {
    name: hint.__metadata__ for name, hint in get_type_hints(BuildInfo, include_extras=True).items()
}
