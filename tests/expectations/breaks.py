"""How a test breaks a build, and what it expects to turn red."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.expectations.sound_activities import ACTIVITY_MARTS_SQL
from tests.expectations.sound_build import MARTS_SQL
from tests.expectations.sound_leads import LEAD_MARTS_SQL

MARTS = "insights.marts"
MESSAGES = f"{MARTS}.fct_email_messages"
EVENTS = f"{MARTS}.fct_email_events"
BUILD_FILES = f"{MARTS}.build_files"
FILES = "work.raw.files"
LOST = "work.raw.nulled_values"
STAGED = "work.intermediate.int_interactions"
WITHDRAWN = "work.intermediate.int_withdrawn_deliveries"
ACTIVITIES = "work.intermediate.int_activities"
OUTCOMES = "work.intermediate.int_record_outcomes"

#: Makes the marts anew from changed facts, so that only the facts are wrong.
REMADE = MARTS_SQL + ACTIVITY_MARTS_SQL + LEAD_MARTS_SQL

RECOUNTED = "email_messages_recounted_from_events"
SUMS = frozenset({"email_daily_adds_up", "email_totals_add_up", "contact_email_kpis_add_up"})


@dataclass(frozen=True)
class Break:
    """SQL that breaks a build in one way.

    check: the check it is aimed at. also: others that must turn red with it, for the reason `because`.
    """

    name: str
    check: str
    change: tuple[str, ...]
    also: frozenset[str] = frozenset()
    because: str = ""

    def __post_init__(self) -> None:
        assert bool(self.also) == bool(self.because), f"{self.name}: say why others turn red"


def cases(*breaks: Break) -> pytest.MarkDecorator:
    """One test per break."""
    return pytest.mark.parametrize("breach", [pytest.param(each, id=each.name) for each in breaks])
