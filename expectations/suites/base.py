"""What suites share: the names of relations, how a check is declared, and advice that many give.

Belongs here: nothing that is about one table alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from expectations.check import Check, Rule
from expectations.rules import RowsFindMembers

MARTS = "insights.marts"
MESSAGES = f"{MARTS}.fct_email_messages"
EVENTS = f"{MARTS}.fct_email_events"
TIMELINE = f"{MARTS}.mart_contact_timeline"
BUILD_FILES = f"{MARTS}.build_files"
#: Interactions as they were staged, and the activities made of those beyond e-mail.
STAGED = "work.intermediate.int_interactions"
ACTIVITIES = "work.intermediate.int_activities"
OUTCOMES = "work.intermediate.int_record_outcomes"
#: The ledger's files, and what it says of their records.
FILES = "work.raw.files"
IGNORED_RECORDS = "work.raw.ignored_records"
LOST_VALUES = "work.raw.nulled_values"

#: The newest arrival day of any feed: what a build calls today. Never the clock.
AS_OF = f"(select max(arrival_date) from {BUILD_FILES})"
#: Days after which all events of a day are in (72 hours).
SETTLED_DAYS = 3

STALE = (
    "Rows were lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the join or the"
    " incremental selection of that model is wrong."
)
UNREFERENCED = "An inner join to that dimension would lose rows: the dimension model misses mentioned ids."
WRONG_COLUMN = "A count has the wrong column behind it: compare it with the KPI's definition."


def audit(name: str, table: str, promise: str, rule: Rule, if_broken: str = STALE) -> Check:
    """A check that holds by construction, on a table `schema.table` (`marts` where no schema is given)."""
    return Check(name, "audit", table if "." in table else f"marts.{table}", promise, if_broken, rule)


def arrival(name: str, table: str, promise: str, rule: Rule, if_broken: str) -> Check:
    """A check that depends on sources being complete and agreeing."""
    return Check(name, "arrival", table if "." in table else f"marts.{table}", promise, if_broken, rule)


def finds_dimensions(name: str, fact: str, promise: str, dimensions: Mapping[str, Sequence[str]]) -> Check:
    """Every row of a fact finds its row in each dimension (invariant 7).

    dimensions: dimension -> the columns that both share.
    """
    members = {f"{MARTS}.{dimension}": columns for dimension, columns in dimensions.items()}
    return audit(name, fact, promise, RowsFindMembers(f"{MARTS}.{fact}", members), UNREFERENCED)
