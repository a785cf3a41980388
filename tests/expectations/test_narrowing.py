"""Asked of what changed alone, rules find nothing wrong with a sound build. That they find what is wrong in rows
that changed is tested beside each break (`test_every_check_is_broken.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from engines.change_logs import Logged
from expectations.engine import opened
from expectations.suites import CHECKS
from tests.expectations.changed_rows import changes_of, verdict, write_logs
from tests.expectations.conftest import Build

#: Audit checks that every build asks of everything: they depend on the day, read what has no log, or cost nothing.
WHOLE = {
    "books_explain_every_landed_record",
    "books_list_every_file",
    "books_list_every_ignored_record",
    "books_list_every_lost_value",
    "books_list_every_quarantined_record",
    "books_list_every_unmatched_record",
    "contact_cohorts_equal_engagement",
    "contact_growth_adds_up",
    "conversions_equal_activities",
    "email_daily_adds_up",
    "email_links_rates",
    "lead_insights_equal_leads",
    "lead_insights_sales_ready_are_scored",
    "lead_timeline_has_every_interaction",
    "lead_touches_are_the_first",
    "lead_touches_come_before_what_they_led_to",
    "segment_days_are_complete",
    "segment_flows_equal_changes",
    "web_lists_equal_activities",
    "website_page_days_are_ranked",
    "website_pages_are_ranked",
}


@pytest.mark.parametrize("where", ["hash(rowid) % 7 = 0", "true", "false"])
def test_changed_rows_of_a_sound_build_are_in_order(
    changed_build: Callable[[str], Build], logged: Mapping[str, Logged], where: str
) -> None:
    build = changed_build("")
    write_logs(build, logged, where)
    with opened(*build.files) as engine:
        verdicts = {check.name: verdict(engine, check, changes_of(logged)) for check in CHECKS}
    assert [name for name, kept in verdicts.items() if kept is False] == []
    audits = {check.name for check in CHECKS if check.kind == "audit"}
    # Rows that came without one that went are addresses that became known.
    new_addresses = set() if where == "false" else {"addresses_only_in_dim_contact"}
    assert {name for name in audits if verdicts[name] is None} == WHOLE | new_addresses
