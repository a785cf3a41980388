"""The kinds of blocks that a tab consists of, and their columns.

A block names one query (`sql/…/<entity>/…/<query>.sql`). Its parameters are bound from the address: `$id` the
record, `$from` and `$to` the days (always set: the first and last possible day where the reader chose none),
`$journey`, `$tile`, `$state` and each `Choice` what was chosen or null, `$people` whether machines are left
out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
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
    "trend",
    "duration",
    "touch",
]

#: Ending of a column's name -> its kind, for columns that declare none.
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
class Trend:
    """What a trend line shows of a record: one value for each of the last weeks.

    table: where the values are. key: the column that names the record there and in the list. day: the day of
    a row. value: an aggregate of a week's rows. kind: how a value is written. without_rows: what a week is
    that has no rows: 0 of what is counted, null of a share or a level.
    """

    table: str
    key: str
    day: str
    value: str
    kind: Kind = "count"
    without_rows: Literal["0", "null"] = "0"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    name: the query's column. label: its heading; if empty, the label of the KPI or the name in words.
    link: the address that a cell leads to, with columns of the row in braces: `/emails/{email_id}`. Values
    are quoted. chooses: instead of a link, what a cell chooses on its page (the name of a `Choice`), by its
    value or that of the column `chosen_by`.
    words: what the query's codes are called; other values are written as they are.
    of_contact: the column with the contact whose `email` it shows; the table's query has no such column.
    has_bar: whether cells carry a bar of their share of the largest value.
    trend: of a column of the kind `trend`, what its lines show; the table's query need not have the column.
    """

    name: str
    label: str = ""
    kind: Kind | None = None
    link: str = ""
    has_bar: bool = False
    chooses: str = ""
    chosen_by: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    of_contact: str = ""
    trend: Trend | None = None

    @cached_property
    def shown_as(self) -> Kind:
        """Return the kind in which the column's cells are written."""
        if self.kind is not None:
            return self.kind
        return next((kind for end, kind in _KINDS_BY_ENDING.items() if self.name.endswith(end)), "text")


#: The address of a row's contact, which is looked up for the rows that are shown.
ADDRESS = Column("email", "Address", kind="address", of_contact="contact_id")


def trend(label: str, of: Trend) -> Column:
    """The column of trend lines of a list, right of the column whose weeks they show."""
    return Column("trend", label, kind="trend", trend=of)


@dataclass(frozen=True)
class Block:
    """Base of the blocks on a page.

    query: the file of its query without `.sql`; also its name in addresses. title: its heading.
    empty: text for a block without rows: why there may be none, and what would fill it.
    same_as: the block whose query it uses, if it has no query file of its own; `emails/delays` is
        a query of another entity. of_contact: whether, on a
        lead's page, it shows the block of a contact's page for the lead's contact.
    """

    query: str
    title: str
    empty: str = "Nothing in these days."
    is_wide: bool = True
    same_as: str = ""
    of_contact: bool = False

    @property
    def file(self) -> str:
        """Return the file of the block's query, without `.sql`."""
        return self.same_as or self.query


@dataclass(frozen=True)
class Cards(Block):
    """Cards with one number each, and its change from the period of equal length before.

    kpis: columns of the query's one row, or rates of two of them. subject: whose KPIs they are, where not the
    screen's.
    """

    kpis: Sequence[str] = ()
    subject: str = ""


@dataclass(frozen=True)
class Funnel(Block):
    """Steps, each a part of the step before it; `falls` are columns of what was lost at a step.

    steps: columns of the query's row, in order. of: the column that says whose funnel a row is, where the
    query gives several, which stand side by side.
    """

    steps: Sequence[str] = ()
    falls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    of: str = ""


@dataclass(frozen=True)
class Table(Block):
    """A table with sortable columns, fifty rows to a page, and totals of columns that add up.

    sort: the column that it is first sorted by, with `-` in front for descending order.
    totals: columns that can be summed over rows.
    """

    columns: Sequence[Column] = ()
    sort: str = ""
    totals: Sequence[str] = ()


