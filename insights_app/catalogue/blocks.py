"""The kinds of things that a tab is made of.

A block names one query (`sql/…/<entity>/…/<query>.sql`). Its parameters are bound from the address: `$id` the
record, `$from` and `$to` the days (always set: the first and last possible day where the reader chose none),
`$journey`, `$tile`, `$state` and each `Choice` what was chosen or null, `$people` whether machines are left
out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "text",
    "word",
    "count",
    "number",
    "rate",
    "day",
    "time",
    "flag",
    "kpi",
    "values",
    "person",
    "address",
    "url",
]

#: What a column shows without a declaration, by the ending of its name.
_KINDS_BY_ENDING: Mapping[str, Kind] = {
    "_at": "time",
    "_hour": "time",
    "_date": "day",
    "_day": "day",
    "_rate": "rate",
    "_url": "url",
    "_type": "word",
    "_status": "word",
    "_result": "word",
    "reason": "word",
    "state": "word",
    "stage": "word",
    "outcome": "word",
    "cause": "word",
    "code": "word",
}


@dataclass(frozen=True)
class Column:
    """A column of a table.

    name: the query's column. label: its heading; the KPI's label where it is one.
    link: the address that a cell leads to, with columns of the row in braces: `/emails/{email_id}`. Values
    are quoted. chooses: instead of a link, what a cell chooses on its page (the name of a `Choice`), by its
    value or that of the column `chosen_by`.
    has_bar: whether cells carry a bar of their share of the largest value.
    """

    name: str
    label: str = ""
    kind: Kind | None = None
    link: str = ""
    has_bar: bool = False
    chooses: str = ""
    chosen_by: str = ""

    @property
    def shown_as(self) -> Kind:
        """How a cell is written."""
        if self.kind is not None:
            return self.kind
        return next((kind for end, kind in _KINDS_BY_ENDING.items() if self.name.endswith(end)), "text")


@dataclass(frozen=True)
class Block:
    """Something on a page.

    query: the file of its query without `.sql`; also its name in addresses. title: what is seen.
    empty: why there may be nothing to show, and what would fill it.
    same_as: the block whose query it shows too, where it has no file of its own. of_contact: on the page of a
    lead, whether it shows what a contact's page shows, of the lead's contact.
    """

    query: str
    title: str
    empty: str = "Nothing in these days."
    is_wide: bool = True
    same_as: str = ""
    of_contact: bool = False

    @property
    def file(self) -> str:
        """The file of its query, without `.sql`."""
        return self.same_as or self.query


@dataclass(frozen=True)
class Cards(Block):
    """One number each, with its change against the period of equal length before.

    kpis: columns of the query's one row, or rates of two of them.
    """

    kpis: Sequence[str] = ()


@dataclass(frozen=True)
class Funnel(Block):
    """Steps that each keep a part of the one before; `falls` are columns that fell out of a step.

    steps: columns of the query's one row, in order.
    """

    steps: Sequence[str] = ()
    falls: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table(Block):
    """Rows with sortable columns, fifty to a page, with a total where counts add up.

    sort: the column that it is sorted by at first, with `-` in front for the largest first.
    totals: columns that add up over rows.
    """

    columns: Sequence[Column] = ()
    sort: str = ""
    totals: Sequence[str] = ()


@dataclass(frozen=True)
class Chart(Block):
    """A chart of the query's rows, each series a column; the rows stand below it as a table.

    x: a column of days, hours or words. y: columns. mark: how they are drawn; bars of words lie.
    labels: what a series is called where its KPI's label or its name would mislead. series: the column whose
    values are series, of the one column `y`.
    bands_of: the rate whose bands are drawn behind the series.
    """

    x: str = ""
    y: Sequence[str] = ()
    mark: Literal["line", "bar", "stacked", "area"] = "line"
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    series: str = ""
    bands_of: str = ""


@dataclass(frozen=True)
class HeatTable(Block):
    """Shares by two dimensions, each cell shaded: rows have `row`, `column`, and the two counts of the share.

    row: a column of months. column: a column of whole numbers. share: the columns that are divided; the
    second is the same in all cells of a row. row_title, size_title, heading: what rows are, what a share is
    of, and what the numbers of the columns are.
    """

    row: str = ""
    column: str = ""
    share: tuple[str, str] = ("", "")
    row_title: str = ""
    size_title: str = ""
    heading: str = ""


@dataclass(frozen=True)
class WorldMap(Block):
    """Circles on a map of the world; rows have `country, region, city, latitude, longitude` and counts.

    size: the column that the area of a circle shows.
    """

    size: str = ""
    more: Sequence[str] = ()


@dataclass(frozen=True)
class HeatMap(Block):
    """The message itself, each link shaded by its share of clicks; rows have the link and its clicks."""


@dataclass(frozen=True)
class Pipeline(Block):
    """A journey's tiles as designed, with volumes; rows are tiles with parent, path and volumes."""


@dataclass(frozen=True)
class Timeline(Block):
    """Events newest first, grouped by day."""


@dataclass(frozen=True)
class Facts(Block):
    """A list of what is known of a record: the query's one row, a line for each declared column."""

    columns: Sequence[Column] = ()


@dataclass(frozen=True)
class Choice:
    """Something to choose beside days and journey, of which queries are given what was chosen as `$name`.

    query: rows of what there is, `value` and `label` of each.
    """

    name: str
    label: str
    query: str


@dataclass(frozen=True)
class Tab:
    """A page of a record. `has_people` adds the switch between people and all."""

    name: str
    title: str
    blocks: Sequence[Block]
    has_people: bool = False
    choices: Sequence[Choice] = ()


@dataclass(frozen=True)
class Entity:
    """A kind of record: its list and its tabs.

    path: the first part of its addresses. subject: whose KPIs its columns show.
    record: the query `record` gives one row with `title` and what `lines` names.
    filters: what the reader may choose: days, journey. listed: None for a screen that is no kind of record.
    default_days: the last so many days are shown where the reader chose none; None shows all.
    beside: screens that the list leads to, by title and path.
    """

    name: str
    path: str
    title: str
    one: str
    subject: str
    listed: Table | None
    tabs: Sequence[Tab]
    filters: Sequence[Literal["days", "journey"]] = ("days",)
    lines: Sequence[Column] = ()
    default_days: int | None = None
    beside: Sequence[tuple[str, str]] = ()

    def tab(self, name: str) -> Tab | None:
        """The tab of that name, the first one without a name."""
        if not name:
            return self.tabs[0]
        return next((tab for tab in self.tabs if tab.name == name), None)

    def blocks(self) -> dict[str, Block]:
        """Every block by the name of its query, the list among them."""
        found: dict[str, Block] = {block.query: block for tab in self.tabs for block in tab.blocks}
        return {self.listed.query: self.listed, **found} if self.listed else found
