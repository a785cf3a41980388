"""The plans of every statement that a build sends to DuckDB, and which of them compare everything with everything.

Belongs here: planning statements at the moment they are sent, over the tables as they then are, and finding
joins whose work grows with the product of their inputs. Does not belong here: what is built.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

#: Operators that compare every row of one input with every row of the other, or with all within a range.
QUADRATIC = frozenset(
    {"NESTED_LOOP_JOIN", "BLOCKWISE_NL_JOIN", "CROSS_PRODUCT", "IE_JOIN", "PIECEWISE_MERGE_JOIN"}
)

#: The one list of inputs so small by nature that another input may be compared with all of them, beside those
#: that have one row whatever they are read from, such as the highest of all dates.
BOUNDED = {
    "int_as_of_day": "one row: the day that a build's figures are of",
    "COLUMN_DATA_SCAN": "rows in the statement, or a single value that DuckDB took from statistics: the last day",
    "DUMMY_SCAN": "written in the statement itself: the digits that the days of a calendar are counted with",
}

#: DuckDB's own lists of tables and columns, which dbt asks for.
_CATALOGUE = re.compile(r"DUCKDB_\w+|PRAGMA_\w+")
#: Operators that pass on at most one row for each that they get.
_KEEPS_ONE_ROW = frozenset(
    {"PROJECTION", "FILTER", "ORDER_BY", "TOP_N", "LIMIT", "STREAMING_LIMIT", "WINDOW", "CTE_SCAN"}
)
#: Below these sizes DuckDB loops where it would otherwise sort; both count as they would over large tables.
_SETTINGS = """
    set asof_loop_join_threshold = 0; set nested_loop_join_threshold = 0; set merge_join_threshold = 0;
    set explain_output = 'all'
