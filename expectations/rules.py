"""The kinds of rules that checks are made of, each with the SQL that measures it in the engine.

Belongs here: what can be promised of any table: rows keep a rule, keys are unique, totals agree, every row
finds its dimension row, measured values stay within bounds, texts name nobody. Large tables in, a handful of
findings out. Does not belong here: what is promised of which table (`suites/`), the same rules as Great
Expectations sees them (`gx/expectations.py`).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from expectations.check import Finding
from expectations.engine import Engine

#: How many offending rows a finding names.
EXAMPLES = 3


def relations_in(sql: str) -> tuple[str, ...]:
    """The relations that a query names, in order: they are always written `database.schema.table`."""
    return tuple(dict.fromkeys(re.findall(r"\b(?:insights|work)\.\w+\.\w+", sql)))


def first(expression: str, condition: str = "true") -> str:
    """An aggregate: the first few values of an expression among the rows that a condition is true of."""
    return f"min(case when {condition} then cast({expression} as varchar) end, {EXAMPLES})"


class _ReadsWhatItNames(ABC):
    """A rule that needs the relations that its SQL names."""

    @property
    @abstractmethod
    def sql(self) -> str:
        """The query that measures it."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The relations that it reads."""
        return relations_in(self.sql)


@dataclass(frozen=True)
class RowsKeepRule(_ReadsWhatItNames):
    """Every row keeps a rule; a row of which it is null breaks it.

    of: a table, or a query in parentheses. rule: what is true of every row, over its columns.
    key: SQL that names a row. noun: what a row is that breaks it, in the plural, with its verb.
    """

    of: str
    rule: str
    key: str
    noun: str = "rows break it"

    @property
    def sql(self) -> str:
        """The query that measures this rule alone."""
        return one_pass(self.of, [self])

    @property
    def aggregates(self) -> tuple[str, ...]:
        """How many rows break it, and the first of them."""
        broken = f"({self.rule}) is not true"
        return f"count(case when {broken} then 1 end)", first(self.key, broken)

    def found(self, rows: int, broken: int, examples: Sequence[str] | None) -> tuple[Finding]:
        """The finding of one pass over all rows."""
        return (Finding(f"of {rows} {self.noun}", broken, examples=tuple(examples or ())),)

    def measured(self, engine: Engine) -> tuple[Finding]:
        """What the engine finds, in a pass of its own."""
        ((rows, *values),) = engine.rows(self.sql)
        return self.found(rows, *values)


def one_pass(relation: str, rules: Sequence[RowsKeepRule]) -> str:
    """How many rows a relation has, then the aggregates of several rules about its rows: one scan for all."""
    aggregates = [aggregate for rule in rules for aggregate in rule.aggregates]
    return f"select count(*), {', '.join(aggregates)} from {relation} as checked"


@dataclass(frozen=True)
class KeysAreUnique(_ReadsWhatItNames):
    """No two rows have the same key.

    of: a table, or a query in parentheses. key: SQL of a row's key.
    """

    of: str
    key: str

    @property
    def sql(self) -> str:
        """Counts rows and different keys."""
        return f"select count(*), count(distinct {self.key}) from {self.of} as checked"

    def measured(self, engine: Engine) -> tuple[Finding]:
        """How many rows there are too many, by name where there are any."""
        ((rows, keys),) = engine.rows(self.sql)
        examples = self._twice(engine) if rows != keys else ()
        return (Finding(f"rows too many of {rows}", rows - keys, examples=examples),)

    def _twice(self, engine: Engine) -> tuple[str, ...]:
        """Keys of more than one row: asked for only where there is one, since it takes a second pass."""
        rows = engine.rows(
            f"select cast({self.key} as varchar) as name from {self.of} as checked"
            f" group by all having count(*) > 1 order by name limit {EXAMPLES}"
        )
        return tuple(str(name) for (name,) in rows)


@dataclass(frozen=True)
class TotalsAgree(_ReadsWhatItNames):
    """In every cell (value of the columns `per`) two sides count the same.

    A cell that a side lacks counts 0 there.
    here, there: what to call a side, and the table or query in parentheses to count in.
    counts: name -> the aggregate here and there.
    """

    here: tuple[str, str]
    there: tuple[str, str]
    per: Sequence[str]
    counts: Mapping[str, tuple[str, str]]

    @property
    def sql(self) -> str:
        """How many cells there are; for each count how many differ, both sums, and the first that differ."""
        keys = ", ".join(self.per)
        sides = ", ".join(
            f"{side} as (select {keys}, "
            + ", ".join(f"{sql[index]} as count_{i}" for i, sql in enumerate(self.counts.values()))
            + f" from {relation} as counted group by {keys})"
            for index, (side, (_, relation)) in enumerate((("here", self.here), ("there", self.there)))
        )
        cell = ", ".join(f"coalesce(here.{key}, there.{key}) as {key}" for key in self.per)
        on = " and ".join(f"here.{key} is not distinct from there.{key}" for key in self.per)
        numbers = range(len(self.counts))
        pairs = ", ".join(
            f"coalesce(here.count_{i}, 0) as here_{i}, coalesce(there.count_{i}, 0) as there_{i}"
            for i in numbers
        )
        # A cell is named within the case: only one that differs is worth the text.
        measures = ", ".join(
            f"count(case when here_{i} <> there_{i} then 1 end), sum(here_{i}), sum(there_{i}), "
            + first(
                f"concat_ws(' / ', {keys}) || ' (' || here_{i} || ' instead of ' || there_{i} || ')'",
                f"here_{i} <> there_{i}",
            )
            for i in numbers
        )
        return (
            f"with {sides}, joined as (select {cell}, {pairs} from here full outer join there on {on})"
            f" select count(*), {measures} from joined"
        )

    def measured(self, engine: Engine) -> list[Finding]:
        """One finding per count: in how many cells it differs."""
        ((cells, *values),) = engine.rows(self.sql)
        return [self._finding(name, cells, *values[4 * i : 4 * i + 4]) for i, name in enumerate(self.counts)]

    def _finding(self, name: str, cells: int, differing: int, *measured: Any) -> Finding:
        sum_here, sum_there, cases = measured
        subject = f"of {cells} cells differ in {name}"
        if differing:
            subject += f" ({sum_here} in {self.here[0]}, {sum_there} in {self.there[0]})"
        return Finding(subject, differing, examples=tuple(cases or ()))


