"""Every fact row finds its dimension rows (invariant 7): measured alike for each fact.

Belongs here: which column of a fact points to which dimension.
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.check import Check, Probe

#: Dimension -> the columns that an e-mail fact and the dimension share.
DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "dim_email": ("email_id",),
    "dim_journey": ("journey_id",),
    "dim_journey_tile": ("journey_id", "tile_id"),
    "dim_contact": ("contact_id",),
}


def missing_members(check: Check, fact: str, dimensions: Mapping[str, tuple[str, ...]] = DIMENSIONS) -> Probe:
    """One finding per dimension: how many members the fact names, null among them, that it does not have."""
    findings = " union all ".join(
        _missing(check.name, fact, dimension, keys) for dimension, keys in dimensions.items()
    )
    needs = (fact, *(f"insights.marts.{dimension}" for dimension in dimensions))
    return Probe((check,), needs, findings)


def _missing(check_name: str, fact: str, dimension: str, keys: tuple[str, ...]) -> str:
    columns = ", ".join(keys)
    on = " and ".join(f"named.{key} = members.{key}" for key in keys)
    name = f"concat_ws(' / ', {', '.join(f'named.{key}' for key in keys)})"
    return f"""
        select
            '{check_name}' as check_name,
            'members missing in {dimension}' as subject,
            count(*) as observed,
            0 as at_least,
            0 as at_most,
            array_to_string(min({name}, 3), ', ') as examples
        from (select distinct {columns} from {fact}) as named
        left join insights.marts.{dimension} as members on {on}
        where members.{keys[0]} is null
    """
