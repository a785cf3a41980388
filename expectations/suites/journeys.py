"""Promises about journeys: each pass is in exactly one state, and all grains agree (invariants 4, 7).

Belongs here: passes, tiles and journey totals. Does not belong here: the e-mail KPIs themselves.
"""

from __future__ import annotations

from expectations import kpis
from expectations.check import Scope
from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import MARTS, arrival, audit, finds_dimensions
from expectations.suites.email.counts import of_counts, rates_recomputed

PASSES = f"{MARTS}.fct_journey_passes"
_VOLUMES = f"{MARTS}.mart_journey_tile_volumes"
_JOURNEYS = f"{MARTS}.mart_journey_kpis"
_TILE = ("journey_id", "tile_id")
_STATES = ("processing", "blocked", "failed", "processed")

_CHILDREN = f"""(
    select
        concat_ws(' / ', children.journey_id, children.tile_id) as tile,
        children.inflow,
        coalesce(parents.processed, 0) as passed_on
    from {_VOLUMES} as children
    inner join {MARTS}.dim_journey_tile as tiles
        on children.journey_id = tiles.journey_id and children.tile_id = tiles.tile_id
    left join {_VOLUMES} as parents
        on tiles.journey_id = parents.journey_id and tiles.parent_tile_id = parents.tile_id
    where tiles.parent_tile_id is not null
)"""

_PARTICIPATIONS = f"""(
    select journey_id, contact_id, iteration_id, bool_or(state = 'processing') as is_waiting
    from {PASSES}
    group by journey_id, contact_id, iteration_id
)"""

CHECKS = (
    audit(
        "journey_tiles_add_up",
        "mart_journey_tile_volumes",
        "per tile: inflow = processing + blocked + failed + processed, none negative",
        RowsKeepRule(
            _VOLUMES,
            "inflow = processing + blocked + failed + processed"
            " and least(inflow, processing, blocked, failed, processed) >= 0",
            key="journey_id || ' / ' || tile_id",
            noun="tiles break it",
        ),
        if_broken="A pass is in two states or in none: look at how fct_journey_passes takes the latest"
        " event.",
    ),
    audit(
        "journey_tiles_equal_contacts",
        "mart_journey_tile_volumes",
        "every volume of a tile is the number of its contacts in that state",
        TotalsAgree(
            table(_VOLUMES),
            table(f"{MARTS}.mart_journey_tile_contacts"),
            per=_TILE,
            counts={
                "inflow": ("sum(inflow)", "count(*)"),
                **{
                    state: (f"sum({state})", f"count(case when state = '{state}' then 1 end)")
                    for state in _STATES
                },
            },
        ),
    ),
    audit(
        "journey_tile_days_equal_tiles",
        "mart_journey_tile_volumes_daily",
        "every volume of a tile is the sum of its days",
        TotalsAgree(
            table(f"{MARTS}.mart_journey_tile_volumes_daily"),
            table(_VOLUMES),
            per=_TILE,
            counts={
                volume: (f"sum({volume})", f"sum({volume})") for volume in kpis.counts_of("journey_passes")
            },
        ),
    ),
    audit(
        "journey_paths_equal_processed",
        "mart_journey_tile_paths",
        "the passes of all paths of a tile sum to its processed",
        TotalsAgree(
            table(f"{MARTS}.mart_journey_tile_paths"),
            table(_VOLUMES),
            per=_TILE,
            counts={"passes": ("sum(passes)", "sum(processed)")},
        ),
    ),
    audit(
        "journey_reasons_equal_blocked",
        "mart_journey_tile_blocked",
        "the passes of all reasons of a tile sum to its blocked",
        TotalsAgree(
            table(f"{MARTS}.mart_journey_tile_blocked"),
            table(_VOLUMES),
            per=_TILE,
            counts={"passes": ("sum(passes)", "sum(blocked)")},
        ),
    ),
    audit(
        "journeys_add_up",
        "mart_journey_kpis",
        "per journey: entered = in_progress + stopped + completed; each e-mail rate is its counts divided",
        RowsKeepRule(
            _JOURNEYS,
            f"entered = in_progress + stopped + completed and {rates_recomputed()}",
            key="journey_id",
            noun="journeys break it",
        ),
        if_broken="A contact is in two states of one journey or in none: look at fct_journey_participations.",
    ),
    audit(
        "journeys_equal_passes",
        "mart_journey_kpis",
        "entered are the contacts and iterations seen on a journey's tiles, in progress those waiting on one",
        TotalsAgree(
            table(_JOURNEYS),
            ("contacts and iterations", _PARTICIPATIONS),
            per=("journey_id",),
            counts={
                "entered": ("sum(entered)", "count(*)"),
                "in_progress": ("sum(in_progress)", "count(case when is_waiting then 1 end)"),
            },
        ),
        scope=Scope(by=("journey_id",)),
    ),
    audit(
        "journeys_equal_emails",
        "mart_journey_kpis",
        "every e-mail count of a journey is the sum over its emails, tiles and days",
        TotalsAgree(
            table(_JOURNEYS),
            table(f"{MARTS}.mart_email_kpis_daily"),
            per=("journey_id",),
            counts={kpi: (total, total) for kpi, total in of_counts().items()},
        ),
    ),
    finds_dimensions(
        "journey_passes_find_their_dimensions",
        "fct_journey_passes",
        "every journey, tile and contact of a pass has its dimension row",
        {"dim_journey": ("journey_id",), "dim_journey_tile": _TILE, "dim_contact": ("contact_id",)},
    ),
    arrival(
        "journey_children_within_parents",
        "mart_journey_tile_volumes",
        "no more passes enter a tile than its parent passed on",
        RowsKeepRule(
            _CHILDREN,
            "inflow <= passed_on",
            key="tile || ' (' || inflow || ' of ' || passed_on || ')'",
            noun="tiles with a parent took in more than it passed on",
        ),
        if_broken="Events of the parent tile are missing or late, or the designer moved the tile: compare the"
        " tile's feed with its journey in the CRM.",
    ),
)
