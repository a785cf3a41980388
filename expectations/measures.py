"""SQL that more than one suite measures with: rules on rows, and totals on two sides.

Belongs here: the shape of a measurement, giving the columns of `Finding`. Does not belong here: any rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from expectations.check import Check, Probe

#: How many keys a finding names as examples.
EXAMPLES = 3


def rules_kept(relation: str, key: str, noun: str, rules: Mapping[str, str]) -> str:
    """One finding per rule: how many rows break it. One scan for all rules; a null breaks a rule too.

    relation: a table or a query in parentheses.
    key: SQL that names a row. noun: what a row is, in the plural.
    rules: check name -> what is true of every row.
    """
    names = list(rules)
    broken = [f"({rules[name]}) is not true" for name in names]
    measures = ", ".join(
        f"count(case when {rule} then 1 end) as broken_{i},"
        f" array_to_string(min(case when {rule} then {key} end, {EXAMPLES}), ', ') as examples_{i}"
        for i, rule in enumerate(broken)
    )
    findings = " union all ".join(
        f"select '{name}' as check_name, {_of(noun)} as subject, broken_{i} as observed, 0 as at_least,"
        f" 0 as at_most, examples_{i} as examples from measured"
        for i, name in enumerate(names)
    )
    measured = f"select count(*) as rows_checked, {measures} from {relation} as checked"
    return f"with measured as ({measured}) {findings}"


def _of(noun: str) -> str:
    return f"'of ' || rows_checked || ' {noun}'"


def rates_divide(rates: Mapping[str, tuple[str, str]]) -> str:
    """What is true of a row whose rates are its counts divided, null over zero.

    rates: rate -> what is divided by what.
    """
    return " and ".join(
        f"({rate} is null and {divisor} = 0"
        f" or abs({rate} - cast({dividend} as double) / nullif({divisor}, 0)) < 1e-9)"
        for rate, (dividend, divisor) in rates.items()
    )


def totals_agree(
    check_name: str,
    keys: Sequence[str],
    counts: Mapping[str, tuple[str, str]],
    here: tuple[str, str],
    there: tuple[str, str],
) -> str:
    """One finding per count: in how many cells (values of `keys`) the two sides differ. Sums come along.

    counts: name -> the SQL that counts it here and there; the aggregate of a cell that a side lacks is 0.
    here, there: what to call a side, and the relation to count in.
    """
    key_list = ", ".join(keys)
    sides = ", ".join(
        f"{side} as (select {key_list}, "
        + ", ".join(f"{sql[index]} as count_{i}" for i, sql in enumerate(counts.values()))
        + f" from {relation} as counted group by {key_list})"
        for index, (side, (_, relation)) in enumerate((("here", here), ("there", there)))
    )
    cell = ", ".join(f"coalesce(here.{key}, there.{key}) as {key}" for key in keys)
    on = " and ".join(f"here.{key} is not distinct from there.{key}" for key in keys)
    pairs = ", ".join(
        f"coalesce(here.count_{i}, 0) as here_{i}, coalesce(there.count_{i}, 0) as there_{i}"
        for i in range(len(counts))
    )
    measures = ", ".join(
        f"count(case when here_{i} <> there_{i} then 1 end) as differing_{i},"
        f" coalesce(sum(here_{i}), 0) as sum_here_{i}, coalesce(sum(there_{i}), 0) as sum_there_{i},"
        f" array_to_string(min(case when here_{i} <> there_{i}"
        # Named within the case: only a cell that differs is worth the text.
        f" then concat_ws(' / ', {key_list}) || ' (' || here_{i} || ' instead of ' || there_{i} || ')' end,"
        f" {EXAMPLES}), ', ')"
        f" as examples_{i}"
        for i in range(len(counts))
    )
    findings = " union all ".join(
        f"select '{check_name}' as check_name, 'of ' || cells || ' cells differ in {name}' as subject,"
        f" differing_{i} as observed, 0 as at_least, 0 as at_most,"
        f" sum_here_{i} || ' in {here[0]}, ' || sum_there_{i} || ' in {there[0]}; ' || examples_{i}"
        f" as examples from measured"
        for i, name in enumerate(counts)
    )
    return (
        f"with {sides}, joined as (select {cell}, {pairs}"
        f" from here full outer join there on {on}),"
        f" measured as (select count(*) as cells, {measures} from joined) {findings}"
    )


def mart_agrees(
    check: Check,
    source: str,
    keys: Sequence[str],
    counts: Mapping[str, tuple[str, str]],
    here_where: str = "true",
    there_where: str = "true",
    also_needs: Sequence[str] = (),
) -> Probe:
    """The check's table beside the table it sums or refines: `totals_agree`, over some rows of either.

    `also_needs`: further relations that the conditions read.
    """
    mart = f"insights.{check.table}"
    return Probe(
        (check,),
        (mart, source, *also_needs),
        totals_agree(
            check.name,
            keys,
            counts,
            here=(mart.rsplit(".", 1)[1], f"(select * from {mart} where {here_where})"),
            there=(source.rsplit(".", 1)[1], f"(select * from {source} where {there_where})"),
        ),
    )


def rows_keep(check: Check, key: str, rule: str, noun: str = "rows break it") -> Probe:
    """Each row of the check's table keeps one rule, written over its columns."""
    table = f"insights.{check.table}"
    return Probe((check,), (table,), rules_kept(table, key, noun, {check.name: rule}))