@dataclass(frozen=True)
class RowsFindMembers(_ReadsWhatItNames):
    """Every row of a fact finds its row in each dimension; a null finds none.

    of: the fact. members: dimension -> the columns that both share.
    """

    of: str
    members: Mapping[str, Sequence[str]]

    @property
    def sql(self) -> str:
        """A row per dimension: how many members the fact names that it lacks, and the first of them."""
        return " union all ".join(self._missing(*entry) for entry in enumerate(self.members.items()))

    def _missing(self, place: int, entry: tuple[str, Sequence[str]]) -> str:
        dimension, keys = entry
        columns = ", ".join(keys)
        on = " and ".join(f"named.{key} = members.{key}" for key in keys)
        name = f"concat_ws(' / ', {', '.join(f'named.{key}' for key in keys)})"
        return (
            f"select {place}, count(*), {first(name)}"
            f" from (select distinct {columns} from {self.of}) as named"
            f" left join {dimension} as members on {on} where members.{keys[0]} is null"
        )

    def measured(self, engine: Engine) -> list[Finding]:
        """One finding per dimension."""
        names = [dimension.rsplit(".", 1)[1] for dimension in self.members]
        return [
            Finding(f"members missing in {names[place]}", missing, examples=tuple(examples or ()))
            for place, missing, examples in sorted(engine.rows(self.sql))
        ]


@dataclass(frozen=True)
class ValuesStayWithinBounds(_ReadsWhatItNames):
    """Measured values stay within their bounds.

    query: gives the columns subject, observed, at_least, at_most and examples (a list) of `Finding`, in that
    order; few rows, whatever the size of the tables.
    """

    query: str

    @property
    def sql(self) -> str:
        """The query itself."""
        return self.query

    def measured(self, engine: Engine) -> list[Finding]:
        """One finding per row of the query."""
        return [
            Finding(subject, observed, at_least, at_most, tuple(examples or ()))
            for subject, observed, at_least, at_most, examples in engine.rows(self.query)
        ]


#: What an address looks like within a text.
_ADDRESS = r"[A-Za-z0-9._%+''-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z0-9]"


@dataclass(frozen=True)
class TextsNameNobody:
    """No text of a schema quotes an address of somebody known; what is found is counted, never quoted.

    of, column: the table that may have addresses, and its column of them; without the column nobody is known.
    but: endings of the names of columns that may have them too.
    """

    of: str
    column: str
    but: Sequence[str] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """The relation that it reads by name; the others are all that there are."""
        return (self.of,)

    @property
    def sql(self) -> str:
        """The addresses of everybody known."""
        address = f"lower(trim({self.column}))"
        return f"select distinct {address} as address from {self.of} where {self.column} like '%@%'"

    def measured(self, engine: Engine) -> list[Finding]:
        """One finding per text column: how many quoted addresses are somebody's."""
        columns = engine.text_columns()
        schema = self.of.rpartition(".")[0] + "."
        searched = [
            (relation, column)
            for relation, column in columns
            if relation.startswith(schema) and relation != self.of and not column.endswith(tuple(self.but))
        ]
        if (self.of, self.column) not in columns or not searched:
            return []
        counts = " union all ".join(_quoted(i, *where) for i, where in enumerate(searched))
        found = engine.rows(f"with addresses as materialized ({self.sql}) {counts}")
        return [
            Finding(f"rows of {relation.removeprefix(schema)}.{column}", quoted)
            for (relation, column), (_, quoted) in zip(searched, sorted(found), strict=True)
        ]


def _quoted(place: int, relation: str, column: str) -> str:
    """The query that counts the known addresses in a column of texts."""
    texts = f"unnest(regexp_extract_all(lower(\"{column}\"), '{_ADDRESS}'))"
    return (
        f"select {place}, count(*)"
        f" from (select {texts} as address from {relation} where contains(\"{column}\", '@')) as quoting"
        " semi join addresses on quoting.address = addresses.address"
    )


def table(relation: str, where: str = "") -> tuple[str, str]:
    """A side of totals: a table by its own name, or those of its rows that a condition is true of."""
    return relation.rsplit(".", 1)[1], f"(select * from {relation} where {where})" if where else relation


def rates_divide(rates: Mapping[str, tuple[str, str]]) -> str:
    """What is true of a row whose rates are its counts divided, null over zero.

    rates: rate -> what is divided by what.
    """
    return " and ".join(
        f"({rate} is null and {divisor} = 0"
        f" or abs({rate} - cast({dividend} as double) / nullif({divisor}, 0)) < 1e-9)"
        for rate, (dividend, divisor) in rates.items()
    )
