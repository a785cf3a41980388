"""Shared by suites: names of relations, functions that declare checks, and advice that many checks give.

Does not belong here: anything about a single table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from expectations.check import Check, Rule, Scope
from expectations.rules import RowsFindMembers

MARTS = "insights.marts"
MESSAGES = f"{MARTS}.fct_email_messages"
EVENTS = f"{MARTS}.fct_email_events"
TIMELINE = f"{MARTS}.mart_contact_timeline"
BUILD_FILES = f"{MARTS}.build_files"
FEED_KPIS = f"{MARTS}.mart_feed_kpis_daily"
DOMAIN_KPIS = f"{MARTS}.mart_email_domains_daily"
#: Staged interactions, and the activities derived from those other than e-mail.
STAGED = "work.intermediate.int_interactions"
ACTIVITIES = "work.intermediate.int_activities"
OUTCOMES = "work.intermediate.int_record_outcomes"
#: The ledger's files, and the record counts of each file.
FILES = "work.raw.files"
IGNORED_RECORDS = "work.raw.ignored_records"
LOST_VALUES = "work.raw.nulled_values"

#: SQL for the as-of day: the newest arrival day of any feed, which a build uses as today instead of the
#: clock.
AS_OF = f"(select max(arrival_date) from {BUILD_FILES})"
#: Days after which all events of a day have arrived (72 hours).
SETTLED_DAYS = 3

STALE = (
    "Rows were lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the join or the"
    " incremental selection of that model is wrong."
)
UNREFERENCED = "An inner join to that dimension would lose rows: the dimension model misses mentioned ids."
WRONG_COLUMN = "A count has the wrong column behind it: compare it with the KPI's definition."


def audit(
    name: str,
    table: str,
    promise: str,
    rule: Rule,
    if_broken: str = STALE,
    scope: Scope | None = None,
) -> Check:
    """Return a check that holds by construction, on a table `schema.table` (without a schema: in `marts`)."""
    return Check(name, "audit", table if "." in table else f"marts.{table}", promise, if_broken, rule, scope)


def arrival(name: str, table: str, promise: str, rule: Rule, if_broken: str) -> Check:
    """Return a check that depends on sources being complete and consistent."""
    return Check(name, "arrival", table if "." in table else f"marts.{table}", promise, if_broken, rule)


def finds_dimensions(name: str, fact: str, promise: str, dimensions: Mapping[str, Sequence[str]]) -> Check:
    """Return the check that every row of a fact has its row in each dimension (invariant 7).

    dimensions: dimension -> the columns that both share.
    """
    members = {f"{MARTS}.{dimension}": columns for dimension, columns in dimensions.items()}
    return audit(name, fact, promise, RowsFindMembers(f"{MARTS}.{fact}", members), UNREFERENCED)
