"""What one page is filled from, and how a value of a row is written in a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from insights_app.catalogue import bands, blocks, kpis, queries
from insights_app.catalogue.blocks import Column, Entity, Kind
from insights_app.pages import values
from insights_app.pages.address import Address
from insights_app.pages.filled import trend_lines
from insights_app.published.reader import BuildInfo, Reader
from insights_app.texts import later, said

#: Kinds of columns with personal data.
PERSONAL = frozenset({"person", "address", "values"})
HIDDEN = later("hidden")


@dataclass(frozen=True)
class Cell:
    """A table's cell.

    share: its share of the column's largest value, for a bar; None without a bar. verdict: the band of a rate
    that has bands. line: the trend line.
    """

    text: str
    kind: str
    link: str = ""
    share: float | None = None
    moment: str = ""
    verdict: bands.Verdict | None = None
    line: trend_lines.Line | None = None

    @property
    def is_plain(self) -> bool:
        """Whether the cell is its text alone, which is quicker to write."""
        return not (self.link or self.moment or self.verdict or self.line or self.kind == "values")


@dataclass(frozen=True)
class Page:
    """The data that the blocks of one page are filled from.

    build: facts about the build. shows_people: whether personal values are shown.
    """

    reader: Reader
    build: BuildInfo
    entity: Entity
    address: Address
    shows_people: bool

    @cached_property
    def kpis(self) -> dict[str, kpis.Kpi]:
        """Return the KPIs of the entity's subject, by column."""
        return kpis.by_column(self.entity.subject)

    @property
    def parameters(self) -> dict[str, Any]:
        """The values that queries bind."""
        return {**self.address.parameters, "last_day": self.build.last_day}

    def sql(self, block: blocks.Block) -> str:
        """Return the block's query."""
        return queries.sql_of_block(self.entity.name, block)

    def rows(self, block: blocks.Block) -> list[dict[str, Any]]:
        """Return all rows of the block's query."""
        return self.reader.rows(self.sql(block), self.parameters)


def downloads(address: Address, block: blocks.Block) -> dict[str, str]:
    """Return the addresses of a block's rows as files, by format."""
    return {kind: address.with_(download=block.query, format=kind) for kind in ("csv", "parquet")}


def cell(page: Page, column: Column, row: Mapping[str, Any], largest: Any = None) -> Cell:
    """Return one value of a row as a page writes it.

    A personal value is hidden from readers without the role.
    """
    value, kind = row.get(column.name), kind_of(page, column)
    if value is not None and is_hidden(page, column):
        return Cell(said(HIDDEN), "hidden")
    if column.trend is not None:
        return Cell("", kind, line=trend_lines.line_of(value or [], column.label, column.trend.kind))
    if isinstance(value, str) and value in column.words:
        value = said(column.words[value])
    elif kind == "kpi" and value in page.kpis:
        value = said(page.kpis[value].label)
    text = values.text_of(value, kind)
    link = _link(page, column, row) if value is not None else ""
    share = (value or 0) / largest if largest else None
    moment = value.isoformat() if kind == "time" and value is not None else ""
    return Cell(text, kind, link, share, moment, _verdict(page, column, row))


def cells(page: Page, columns: Any, rows: list[dict[str, Any]]) -> list[list[Cell]]:
    """Return rows as cells, with the bars of columns that have them."""
    largest = {
        column.name: max((row[column.name] or 0 for row in rows), default=0)
        for column in columns
        if column.has_bar
    }
    return [[cell(page, column, row, largest.get(column.name)) for column in columns] for row in rows]


def kind_of(page: Page, column: Column) -> Kind:
    """Return how a column's values are written: a KPI's as the KPI is."""
    if column.kind is None and (kpi := page.kpis.get(column.name)):
        return "rate" if kpi.is_rate else "count"
    return column.shown_as


def is_hidden(page: Page, column: Column) -> bool:
    """Whether a column tells of a person and the reader may not see people."""
    return column.shown_as in PERSONAL and not page.shows_people


def _link(page: Page, column: Column, row: Mapping[str, Any]) -> str:
    if column.chooses:
        chosen = row[column.chosen_by or column.name]
        return page.address.with_(**{column.chooses: str(chosen)})
    return link_of(column.link, row) if column.link else ""


def link_of(pattern: str, row: Mapping[str, Any]) -> str:
    """Fill a link pattern with the row's URL-quoted values; return '' if one of them is null."""
    parts = {name: quote(str(value), safe="") for name, value in row.items() if value is not None}
    try:
        return pattern.format_map(parts)
    except KeyError:
        return ""


def _verdict(page: Page, column: Column, row: Mapping[str, Any]) -> bands.Verdict | None:
    kpi = page.kpis.get(column.name)
    if kpi is None or kpi.parts is None or not set(kpi.parts) <= set(row):
        return None
    return bands.verdict(kpi.column, *(row[part] or 0 for part in kpi.parts))


def words_of(kpi: kpis.Kpi) -> str:
    """Return a KPI's definition, and its bands in words if it has any."""
    judged = bands.BANDS.get(kpi.column)
    return f"{said(kpi.words)} {judged.words}" if judged else said(kpi.words)


def label_of(name: str) -> str:
    """Return a column's name as words."""
    words = name.removesuffix("_at").removesuffix("_id").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
