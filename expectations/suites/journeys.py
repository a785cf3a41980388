"""Promises about journeys: each pass stands in one state, and all grains tell the same (invariants 4, 7).

Belongs here: passes, tiles and journey totals. Does not belong here: the e-mail KPIs themselves.
"""

from __future__ import annotations

from expectations import kpis
from expectations.check import Check, Kind, Probe
from expectations.measures import mart_agrees, rows_keep, totals_agree
from expectations.references import missing_members
from expectations.suites.email.counts import COUNTS, of_counts, rates_recomputed

_MARTS = "insights.marts"
PASSES = f"{_MARTS}.fct_journey_passes"
_VOLUMES = f"{_MARTS}.mart_journey_tile_volumes"
_TILES = f"{_MARTS}.dim_journey_tile"
_TILE = ("journey_id", "tile_id")
_STALE = (
    "A tile or journey was lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the"
    " mart's join or its incremental selection is wrong."
)


def _check(name: str, table: str, promise: str, if_broken: str = _STALE, kind: Kind = "audit") -> Check:
    return Check(name, kind, f"marts.{table}", promise, if_broken)


VOLUMES_ADD_UP = _check(
    "journey_tiles_add_up",
    "mart_journey_tile_volumes",
    "per tile: inflow = processing + blocked + failed + processed, none negative",
    "A pass is in two states or in none: look at how fct_journey_passes takes the latest event.",
)
VOLUMES_EQUAL_CONTACTS = _check(
    "journey_tiles_equal_contacts",
    "mart_journey_tile_volumes",
    "every volume of a tile is the number of its contacts in that state",
)
DAILY_EQUAL_VOLUMES = _check(
    "journey_tile_days_equal_tiles",
    "mart_journey_tile_volumes_daily",
    "every volume of a tile is the sum of its days",
)
PATHS_EQUAL_PROCESSED = _check(
    "journey_paths_equal_processed",
    "mart_journey_tile_paths",
    "the passes of all paths of a tile sum to its processed",
)
REASONS_EQUAL_BLOCKED = _check(
    "journey_reasons_equal_blocked",
    "mart_journey_tile_blocked",
    "the passes of all reasons of a tile sum to its blocked",
)
JOURNEYS_ADD_UP = _check(
    "journeys_add_up",
    "mart_journey_kpis",
    "per journey: entered = in_progress + stopped + completed; each e-mail rate is its counts divided",
    "A contact is in two states of one journey or in none: look at fct_journey_participations.",
)
JOURNEYS_EQUAL_PASSES = _check(
    "journeys_equal_passes",
    "mart_journey_kpis",
    "entered are the contacts and iterations seen on a journey's tiles, in progress those waiting on one",
)
JOURNEYS_EQUAL_EMAILS = _check(
    "journeys_equal_emails",
    "mart_journey_kpis",
    "every e-mail count of a journey is the sum over its emails, tiles and days",
)
PASSES_FIND_DIMENSIONS = _check(
    "journey_passes_find_their_dimensions",
    "fct_journey_passes",
    "every journey, tile and contact of a pass has its dimension row",
    "An inner join to that dimension would lose rows: the dimension model misses mentioned ids.",
)
CHILDREN_FOLLOW = _check(
    "journey_children_within_parents",
    "mart_journey_tile_volumes",
    "no more passes enter a tile than its parent passed on",
    "Events of the parent tile are missing or late, or the designer moved the tile: compare the tile's feed"
    " with its journey in the CRM.",
    kind="arrival",
)

_STATES = ("processing", "blocked", "failed", "processed")

_CONTACTS_SQL = {
    "inflow": ("sum(inflow)", "count(*)"),
    **{state: (f"sum({state})", f"count(case when state = '{state}' then 1 end)") for state in _STATES},
}

_PASSES_SQL = totals_agree(
    JOURNEYS_EQUAL_PASSES.name,
    keys=("journey_id",),
    counts={
        "entered": ("sum(entered)", "count(*)"),
        "in_progress": ("sum(in_progress)", "count(case when is_waiting then 1 end)"),
    },
    here=("mart_journey_kpis", f"{_MARTS}.mart_journey_kpis"),
    there=(
        "contacts and iterations",
        "(select journey_id, contact_id, iteration_id, bool_or(state = 'processing') as is_waiting"
        f" from {PASSES} group by journey_id, contact_id, iteration_id)",
    ),
)

_CHILDREN_SQL = f"""
select
    '{CHILDREN_FOLLOW.name}' as check_name,
    'of ' || count(*) || ' tiles with a parent took in more than it passed on' as subject,
    count(case when children.inflow > coalesce(parents.processed, 0) then 1 end) as observed,
    0 as at_least,
    0 as at_most,
    array_to_string(
        min(
            case when children.inflow > coalesce(parents.processed, 0)
            then concat_ws(' / ', children.journey_id, children.tile_id)
                || ' (' || children.inflow || ' of ' || coalesce(parents.processed, 0) || ')' end,
            3
        ),
        ', '
    ) as examples
from {_VOLUMES} as children
inner join {_TILES} as tiles
    on children.journey_id = tiles.journey_id and children.tile_id = tiles.tile_id
left join {_VOLUMES} as parents
    on tiles.journey_id = parents.journey_id and tiles.parent_tile_id = parents.tile_id
where tiles.parent_tile_id is not null
"""

PROBES = (
    rows_keep(
        VOLUMES_ADD_UP,
        "journey_id || ' / ' || tile_id",
        "inflow = processing + blocked + failed + processed"
        " and least(inflow, processing, blocked, failed, processed) >= 0",
        "tiles break it",
    ),
    mart_agrees(VOLUMES_EQUAL_CONTACTS, f"{_MARTS}.mart_journey_tile_contacts", _TILE, _CONTACTS_SQL),
    mart_agrees(
        DAILY_EQUAL_VOLUMES,
        _VOLUMES,
        _TILE,
        {volume: (f"sum({volume})", f"sum({volume})") for volume in kpis.counts_of("journey_passes")},
    ),
    mart_agrees(PATHS_EQUAL_PROCESSED, _VOLUMES, _TILE, {"passes": ("sum(passes)", "sum(processed)")}),
    mart_agrees(REASONS_EQUAL_BLOCKED, _VOLUMES, _TILE, {"passes": ("sum(passes)", "sum(blocked)")}),
    rows_keep(
        JOURNEYS_ADD_UP,
        "journey_id",
        f"entered = in_progress + stopped + completed and {rates_recomputed()}",
        "journeys break it",
    ),
    Probe((JOURNEYS_EQUAL_PASSES,), (f"{_MARTS}.mart_journey_kpis", PASSES), _PASSES_SQL),
    mart_agrees(
        JOURNEYS_EQUAL_EMAILS,
        f"{_MARTS}.mart_email_kpis_daily",
        ("journey_id",),
        {kpi: (sums, sums) for kpi, sums in of_counts().items() if kpi in COUNTS},
    ),
    missing_members(
        PASSES_FIND_DIMENSIONS,
        PASSES,
        {"dim_journey": ("journey_id",), "dim_journey_tile": _TILE, "dim_contact": ("contact_id",)},
    ),
    Probe((CHILDREN_FOLLOW,), (_VOLUMES, _TILES), _CHILDREN_SQL),
)
