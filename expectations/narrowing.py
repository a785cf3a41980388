"""Asks rules of what changed alone, where an earlier audit found the whole tables in order.

Why that is enough: a rule is a statement about each of many small sets of rows (one row, the rows of a key,
the rows of a cell in two tables). If no row of such a set changed, came or went since the rule was found
kept, the set is the one it was, and so is the verdict on it. So the sets that hold a changed row are asked,
with all of their rows, changed or not; change logs (schema `changes`) hold every row that changed, as it was
and as it is, so that sets which lost a row are among them. Where it is not plain which sets those are, the
rule is asked of everything: if it reads a relation that has no log, or today's date.

Belongs here: the narrower form of each kind of rule, with its reason. Does not belong here: which checks are
asked so (`gx/validation.py`), what the logs hold (the dbt project).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import Formatter

from expectations.check import Rule, Scope
from expectations.engine import Engine
from expectations.rules import (
    KeysAreUnique,
    RowsFindMembers,
    RowsKeepRule,
    TextsNameNobody,
    TotalsAgree,
    relations_in,
)

_RELATION = re.compile(r"\b(?:insights|work)\.\w+\.\w+")
#: A side of `TotalsAgree` that shows rows of one relation as they are, or some of them.
_ROWS_OF_ONE = re.compile(
    r"(?:insights|work)\.\w+\.\w+"
    r"|\(select \* from (?:insights|work)\.\w+\.\w+(?: where .*)?\)",
    re.DOTALL,
)


@dataclass(frozen=True)
class ChangeLog:
    """Where the changed rows of a relation are.

    log: relation with these rows, as they were and as they are. key: columns that name a row in both.
    is_view: whether the relation is a view that shows each row of the logged table once.
    """

    log: str
    key: Sequence[str]
    is_view: bool = False


@dataclass(frozen=True)
class Changes:
    """What changed in a build's relations since all of them were as an audit found them.

    logs: by relation, named `database.schema.table`. unchanged: relations that are as they were. A relation
        that is in neither may have changed in any way.
    """

    logs: Mapping[str, ChangeLog] = field(default_factory=dict)
    unchanged: Collection[str] = frozenset()


#: Any relation may have changed in any way.
NOTHING_KNOWN = Changes()


class Narrowing:
    """Narrows the rules of one audit.

    What several rules ask for, the values that changed rows have and the places of rows that have them, is
    found once, and kept in temporary tables of the engine.
    """

    def __init__(self, changes: Changes, engine: Engine) -> None:
        relations = engine.relations()
        self._engine = engine
        self._logs = {name: log for name, log in changes.logs.items() if log.log in relations}
        self._known = {*self._logs, *changes.unchanged}
        self._by_table = {
            name.rpartition(".")[2]: log.log for name, log in self._logs.items() if not log.is_view
        }
        self._kept: dict[str, str] = {}

    def narrowed(self, rule: Rule, scope: Scope | None) -> Rule | None:
        """Return the rule asked of what changed alone, or None if it must be asked of everything.

        Raise `EngineError` if a log lacks a column by which the rule could be asked.
        """
        if not self._logs:
            return None
        if isinstance(rule, TextsNameNobody):
            return self._texts(rule)
        if isinstance(rule, RowsFindMembers):
            return self._members(rule)
        if not isinstance(rule, RowsKeepRule | KeysAreUnique | TotalsAgree):
            return None
        read = [name for name in rule.needs if scope is None or name not in scope.whole]
        if not self._known.issuperset(read) or self._logs.keys().isdisjoint(read):
            return None
        if scope is not None:
            # The suite promises that rows with other values never meet these.
            return self._within(rule, scope) if self._can_follow(scope) else None
        if isinstance(rule, TotalsAgree):
            return self._cells(rule)
        if rule.needs != (rule.of,):
            return None
        if isinstance(rule, KeysAreUnique):
            # Among keys that no changed row has, no row came.
            return self._within(rule, Scope(by=(rule.key,))) if rule.key.isidentifier() else None
        # A row that did not change keeps a rule about its own columns.
        return replace(rule, of=self._rows(rule.of, self._logs[rule.of].key, self._changed_keys(rule.of)))

    def _within(self, rule: RowsKeepRule | KeysAreUnique | TotalsAgree, scope: Scope) -> Rule:
        """Ask of the values of a scope's columns that changed rows have."""
        wanted = self._touched(rule.needs, scope)

        def narrow(sql: str) -> str:
            return _RELATION.sub(lambda found: self._rows_in_scope(found[0], scope, wanted), sql)

        if not isinstance(rule, TotalsAgree):
            return replace(rule, of=narrow(rule.of))
        (here, of_here), (there, of_there) = rule.here, rule.there
        return replace(rule, here=(here, narrow(of_here)), there=(there, narrow(of_there)))

    def _cells(self, rule: TotalsAgree) -> Rule | None:
        """Ask of the cells that a changed row of either side is in, or was in: in others both sides count the
        rows that they counted before.
        """
        sides = [query for _, query in (rule.here, rule.there)]
        is_plain = all(_ROWS_OF_ONE.fullmatch(query) and len(relations_in(query)) == 1 for query in sides)
        return self._within(rule, Scope(by=rule.per)) if is_plain else None

    def _members(self, rule: RowsFindMembers) -> RowsFindMembers | None:
        """Ask of changed rows, and of rows that name a member which its dimension lost: no other row can have
        lost the member that it had.
        """
        read = (rule.of, *rule.members)
        if not self._logs.keys() >= set(read) or any(self._logs[name].is_view for name in read):
            return None
        places = [self._places(rule.of, self._logs[rule.of].key, self._changed_keys(rule.of))]
        for dimension, keys in rule.members.items():
            columns = ", ".join(keys)
            log = self._logs[dimension].log
            lost = f"select {columns} from {log} except select {columns} from {dimension}"
            places.append(self._places(rule.of, keys, self._values(lost, len(keys))))
        found = " union ".join(f"select place from {table}" for table in places)
        return replace(rule, of=f"(select * from {rule.of} where rowid in ({found}))")

    def _texts(self, rule: TextsNameNobody) -> TextsNameNobody | None:
        """Search the texts of changed rows, as they were and are, unless an address became known: any text
        may quote that one. Without one, texts as they were quote nobody, as was found then.
        """
        if rule.of not in self._logs:
            return None
        log, address = self._logs[rule.of].log, f"lower(trim({rule.column}))"
        new = (
            f"select {address} from (from {log} intersect from {rule.of}) as came"
            f" where {rule.column} like '%@%'"
            f" except select {address} from (from {log} except from {rule.of}) as were"
        )
        if self._engine.rows(f"select 1 from ({new}) as new limit 1"):
            return None
        return replace(rule, only={name: log.log for name, log in self._logs.items() if not log.is_view})

    def _can_follow(self, scope: Scope) -> bool:
        """Whether all logs are known that the further queries of a scope read."""
        named = (name for query in scope.also for _, name, _, _ in Formatter().parse(query))
        return all(name is None or name in self._by_table for name in named)

    def _touched(self, relations: Sequence[str], scope: Scope) -> str:
        """Return the table of the values of a scope's columns in rows that changed, as they were or are."""
        logs = {
            f"select {', '.join(scope.named.get(relation, scope.by))} from {self._logs[relation].log}": None
            for relation in relations
            if relation in self._logs and relation not in scope.whole
        }
        also = (query.format(**self._by_table) for query in scope.also)
        return self._values(" union ".join([*logs, *also]), len(scope.by))

    def _changed_keys(self, relation: str) -> str:
        log = self._logs[relation]
        return self._values(f"select distinct {', '.join(log.key)} from {log.log}", len(log.key))

    def _rows_in_scope(self, relation: str, scope: Scope, wanted: str) -> str:
        if relation in scope.whole:
            return relation
        return self._rows(relation, scope.named.get(relation, scope.by), wanted)

    def _rows(self, relation: str, columns: Sequence[str], wanted: str) -> str:
        """SQL for a relation's rows whose values in the columns are in a table of values."""
        if relation not in self._logs or self._logs[relation].is_view:
            return f"(select sought.* {_found(relation, columns, wanted)})"
        # The columns tell where rows are; then only blocks that hold some are read.
        places = self._places(relation, columns, wanted)
        return f"(select * from {relation} where rowid in (select place from {places}))"

    def _places(self, relation: str, columns: Sequence[str], wanted: str) -> str:
        """Return the table of the places of these rows."""
        return self._table(f"select sought.rowid as place {_found(relation, columns, wanted)}")

    def _values(self, query: str, columns: int) -> str:
        """Return the table of the values that a query gives, named in order."""
        return self._table(f"select * from ({query}) as wanted ({', '.join(_names(columns))})")

    def _table(self, query: str) -> str:
        if query not in self._kept:
            table = f"temp.main.narrowed_{len(self._kept)}"
            self._engine.rows(f"create or replace temporary table {table} as {query}")
            self._kept[query] = table
        return self._kept[query]


def _names(columns: int) -> list[str]:
    return [f"value_{place}" for place in range(columns)]


def _found(relation: str, columns: Sequence[str], wanted: str) -> str:
    """SQL for the rows of a relation, as `sought`, whose columns have the values of a row of a table."""
    on = " and ".join(
        f"sought.{column} is not distinct from wanted.{name}"
        for column, name in zip(columns, _names(len(columns)), strict=True)
    )
    return f"from {relation} as sought semi join {wanted} as wanted on {on}"
