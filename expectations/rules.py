"""The kinds of rules that checks consist of, each with the SQL that measures it in the engine.

Belongs here: promises that can be made about any table: rows keep a rule, keys are unique, totals agree,
every row has its dimension row, measured values stay within bounds, texts quote nobody's address. A rule
reads large tables and returns a few findings. Does not belong here: which table keeps which promise
(`suites/`), the same rules as Great Expectations' classes (`gx/expectations.py`).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from expectations.check import Finding
from expectations.engine import Engine

#: How many offending rows a finding names at most.
EXAMPLES = 3


def relations_in(sql: str) -> tuple[str, ...]:
    """Return the relations that a query names, in order.

    Queries always write them `database.schema.table`.
    """
    return tuple(dict.fromkeys(re.findall(r"\b(?:insights|work)\.\w+\.\w+", sql)))


def first(expression: str, condition: str = "true") -> str:
    """SQL for an aggregate: the first few values of `expression` in rows for which `condition` is true."""
    return f"min(case when {condition} then cast({expression} as varchar) end, {EXAMPLES})"


class _ReadsWhatItNames(ABC):
    """Base of rules that need the relations named in their SQL."""

    reads_every_table: ClassVar[bool] = False

    @property
    @abstractmethod
    def sql(self) -> str:
        """Return the query that measures the rule."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the relations that the rule reads."""
        return relations_in(self.sql)


@dataclass(frozen=True)
class RowsKeepRule(_ReadsWhatItNames):
    """Every row keeps a rule; a row for which the rule is null breaks it.

    of: a table, or a query in parentheses. rule: SQL over its columns that must be true for every row. key:
        SQL for the name of a row. noun: subject and verb for rows that break the rule, in the plural.
    """

    of: str
    rule: str
    key: str
    noun: str = "rows break it"

    @property
    def sql(self) -> str:
        """Return the query that measures only this rule."""
        return one_pass(self.of, [self])

    @property
    def aggregates(self) -> tuple[str, ...]:
        """Return SQL aggregates: the number of rows that break the rule, and the first of them."""
        broken = f"({self.rule}) is not true"
        return f"count(case when {broken} then 1 end)", first(self.key, broken)

    def found(self, rows: int, broken: int, examples: Sequence[str] | None) -> tuple[Finding]:
        """Return the finding for the aggregates' values from a pass over all rows."""
        return (Finding(f"of {rows} {self.noun}", broken, examples=tuple(examples or ())),)

    def measured(self, engine: Engine) -> tuple[Finding]:
        """Measure this rule in a pass of its own."""
        ((rows, *values),) = engine.rows(self.sql)
        return self.found(rows, *values)


def one_pass(relation: str, rules: Sequence[RowsKeepRule]) -> str:
    """SQL that counts a relation's rows and gives the aggregates of several rules, all in one scan."""
    aggregates = [aggregate for rule in rules for aggregate in rule.aggregates]
    return f"select count(*), {', '.join(aggregates)} from {relation} as checked"


@dataclass(frozen=True)
class KeysAreUnique(_ReadsWhatItNames):
    """No two rows have the same key.

    of: a table, or a query in parentheses. key: SQL for a row's key.
    """

    of: str
    key: str

    @property
    def sql(self) -> str:
        """Return the query that counts rows and distinct keys."""
        return f"select count(*), count(distinct {self.key}) from {self.of} as checked"

    def measured(self, engine: Engine) -> tuple[Finding]:
        """Return one finding: the number of surplus rows, with the keys that occur more than once."""
        ((rows, keys),) = engine.rows(self.sql)
        examples = self._twice(engine) if rows != keys else ()
        return (Finding(f"rows too many of {rows}", rows - keys, examples=examples),)

    def _twice(self, engine: Engine) -> tuple[str, ...]:
        """Return keys of more than one row. Called only if there are any, since it takes a second pass."""
        rows = engine.rows(
            f"select cast({self.key} as varchar) as name from {self.of} as checked"
            f" group by all having count(*) > 1 order by name limit {EXAMPLES}"
        )
        return tuple(str(name) for (name,) in rows)