"""
_PLANNED = frozenset(
    {
        duckdb.StatementType.SELECT,
        duckdb.StatementType.INSERT,
        duckdb.StatementType.UPDATE,
        duckdb.StatementType.DELETE,
        duckdb.StatementType.MERGE_INTO,
        duckdb.StatementType.COPY,
        duckdb.StatementType.CREATE,
    }
)
_NODE = re.compile(r'"node_id": "([^"]+)"')

Operator = dict[str, Any]


@dataclass(frozen=True)
class Planned:
    """A statement as it was sent, and its plan."""

    sql: str
    plan: Operator

    @property
    def node(self) -> str | None:
        """The unique id of the dbt node it belongs to; None where dbt did not send it."""
        found = _NODE.search(self.sql)
        return found.group(1) if found else None


def quadratic_joins(plan: Operator) -> list[str]:
    """Describe each join of a plan that compares all of its inputs, unless one of them is bounded."""
    return [
        _described(operator)
        for operator in _operators(plan)
        if operator["name"] in QUADRATIC and not any(_is_bounded(side) for side in operator["children"])
    ]


def copied_tables(plan: Operator) -> list[str]:
    """Name each table that a plan copies whole into memory, to read it in several places."""
    found = []
    for operator in _operators(plan):
        copied = operator["children"][0] if operator["name"] == "CTE" else operator
        while copied["name"] == "PROJECTION":
            copied = copied["children"][0]
        if operator["name"] == "CTE" and (table := copied["extra_info"].get("Table")):
            found.append(str(table).rsplit(".", 1)[-1])
    return found


def plan_of(connection: Any, sql: str, bindings: Any = None) -> Operator:
    """Give the physical plan of one statement, without running it; needs a connection of `planned`.

    What is computed once and read in several places stands below each place that reads it.
    """
    explain = f"explain (format json) {sql}"
    rows = connection.execute(explain, bindings) if bindings is not None else connection.execute(explain)
    plans = {
        name: {"name": name, "extra_info": {}, "children": json.loads(text)} for name, text in rows.fetchall()
    }
    physical = plans["physical_plan"]
    # Only the logical plan tells the numbers of the parts that are computed once.
    numbers = [
        operator["extra_info"].get("Table Index")
        for operator in _operators(plans.get("logical_opt", physical))
        if operator["name"] == "CTE"
    ]
    computed = [operator for operator in _operators(physical) if operator["name"] == "CTE"]
    assert len(numbers) == len(computed), f"cannot tell which part is read where: {sql}"
    parts = {number: operator["children"][0] for number, operator in zip(numbers, computed, strict=True)}
    for operator in list(_operators(physical)):
        if operator["name"] == "CTE_SCAN":
            operator["children"] = [parts[operator["extra_info"]["CTE Index"]]]
    return physical


def _operators(plan: Operator) -> Iterator[Operator]:
    """Every operator once, each before what it reads."""
    waiting, seen = [plan], set()
    while waiting:
        operator = waiting.pop()
        if id(operator) not in seen:
            seen.add(id(operator))
            yield operator
            waiting.extend(reversed(operator["children"]))


def _described(join: Operator) -> str:
    sides = " with ".join(", ".join(sorted(_tables(side))) for side in join["children"])
    conditions = join["extra_info"].get("Conditions") or join["extra_info"].get("Condition")
    return f"{join['name']} of {sides} on {conditions or 'nothing'}"


@contextlib.contextmanager
def planned() -> Iterator[list[Planned]]:
    """Plan every statement that this process sends to DuckDB, just before it runs."""
    found: list[Planned] = []
    connect = duckdb.connect

    def connect_and_plan(*arguments: Any, **options: Any) -> Any:
        return _Connection(connect(*arguments, **options), found)

    duckdb.connect = connect_and_plan
    try:
        yield found
    finally:
        duckdb.connect = connect


class _Connection:
    """A connection or cursor that plans what it is told to run."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, found: list[Planned]) -> None:
        self._connection = connection
        self._found = found
        with contextlib.suppress(duckdb.InvalidInputException):  # a cursor of a locked database
            connection.execute(_SETTINGS)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def cursor(self) -> _Connection:
        return _Connection(self._connection.cursor(), self._found)

    def execute(self, query: Any, parameters: Any = None) -> Any:
        """Run a query; each of its statements is planned over what the ones before it left."""
        statements = duckdb.extract_statements(query) if isinstance(query, str) else [query]
        result: Any = self._connection
        for statement in statements:
            if statement.type in _PLANNED:
                plan = plan_of(self._connection, statement.query, parameters)
                self._found.append(Planned(str(query), plan))
            result = self._run(statement, parameters)
        return result

    def _run(self, statement: Any, parameters: Any) -> Any:
        if parameters is None:
            return self._connection.execute(statement)
        return self._connection.execute(statement, parameters)


def _is_bounded(side: Operator) -> bool:
    """Whether an input has at most one row, or is named in the list, or is DuckDB's own catalogue."""
    if _has_at_most_one_row(side):
        return True
    tables = _tables(side)
    return bool(tables) and all(table in BOUNDED or _CATALOGUE.fullmatch(table) for table in tables)


def _has_at_most_one_row(operator: Operator) -> bool:
    name, children = operator["name"], operator["children"]
    if name in ("UNGROUPED_AGGREGATE", "DUMMY_SCAN", "EMPTY_RESULT"):
        return True
    if name == "HASH_GROUP_BY" and operator["extra_info"].get("Groups") == "":
        return True
    if name in _KEEPS_ONE_ROW or name == "CROSS_PRODUCT":
        return bool(children) and all(_has_at_most_one_row(child) for child in children)
    return False


def _tables(operator: Operator) -> set[str]:
    """Names of the tables that an input is read from; of other sources, the operator's name."""
    if not operator["children"]:
        table = operator["extra_info"].get("Table")
        return {str(table).rsplit(".", 1)[-1] if table else str(operator["name"]).strip()}
    return {table for child in operator["children"] for table in _tables(child)}
