"""Runs the SQL of checks, which is written for DuckDB, on Spark.

Belongs here: the translation of statements (by SQLGlot, and what it does not know) and of relations' names.
Does not belong here: any check.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from expectations.engine import EngineError

#: The databases of DuckDB; on Spark one catalog holds all schemas. Checks do not see the change logs here, so
#: that all rows are asked: a check of what changed needs places of rows (`rowid`), which Spark has not.
_DATABASES = re.compile(r"\b(?:insights|work)\.(?=\w+\.\w+)")
_SCHEMAS = {"marts": "insights", "raw": "work", "intermediate": "work", "staging": "work", "seeds": "work"}


class SparkChecks:
    """The engine of checks over a Spark session."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query that is written for DuckDB and return its rows."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException
        from sqlglot.errors import SqlglotError

        try:
            found = self._session.sql(translated(sql)).collect()
        except (PySparkException, Py4JError, SqlglotError) as error:
            raise EngineError(str(error).strip().splitlines()[0]) from error
        return [tuple(_plain(value) for value in row) for row in found]

    def relations(self) -> frozenset[str]:
        """Return every table and view by its name in checks, `database.schema.table`."""
        return self._relations

    @functools.cached_property
    def _relations(self) -> frozenset[str]:
        return frozenset(
            f"{database}.{schema}.{row[1]}"
            for schema, database in _SCHEMAS.items()
            for kind in ("tables", "views")
            for row in self._session.sql(f"show {kind} in {schema}").collect()
        )

    def text_columns(self) -> list[tuple[str, str]]:
        """Return every text column of every table, sorted by name."""
        return sorted(
            (f"{database}.{schema}.{row.tableName}", field.name)
            for schema, database in _SCHEMAS.items()
            for row in self._session.sql(f"show tables in {schema}").collect()
            for field in self._session.table(f"{schema}.{row.tableName}").schema
            if field.dataType.typeName() == "string"
        )


def translated(sql: str) -> str:
    """Return a query for DuckDB as one for Spark."""
    import sqlglot

    tree = sqlglot.parse_one(_DATABASES.sub("", sql), read="duckdb")
    return _spark(tree)


def _spark(tree: Any) -> str:
    """Return SQL for a parsed query or a part of it."""
    return str(tree.transform(_in_spark_words).sql(dialect="spark"))


def _in_spark_words(node: Any) -> Any:
    """Replace what SQLGlot leaves as it is in DuckDB: functions that Spark lacks or understands otherwise."""
    import sqlglot
    from sqlglot import exp

    words = None
    if isinstance(node, exp.Min) and node.args.get("count"):
        words = f"slice(sort_array(collect_list({_spark(node.this)})), 1, {_spark(node.args['count'])})"
    elif isinstance(node, exp.Filter) and isinstance(node.this, exp.ArgMax):
        words = _greatest_of(node.this, _spark(node.expression.this))
    elif isinstance(node, exp.Median):
        # Spark's `median` takes no window with a frame.
        words = f"percentile({_spark(node.this)}, 0.5)"
    elif isinstance(node, exp.Anonymous) and str(node.this).lower() in _NAMED:
        words = _NAMED[str(node.this).lower()](_spark(node.expressions[0]))
    elif isinstance(node, exp.GroupConcat):
        words = _joined(node)
    elif isinstance(node, exp.WindowSpec) and isinstance(node.args.get("start"), exp.Interval):
        # Days before a date are a number on Spark.
        node.set("start", exp.Literal.number(node.args["start"].name))
    elif isinstance(node, exp.CTE):
        node.set("materialized", None)
    return sqlglot.parse_one(words, read="spark") if words else node


def _joined(node: Any) -> str:
    """SQL for values in order, with a text between them: `string_agg(value, text order by value)`."""
    from sqlglot import exp

    value = node.this.this if isinstance(node.this, exp.Order) else node.this
    return f"array_join(sort_array(collect_list({_spark(value)})), {_spark(node.args['separator'])})"


def _greatest_of(node: Any, condition: str) -> str:
    """SQL for the values in rows with the greatest others, greatest first: `max_by(value, other, count)`."""
    pairs = f"case when {condition} then struct({_spark(node.expression)} as o, {_spark(node.this)} as v) end"
    ordered = f"sort_array(collect_list({pairs}), false)"
    return f"slice(transform({ordered}, pair -> pair.v), 1, {_spark(node.args['count'])})"


def _deviation(value: str) -> str:
    """SQL for the median absolute deviation: Spark has no function for it."""
    apart = f"sort_array(transform(collect_list({value}), v -> abs(v - percentile({value}, 0.5))))"
    middle = [f"get({apart}, cast(floor((count({value}) {less}) / 2) as int))" for less in ("- 1", "")]
    return f"(({middle[0]} + {middle[1]}) / 2)"


#: Functions of one argument that SQLGlot does not know.
_NAMED: Mapping[str, Callable[[str], str]] = {
    "mad": _deviation,
    "epoch_us": lambda value: f"unix_micros({value})",
}


def _plain(value: Any) -> Any:
    """Return a value as DuckDB gives it: a sum of whole numbers is no decimal."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
