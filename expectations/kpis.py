"""The KPI dictionary: each KPI's name, meaning and formula, and the marts that show it.

Belongs here: reading the dictionary, that is, the semantic models and metrics of the dbt project. Does not
belong here: what must be true of a KPI (`suites/`), files generated from the dictionary
(`orchestration/tools/kpis.py`).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

MODELS = Path(__file__).parents[1] / "dbt_project" / "models"

#: dbt's name of an aggregation -> SQL for it.
_AGGREGATED = {
    "count": "count({})",
    "count_distinct": "count(distinct {})",
    "sum": "sum({})",
    "sum_boolean": "count(case when {} then 1 end)",
}


@dataclass(frozen=True)
class Kpi:
    """One KPI: a count of rows of a fact, or a rate of two counts.

    name: unique; `mf query` and the documentation call it this.
    column: its column in marts; several subjects may use the same column name (`visits`).
    label, words: name and description for people.
    file: the YAML file that defines it.
    shown_in: the marts that have the column.
    """

    name: str
    column: str
    label: str
    words: str
    file: Path
    shown_in: tuple[str, ...]


@dataclass(frozen=True)
class Count(Kpi):
    """A KPI that sums a column of a fact.

    fact: the table whose rows it counts. of: the semantic model of that table.
    flag_or_number: SQL over the fact's columns.
    sql: the aggregate over rows of the fact.
    event: the interaction type that it counts, if it counts only one.
    of_people: whether machines' interactions are excluded.
    is_state: whether it is a level at the end of a day, which does not add up over days.
    """

    fact: str
    of: str
    flag_or_number: str
    sql: str
    event: str | None
    of_people: bool
    is_state: bool

    @property
    def is_additive(self) -> bool:
        """Whether the counts of disjoint parts add up to the count of the whole."""
        return "distinct" not in self.sql and not self.is_state

    @property
    def is_flag(self) -> bool:
        """Whether each row of the fact counts as 0 or 1."""
        return self.sql.startswith("count(case")


@dataclass(frozen=True)
class Rate(Kpi):
    """A KPI that divides one count by another.

    numerator, denominator: the two as columns of a mart. parts: their names.
    """

    numerator: str
    denominator: str
    parts: tuple[str, str]


@functools.cache
def counts() -> tuple[Count, ...]:
    """Return every count, in the order of the dictionary."""
    return tuple(count for path, text in _files() for count in _counts(path, text))


@functools.cache
def rates() -> tuple[Rate, ...]:
    """Return every rate, in the order of the dictionary."""
    columns = {count.name: count.column for count in counts()}
    found = []
    for path, text in _files():
        for metric in text.get("metrics", ()):
            over, under = metric["type_params"]["numerator"], metric["type_params"]["denominator"]
            words = _words(path, metric, {})
            found.append(
                Rate(**words, numerator=columns[over], denominator=columns[under], parts=(over, under))
            )
    return tuple(found)


def shown_in(mart: str) -> tuple[Kpi, ...]:
    """Return a mart's KPIs in the order of its columns: counts of its own subject, of others, then rates."""
    here = [count for count in counts() if mart in count.shown_in]
    subject = next((path.relative_to(MODELS).parts[0] for path in MODELS.rglob(f"{mart}.yml")), "")
    here.sort(key=lambda count: count.file.parent.name != subject)
    return (*here, *(rate for rate in rates() if mart in rate.shown_in))


def marts() -> tuple[str, ...]:
    """Return the names of all marts that show a KPI, sorted."""
    return tuple(sorted({mart for kpi in (*counts(), *rates()) for mart in kpi.shown_in}))


def described_marts() -> tuple[Mapping[str, Any], ...]:
    """Return the entries of all marts in the project's YAML, in the order of their names."""
    models = (_read(path)["models"][0] for path in MODELS.rglob("mart_*.yml"))
    return tuple(sorted(models, key=lambda model: str(model["name"])))


def key_of(mart: str) -> tuple[str, ...]:
    """Return the key columns of a mart; none of a view, which has its key of the table that it reads."""
    described = _read(next(MODELS.rglob(f"{mart}.yml")))["models"][0]
    keys = (test["primary_key"] for test in described.get("data_tests", ()) if "primary_key" in test)
    return next((tuple(key["arguments"]["columns"]) for key in keys), ())


def counts_of(model: str) -> dict[str, Count]:
    """Return the counts of a semantic model, by the name of their column."""
    return {count.column: count for count in counts() if count.of == model}


def rates_in(mart: str) -> dict[str, tuple[str, str]]:
    """Return the rates of a mart: column -> (numerator, denominator)."""
    return {rate.column: (rate.numerator, rate.denominator) for rate in rates() if mart in rate.shown_in}


@functools.cache
def _files() -> tuple[tuple[Path, Mapping[str, Any]], ...]:
    return tuple((path, _read(path)) for path in sorted(MODELS.glob("*/_*_kpis.yml")))


def _read(path: Path) -> dict[str, Any]:
    # dbt's own YAML loader: `safe_load`'s, which is just as safe, fails on values that dbt accepts, such as
    # `{name: Opened?}`.
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


def _counts(path: Path, text: Mapping[str, Any]) -> Iterator[Count]:
    for model in text.get("semantic_models", ()):
        inherited = _meta(model)
        for measure in model.get("measures", ()):
            expression = str(measure.get("expr", measure["name"]))
            meta = inherited | _meta(measure)
            yield Count(
                **_words(path, measure, inherited),
                fact=re.findall(r"\w+", model["model"])[-1],
                of=model["name"],
                flag_or_number=expression,
                sql=_AGGREGATED[measure["agg"]].format(expression),
                event=meta.get("event"),
                of_people=meta.get("by") == "people",
                is_state="non_additive_dimension" in measure,
            )


def _words(path: Path, entry: Mapping[str, Any], inherited: dict[str, Any]) -> dict[str, Any]:
    meta = inherited | _meta(entry)
    return {
        "name": entry["name"],
        "column": meta.get("column", entry["name"]),
        "label": entry["label"],
        "words": " ".join(entry["description"].split()),
        "file": path,
        "shown_in": tuple(meta["shown_in"]),
    }


def _meta(entry: Mapping[str, Any]) -> dict[str, Any]:
    return dict(entry.get("config", {}).get("meta", {}))
