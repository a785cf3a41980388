"""Promises about journeys and segments can fail: one change breaks just the checks that speak of it."""

from __future__ import annotations

from collections.abc import Callable

from tests.expectations.breaks import MARTS, Break, cases
from tests.expectations.conftest import Build, broken


def tiles(suffix: str, changes: str, where: str) -> tuple[str]:
    return (f"update {MARTS}.mart_journey_tile_{suffix} set {changes} where {where}",)


def days(changes: str, where: str) -> tuple[str]:
    return (f"update {MARTS}.mart_segment_daily set {changes} where {where}",)


JOURNEYS = (
    Break(
        "a pass in two states",
        "journey_tiles_add_up",
        tiles("volumes", "failed = failed + 1", "tile_id = 't1'"),
        frozenset({"journey_tiles_equal_contacts", "journey_tile_days_equal_tiles"}),
        "contacts and days have it in one state",
    ),
    Break(
        "a tile with fewer contacts than passes",
        "journey_tiles_equal_contacts",
        (f"delete from {MARTS}.mart_journey_tile_contacts where contact_id = 'c2' and tile_id = 't1'",),
    ),
    Break(
        "a contact in another state",
        "journey_tiles_equal_contacts",
        tiles("contacts", "state = 'failed'", "contact_id = 'c2' and tile_id = 't1'"),
    ),
    Break(
        "a day lost",
        "journey_tile_days_equal_tiles",
        (f"delete from {MARTS}.mart_journey_tile_volumes_daily where entry_date = date '2026-01-05'",),
    ),
    Break(
        "a pass on two paths",
        "journey_paths_equal_processed",
        tiles("paths", "passes = passes + 1", "path = 'no'"),
    ),
    Break(
        "a reason lost",
        "journey_reasons_equal_blocked",
        (f"delete from {MARTS}.mart_journey_tile_blocked where reason = 'consent'",),
    ),
    Break(
        "a contact neither here nor there",
        "journeys_add_up",
        (f"update {MARTS}.mart_journey_kpis set completed = completed - 1 where journey_id = 'j0'",),
    ),
    Break(
        "a journey's averaged rate",
        "journeys_add_up",
        (f"update {MARTS}.mart_journey_kpis set open_rate = open_rate / 2 where journey_id = 'j0'",),
    ),
    Break(
        "a contact twice in a journey",
        "journeys_equal_passes",
        (
            f"update {MARTS}.mart_journey_kpis set entered = entered + 1, completed = completed + 1"
            " where journey_id = 'j0'",
        ),
    ),
    Break(
        "a click of another journey",
        "journeys_equal_emails",
        (f"update {MARTS}.mart_journey_kpis set clicked_total = clicked_total + 1 where journey_id = 'j0'",),
    ),
    Break(
        "a journey without its dimension row",
        "journey_passes_find_their_dimensions",
        (f"update {MARTS}.fct_journey_passes set tile_id = 't9' where contact_id = 'c2' and tile_id = 't1'",),
    ),
    Break(
        "more in a tile than its parent passed on",
        "journey_children_within_parents",
        (f"update {MARTS}.dim_journey_tile set parent_tile_id = 't1' where tile_id = 't0'",),
    ),
)

SEGMENTS = (
    Break(
        "a joining too many",
        "segment_flows_equal_changes",
        days(
            "members_joined = members_joined + 1, members_left = members_left + 1",
            "snapshot_date = date '2026-01-03'",
        ),
    ),
    Break(
        "a day left out",
        "segment_days_are_complete",
        (f"delete from {MARTS}.mart_segment_daily where snapshot_date = date '2026-01-20'",
         f"delete from {MARTS}.fct_segment_changes where change_date = date '2026-01-20'"),
    ),
    Break(
        "a change in no segment known",
        "segment_changes_find_their_dimensions",
        (f"delete from {MARTS}.dim_segment where segment_id = 'g0'",),
    ),
    Break(
        "a member whose joining nobody told",
        "segment_members_and_flows_agree",
        days("members = members + 1", "snapshot_date >= date '2026-01-10'"),
    ),
)  # fmt: skip

#: What no check may mind.
QUIET = {
    "a segment whose days are not settled yet": days("members = members + 1", "snapshot_date >= date '2026-01-17'"),
    "more members in the first list than events told of before": days(
        "members = members + 100", "snapshot_date >= date '2026-01-02'"
    ),
    "an event of a clock that is ahead": (
        f"insert into {MARTS}.fct_segment_changes select * replace (date '2026-01-21' as change_date)"
        f" from {MARTS}.fct_segment_changes limit 1",
    ),
}  # fmt: skip


@cases(*JOURNEYS, *SEGMENTS)
def test_only_the_promise_about_it_breaks(changed_build: Callable[..., Build], breach: Break) -> None:
    assert broken(changed_build(breach.change).judged()) == {breach.check, *breach.also}


def test_what_is_not_settled_stays_quiet(changed_build: Callable[..., Build]) -> None:
    loud = {name: broken(changed_build(change).judged()) for name, change in QUIET.items()}
    assert loud == {name: set() for name in QUIET}
