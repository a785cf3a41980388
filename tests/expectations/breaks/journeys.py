"""What breaks promises about journeys and segments, and what they bear."""

from __future__ import annotations

from tests.expectations.breaks.sql import TODAY, Changes, delete, update

LISTED = (
    "(select min(snapshot_date) from work.intermediate.int_segment_members as listed"
    " where listed.segment_id = mart_segment_daily.segment_id)"
)


def tiles(suffix: str, changes: str, where: str = "true") -> str:
    return update(f"mart_journey_tile_{suffix}", changes, where)


def journey(changes: str, where: str = "true") -> str:
    return update("mart_journey_kpis", changes, where)


def days(changes: str, where: str) -> str:
    """Change every such day of every segment."""
    return f"update mart_segment_daily set {changes} where {where}"


BREAKS: Changes = {
    "journey_tiles_add_up": {"a pass in two states": tiles("volumes", "failed = failed + 1")},
    "journey_tiles_equal_contacts": {
        "a tile with fewer contacts than passes": delete("mart_journey_tile_contacts"),
        "a contact in another state": tiles("contacts", "state = 'failed'", "state <> 'failed'"),
    },
    "journey_tile_days_equal_tiles": {"a day lost": delete("mart_journey_tile_volumes_daily")},
    "journey_paths_equal_processed": {"a pass on two paths": tiles("paths", "passes = passes + 1")},
    "journey_reasons_equal_blocked": {"a reason lost": delete("mart_journey_tile_blocked")},
    "journeys_add_up": {
        "a contact neither here nor there": journey("completed = completed - 1", "completed > 0"),
        "a journey's averaged rate": journey("open_rate = open_rate / 2", "open_rate > 0"),
    },
    "journeys_equal_passes": {
        "a contact twice in a journey": journey("entered = entered + 1, completed = completed + 1")
    },
    "journeys_equal_emails": {"a click of another journey": journey("clicked_total = clicked_total + 1")},
    "journey_passes_find_their_dimensions": {
        "a tile without its dimension row": update("fct_journey_passes", "tile_id = 't9'")
    },
    "journey_children_within_parents": {
        "more in a tile than its parent passed on": tiles(
            "volumes",
            "inflow = 1000000",
            "(journey_id, tile_id) in (select (journey_id, tile_id) from dim_journey_tile"
            " where parent_tile_id is not null)",
        ),
    },
    "email_segments_equal_messages": {
        "an e-mail in another segment": update("mart_email_segment_kpis", "segment_id = 's9'"),
        "a forward too many": update("mart_email_segment_kpis", "forwarded = forwarded + 1"),
    },
    "email_segments_rates": {
        "an averaged rate": update("mart_email_segment_kpis", "open_rate = open_rate / 2", "open_rate > 0")
    },
    "segment_flows_equal_changes": {
        "a joining too many": update(
            "mart_segment_daily", "members_joined = members_joined + 1, members_left = members_left + 1"
        )
    },
    "segment_days_are_complete": {"a day left out": delete("mart_segment_daily", f"snapshot_date = {TODAY}")},
    "segment_changes_find_their_dimensions": {
        "a change in no segment known": delete(
            "dim_segment", "segment_id in (select segment_id from fct_segment_changes)"
        )
    },
    "segment_members_and_flows_agree": {
        "a member whose joining nobody told": days("members = members + 1", f"snapshot_date >= {TODAY} - 4")
    },
}

BORNE: Changes = {
    "segment_members_and_flows_agree": {
        "a segment whose days are not settled yet": days(
            "members = members + 1", f"snapshot_date >= {TODAY} - 3"
        ),
        "more members in the first list than events told of before": days(
            "members = members + 100", f"snapshot_date >= {LISTED}"
        ),
    },
    "segment_flows_equal_changes": {
        "an event of a clock that is ahead": "insert into fct_segment_changes select * replace"
        f" ({TODAY} + 1 as change_date) from fct_segment_changes limit 1"
    },
}
