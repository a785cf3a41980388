"""The catalogue's SQL, and what is added to it for tables: rates, order, page, totals."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

from insights_app.catalogue.blocks import Block
from insights_app.catalogue.kpis import Kpi

FOLDER = Path(__file__).with_name("sql")


@functools.cache
def files() -> dict[tuple[str, str], Path]:
    """The file of each query, by entity (any folder above it) and name."""
    return {
        (folder.name, path.stem): path
        for path in FOLDER.rglob("*.sql")
        for folder in path.parents
        if folder.is_relative_to(FOLDER)
    }


@functools.cache
def sql_of(entity: str, query: str) -> str:
    """The text of a query of an entity."""
    return files()[entity, query].read_text(encoding="utf-8").strip()


def sql_of_block(entity: str, block: Block) -> str:
    """The text of a block's query."""
    if not block.of_contact:
        return sql_of(entity, block.file)
    # The contact's own pages compare with a constant, by which whole parts of a table are left out.
    return sql_of("contacts", block.file).replace("$id", f"({sql_of(entity, 'contact')})")


@functools.cache
def search_sql() -> str:
    """The query that finds records of every entity by words."""
    return (FOLDER / "search.sql").read_text(encoding="utf-8").strip()


def quoted(name: str) -> str:
    """A column's name as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def rate_sql(rate: Kpi) -> str:
    """A rate over the columns that it divides; null where there is nothing to divide by."""
    assert rate.parts is not None
    numerator, denominator = (quoted(part) for part in rate.parts)
    return f"case when {denominator} > 0 then {numerator} / {denominator} end"


def with_rates(sql: str, given: Iterable[str], wanted: Iterable[str], kpis: Mapping[str, Kpi]) -> str:
    """A query with the wanted rates beside its columns.

    given: the query's own columns; a rate among them, or one whose parts are not, is not added.
    """
    has = set(given)
    added = [
        f"{rate_sql(kpis[name])} as {quoted(name)}"
        for name in wanted
        if name not in has and name in kpis and kpis[name].parts and has.issuperset(kpis[name].parts or ())
    ]
    return f"select {', '.join(['*', *added])} from ({sql}) as result"


def page_of(sql: str, sort: str, *, descending: bool, limit: int, offset: int) -> str:
    """Some rows of a query in the order of a column; the other columns decide between equal rows."""
    direction = "desc" if descending else "asc"
    # A row as a whole decides between those that are equal: a page is the same each time it is asked for.
    order = f"{quoted(sort)} {direction} nulls last, sorted"
    return f"select * from ({sql}) as sorted order by {order} limit {limit} offset {offset}"


def totals_of(sql: str, columns: Iterable[str]) -> str:
    """How many rows a query has (`rows`), and the sums of columns."""
    sums = [f"sum({quoted(column)})::bigint as {quoted(column)}" for column in columns]
    return f"select {', '.join(['count(*) as rows', *sums])} from ({sql}) as result"


#: As many events as a timeline lists.
NEWEST = 200


def events_by_type(sql: str) -> str:
    """How many events of each type a timeline's query has."""
    return (
        f"select interaction_type, count(*) as events from ({sql}) as result"
        " group by interaction_type order by events desc, interaction_type"
    )


def newest_events(sql: str) -> str:
    """The newest events of a timeline's query, of the type `$type` where there is one."""
    return (
        f"select * from ({sql}) as result where $type is null or interaction_type = $type"
        f" order by occurred_at desc, interaction_id limit {NEWEST}"
    )