@dataclass(frozen=True)
class Chart(Block):
    """A chart of the query's rows with one series per column; a table below it shows the rows.

    x: a column of days, hours or words. y: columns. mark: how they are drawn; bars of words are horizontal.
    labels: names of series whose KPI's label or column name would mislead. series: column whose values are
        the series; `y` then has one column.
    bands_of: the rate whose limits are drawn in the chart. words: what codes of `x` are called.
    """

    x: str = ""
    y: Sequence[str] = ()
    mark: Literal["line", "bar", "stacked", "area"] = "line"
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    series: str = ""
    bands_of: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HeatTable(Block):
    """A table of shaded shares by two dimensions; rows have `row`, `column` and the two counts of the share.

    row: a column of months. column: a column of whole numbers. share: numerator and denominator; the
        denominator is the same in all cells of a row. row_title, size_title, heading: headings of the rows,
        of the denominators, and of the columns' numbers.
    """

    row: str = ""
    column: str = ""
    share: tuple[str, str] = ("", "")
    row_title: str = ""
    size_title: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Hours(Block):
    """Weekdays by hours of the reporting time zone, each shaded by a share.

    rows: `day` (1 is Monday), `hour` and columns. share: what shades a cell. count, of: the columns that it
    divides. labels: what these are called. said: the words around the largest: `%(hour)s`, `%(share)s`,
    `%(counts)s`.
    fewest: where `of` is less, a cell is not shaded. is_judged: whether it is said if chance may explain that
    the largest stands out: where cells are messages of their own and not parts of one whole.
    """

    share: str = ""
    count: str = ""
    of: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    said: str = ""
    fewest: int = 1
    is_judged: bool = False


@dataclass(frozen=True)
class OtherRecord(Block):
    """A form that chooses the record to compare this one with; rows are suggestions, best first.

    tiles: the query of the tiles of its journeys, whose splits have variants to compare.
    """

    tiles: str = ""


@dataclass(frozen=True)
class Comparison(Block):
    """KPIs of two records beside each other; the query gives a row of each, this one first.

    kpis: counts and rates. said: of a rate, what happened more often where it is higher: `was opened`.
    """

    kpis: Sequence[str] = ()
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WorldMap(Block):
    """A world map with circles; rows have `country, region, city, latitude, longitude` and counts.

    size: the count that the area of a circle shows.
    """

    size: str = ""
    more: Sequence[str] = ()


@dataclass(frozen=True)
class HeatMap(Block):
    """An e-mail's content with each link shaded by its share of clicks; rows have a link and its clicks."""


@dataclass(frozen=True)
class Pipeline(Block):
    """A journey's tiles with their volumes, laid out as designed.

    Rows are tiles with parent, path and volumes.
    """


@dataclass(frozen=True)
class Timeline(Block):
    """A list of events, newest first, grouped by day."""


@dataclass(frozen=True)
class Facts(Block):
    """The facts about a record: the query's only row, with one line per declared column."""

    columns: Sequence[Column] = ()


@dataclass(frozen=True)
class Choice:
    """A choice beside days and journey; queries get the chosen value as the parameter `$name`.

    query: returns a row per option, with `value`, and `label` unless `words` say what values are called.
    unchosen: what is shown where nothing is chosen.
    """

    name: str
    label: str
    query: str
    words: Mapping[str, str] = field(default_factory=dict)
    unchosen: str = "all"


@dataclass(frozen=True)
class Tab:
    """A tab of a record's page. `has_people` adds the switch between people only and all."""

    name: str
    title: str
    blocks: Sequence[Block]
    has_people: bool = False
    choices: Sequence[Choice] = ()


@dataclass(frozen=True)
class Entity:
    """A kind of record: its list and its tabs.

    path: the first part of its addresses. subject: the subject whose KPIs its columns show.
    lines: columns shown on a record's page; the query `record` returns them in one row with `title`.
    filters: what the reader may choose: days, journey. listed: its list; None for a screen without records.
    default_days: how many last days are shown if the reader chose none; None for all days.
    beside: title and path of screens that the list links to.
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
        """Return the tab with this name, or the first tab for an empty name; None if there is none."""
        if not name:
            return self.tabs[0]
        return next((tab for tab in self.tabs if tab.name == name), None)

    def blocks(self) -> dict[str, Block]:
        """Return query name -> block, for all blocks and the list."""
        found: dict[str, Block] = {block.query: block for tab in self.tabs for block in tab.blocks}
        return {self.listed.query: self.listed, **found} if self.listed else found
