"""The catalogue's SQL, and SQL that wraps it for tables: rates, order, page, totals."""

from __future__ import annotations

import functools
import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from insights_app.catalogue.blocks import Block, Trend
from insights_app.catalogue.kpis import Kpi

FOLDER = Path(__file__).with_name("sql")
#: SQL that several queries have in common: a line `-- include NAME` stands for `parts/NAME.sql`.
PARTS = FOLDER / "parts"
_INCLUDE = re.compile(r"^(?P<indent> *)-- include (?P<part>[a-z_]+)$", re.MULTILINE)


@functools.cache
def files() -> dict[tuple[str, str], Path]:
    """Return (entity, query name) -> file; the entity may be any folder above the file."""
    return {
        (folder.name, path.stem): path
        for path in FOLDER.rglob("*.sql")
        for folder in path.parents
        if folder.is_relative_to(FOLDER)
    }


@functools.cache
def sql_of(entity: str, query: str) -> str:
    """Return the text of an entity's query, or of another entity's: `emails/delays`; parts are included."""
    entity, query = query.split("/") if "/" in query else (entity, query)
    return _INCLUDE.sub(_included, files()[entity, query].read_text(encoding="utf-8").strip())


def _included(line: re.Match[str]) -> str:
    text = (PARTS / f"{line['part']}.sql").read_text(encoding="utf-8").strip()
    return textwrap.indent(_INCLUDE.sub(_included, text), line["indent"])


def sql_of_block(entity: str, block: Block) -> str:
    """Return the text of a block's query."""
    if not block.of_contact:
        return sql_of(entity, block.file)
    # The contact's own pages compare with a constant, so that DuckDB skips parts of the table.
    return sql_of("contacts", block.file).replace("$id", f"({sql_of(entity, 'contact')})")


@functools.cache
def search_sql() -> str:
    """Return the query that finds records of every entity by words."""
    return (FOLDER / "search.sql").read_text(encoding="utf-8").strip()


def quoted(name: str) -> str:
    """Return a column's name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def rate_sql(rate: Kpi) -> str:
    """SQL for a rate over its two columns; null if the denominator is 0."""
    assert rate.parts is not None
    numerator, denominator = (quoted(part) for part in rate.parts)
    return f"case when {denominator} > 0 then {numerator} / {denominator} end"


def with_rates(sql: str, given: Iterable[str], wanted: Iterable[str], kpis: Mapping[str, Kpi]) -> str:
    """SQL that adds the wanted rates to the columns of a query.

    given: the query's own columns. A rate is not added if it is one of them or its parts are missing.
    """
    has = set(given)
    added = [
        f"{rate_sql(kpis[name])} as {quoted(name)}"
        for name in wanted
        if name not in has and name in kpis and kpis[name].parts and has.issuperset(kpis[name].parts or ())
    ]
    return f"select {', '.join(['*', *added])} from ({sql}) as result"


def order_of(sort: str, *, descending: bool, rows: str) -> str:
    """The order of a column; the other columns decide between equal rows.

    rows: what the query that is ordered is called.
    """
    direction = "desc" if descending else "asc"
    # A row as a whole decides between those that are equal: a page is the same each time it is asked for.
    return f"order by {rows}.{quoted(sort)} {direction} nulls last, {rows}"


def page_of(sql: str, order: str, *, limit: int, offset: int) -> str:
    """Some rows of a query, called `shown`, in an order."""
    return f"select * from ({sql}) as shown {order} limit {limit} offset {offset}"


def found_in(sql: str, columns: Iterable[str]) -> str:
    """The rows of a query that have the text `$find` in one of some columns."""
    names = ", ".join(quoted(column) for column in columns)
    return f"select * from ({sql}) as listed where contains(lower(concat_ws(' ', {names})), lower($find))"


def with_addresses(sql: str, contact: str, order: str = "") -> str:
    """A query with the column `email` beside its own, the address of a contact.

    contact: the column with the contact's id. order: of the rows, which are called `shown`.
    """
    return f"""
select shown.*, contacts.email
from ({sql}) as shown
left join dim_contact as contacts on shown.{quoted(contact)} = contacts.contact_id
{order}"""


def with_trend(sql: str, trend: Trend, weeks: int, order: str = "") -> str:
    """A query with the column `trend` beside its own: a value for each of the weeks to `$last_day`.

    Only weeks of the query's rows are looked up. order: of the rows, which are called `shown`.
    """
    key = quoted(trend.key)
    return f"""
with
    shown as ({sql}),
    weeks as (
        select
            {key} as key,
            date_diff('day', {trend.day}, $last_day::date) // 7 as weeks_ago,
            {trend.value} as value
        from {trend.table}
        where
            {key} in (select {key} from shown)
            and {trend.day} between $last_day::date - {weeks * 7 - 1} and $last_day::date
        group by all
    ),
    lines as (select key, map(list(weeks_ago), list(value)) as values from weeks group by key)
select
    shown.*,
    list_transform(
        range({weeks} - 1, -1, -1), lambda weeks_ago: coalesce(lines.values[weeks_ago], {trend.without_rows})
    ) as trend
from shown
left join lines on shown.{key} = lines.key
{order}"""


def totals_of(sql: str, columns: Iterable[str]) -> str:
    """SQL for the number of a query's rows (`rows`) and the sums of columns."""
    sums = [f"sum({quoted(column)})::bigint as {quoted(column)}" for column in columns]
    return f"select {', '.join(['count(*) as rows', *sums])} from ({sql}) as result"


#: Most events that a timeline lists.
NEWEST = 200


def events_by_type(sql: str) -> str:
    """SQL for the number of events of each type in a timeline's query."""
    return (
        f"select interaction_type, count(*) as events from ({sql}) as result"
        " group by interaction_type order by events desc, interaction_type"
    )


def newest_events(sql: str) -> str:
    """SQL for the newest events of a timeline's query, only of type `$type` if that is not null."""
    return (
        f"select * from ({sql}) as result where $type is null or interaction_type = $type"
        f" order by occurred_at desc, interaction_id limit {NEWEST}"
    )