@dataclass(frozen=True)
class TotalsAgree(_ReadsWhatItNames):
    """In every cell (combination of values of the columns `per`) two sides have the same counts.

    A cell that one side lacks counts as 0 on that side.
    here, there: a side's name for messages, and the table or query in parentheses in which to count.
    counts: name -> SQL of the aggregate on either side.
    """

    here: tuple[str, str]
    there: tuple[str, str]
    per: Sequence[str]
    counts: Mapping[str, tuple[str, str]]

    @property
    def sql(self) -> str:
        """Return the query for the number of cells, and per count: differing cells, both sums, first
        examples.
        """
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
        # The name of a cell is computed inside the `case`, so that it is computed for differing cells only.
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
        """Return one finding per count: the number of cells in which it differs."""
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
    """Every row of a fact has its row in each dimension; a null key has none, so it breaks the rule.

    of: the fact. members: dimension -> the columns that both share.
    """

    of: str
    members: Mapping[str, Sequence[str]]

    @property
    def sql(self) -> str:
        """Return the query with a row per dimension: how many members of the fact it lacks, and the first of
        them.
        """
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
        """Return one finding per dimension."""
        names = [dimension.rsplit(".", 1)[1] for dimension in self.members]
        return [
            Finding(f"members missing in {names[place]}", missing, examples=tuple(examples or ()))
            for place, missing, examples in sorted(engine.rows(self.sql))
        ]


@dataclass(frozen=True)
class ValuesStayWithinBounds(_ReadsWhatItNames):
    """Measured values stay within their bounds.

    query: returns the columns subject, observed, at_least, at_most and examples (a list) of `Finding`, in
        that order. It must return few rows, however large the tables are.
    """

    query: str

    @property
    def sql(self) -> str:
        """Return the query."""
        return self.query

    def measured(self, engine: Engine) -> list[Finding]:
        """Return one finding per row of the query."""
        return [
            Finding(subject, observed, at_least, at_most, tuple(examples or ()))
            for subject, observed, at_least, at_most, examples in engine.rows(self.query)
        ]


#: Pattern of an e-mail address inside a text.
_ADDRESS = r"[A-Za-z0-9._%+''-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z0-9]"


@dataclass(frozen=True)
class TextsNameNobody:
    """No text of a schema quotes the e-mail address of a known contact. Findings only count the addresses.

    of, column: the table of known addresses and its column; if the table lacks the column, no address is
        known.
    but: endings of the names of other columns that may hold addresses. only: tables of which other relations
        hold the rows to be searched, with these; the others are searched wholly.
    """

    reads_every_table: ClassVar[bool] = True

    of: str
    column: str
    but: Sequence[str] = ()
    only: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs(self) -> tuple[str, ...]:
        """Return the relation that the rule reads by name; besides it reads every table of the schema."""
        return (self.of,)

    @property
    def sql(self) -> str:
        """Return the query for all known addresses."""
        address = f"lower(trim({self.column}))"
        return f"select distinct {address} as address from {self.of} where {self.column} like '%@%'"

    def measured(self, engine: Engine) -> list[Finding]:
        """Return one finding per text column: how many known addresses its texts quote."""
        columns = engine.text_columns()
        schema = self.of.rpartition(".")[0] + "."
        searched = [
            (relation, column)
            for relation, column in columns
            if relation.startswith(schema) and relation != self.of and not column.endswith(tuple(self.but))
        ]
        if (self.of, self.column) not in columns or not searched:
            return []
        counts = " union all ".join(
            _quoted(i, self.only.get(relation, relation), column)
            for i, (relation, column) in enumerate(searched)
        )
        found = engine.rows(f"with addresses as materialized ({self.sql}) {counts}")
        return [
            Finding(f"rows of {relation.removeprefix(schema)}.{column}", quoted)
            for (relation, column), (_, quoted) in zip(searched, sorted(found), strict=True)
        ]


def _quoted(place: int, relation: str, column: str) -> str:
    """SQL that counts the known addresses in a text column."""
    texts = f"unnest(regexp_extract_all(lower(\"{column}\"), '{_ADDRESS}'))"
    return (
        f"select {place}, count(*)"
        f" from (select {texts} as address from {relation} where contains(\"{column}\", '@')) as quoting"
        " semi join addresses on quoting.address = addresses.address"
    )


def table(relation: str, where: str = "") -> tuple[str, str]:
    """Return a side of `TotalsAgree`: a table under its own name, or its rows for which `where` is true."""
    return relation.rsplit(".", 1)[1], f"(select * from {relation} where {where})" if where else relation


def rates_divide(rates: Mapping[str, tuple[str, str]]) -> str:
    """SQL that is true for a row in which each rate is its counts' quotient, null if the denominator is 0.

    rates: rate -> (numerator, denominator).
    """
    return " and ".join(
        f"({rate} is null and {divisor} = 0"
        f" or abs({rate} - cast({dividend} as double) / nullif({divisor}, 0)) < 1e-9)"
        for rate, (dividend, divisor) in rates.items()
    )
