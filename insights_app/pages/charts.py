"""Makes Vega-Lite specifications of charts, with the rows that they draw.

Colours are names from the page's style sheet, so that a chart is light or dark like the page.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from insights_app.catalogue.bands import BANDS, per_cent
from insights_app.catalogue.blocks import Chart, Column, Hours, WorldMap
from insights_app.pages import values
from insights_app.texts import later, said

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: TopoJSON of the countries, served by the app.
WORLD = "/static/countries-110m.json"
_ANTARCTICA = "010"

#: Prefixes of columns about bad outcomes, drawn in warm hues; columns about machines are grey.
_BAD = ("bounce", "complaint", "feedback", "unsubscribe", "blocked", "failed", "stopped", "members_left")
_GOOD_COLOURS = ("var(--series-1)", "var(--series-3)", "var(--series-5)", "var(--series-7)")
_BAD_COLOURS = ("var(--series-2)", "var(--series-6)", "var(--series-8)")
_MACHINE_COLOUR = "var(--series-4)"

#: Above the chart; one name below the other where the chart is as narrow as a phone.
_LEGEND = {"orient": "top", "symbolType": "square", "columns": {"expr": "width < 340 ? 1 : 6"}}

#: Least distance between names at the ends of lines, as a share of the chart's height: closer names overlap.
_ROOM_FOR_A_NAME = 0.08
_MOST_POINTS = 62


def chart(block: Chart, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the specification of a chart.

    labels: column -> name of the series.
    """
    points = _long(block, rows, labels)
    if block.series:
        labels = {str(point["series"]): str(point["series"]) for point in points}
    is_time = isinstance(rows[0][block.x], date)
    drawn = _over_time(block, rows, points, labels) if is_time else _of_words(block, rows, labels)
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": points},
        **drawn,
    }


def _over_time(
    block: Chart,
    rows: Sequence[Mapping[str, Any]],
    points: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """Return a chart over time.

    labels: column (or value of the column `block.series`) -> name of the series.
    """
    has_instants = isinstance(rows[0][block.x], datetime)
    is_grouped = block.mark == "bar" and len(labels) > 1
    days = [row[block.x] for row in rows]
    at = _days_of_bars(days) if block.mark in ("bar", "stacked") and not is_grouped else _days(days[0])
    is_per_cent = block.unit == "%"
    unit = None if is_per_cent else said(block.unit) or None
    ends = list({point["series"]: point for point in points}.values())
    has_names = block.mark == "line" and len(labels) > 1 and _have_room(ends)
    has_legend = len(labels) > 1 and not has_names
    value: dict[str, Any] = {
        "field": "value",
        "type": "quantitative",
        # A legend takes the place of the unit's caption, so its title names the unit.
        "title": None if has_legend else unit,
        "stack": "zero" if block.mark in ("stacked", "area") else None,
        "axis": {"format": ".2~%"} if is_per_cent else {"tickMinStep": 1, "format": "~s"},
    }
    encoding: dict[str, Any] = {"x": at, "y": value, "color": _colours(labels, unit, has_legend=has_legend)}
    if is_grouped:
        encoding["xOffset"] = {"field": "series"}
    layers: list[dict[str, Any]] = [{"mark": _mark(block, days), "encoding": encoding}]
    if has_names:
        layers.append(_names(ends, at, value, labels))
    layers.append(_at_the_pointer(at, labels, is_per_cent=is_per_cent, has_instants=has_instants))
    layers += _limits(block.bands_of) if block.bands_of else []
    return {
        "height": 220,
        "layer": layers,
        # The page's script writes the reader's time zone under the axis.
        "usermeta": {"hasInstants": has_instants},
    }


_DAYS: dict[str, Any] = {
    "grid": False,
    "format": "%-d %b",
    "labelOverlap": "greedy",
    "tickMinStep": 86_400_000,
}


def _days(first: date) -> dict[str, Any]:
    """Return the axis of days.

    A day is a day of the marts in every time zone; instants are shown in the reader's zone.
    """
    axis: dict[str, Any] = {"field": "x", "type": "temporal", "title": None}
    if isinstance(first, datetime):
        return axis | {"axis": {"grid": False}}
    return axis | {"scale": {"type": "utc"}, "timeUnit": "utcyearmonthdate", "axis": _DAYS}


def _days_of_bars(days: Sequence[date]) -> dict[str, Any]:
    """Return the axis of days with room for half a bar at both ends, so that each bar is centred on its
    day.
    """
    if isinstance(days[0], datetime):
        return _days(days[0])
    middays = [datetime.combine(day, time(), UTC) for day in (min(days), max(days))]
    half = timedelta(hours=12)
    domain = [(middays[0] - half).isoformat(), (middays[1] + half).isoformat()]
    scale = {"type": "utc", "domain": domain, "nice": False}
    return {"field": "x", "type": "temporal", "title": None, "scale": scale, "axis": _DAYS}


def _mark(block: Chart, days: Sequence[date]) -> dict[str, Any]:
    if block.mark == "line":
        return {
            "type": "line",
            "point": {"size": 18} if len(days) <= _MOST_POINTS else False,
            "strokeWidth": 2,
        }
    if block.mark == "area":
        return {"type": "area", "opacity": 0.75, "line": True}
    if isinstance(days[0], datetime) or (block.mark == "bar" and len(block.y) > 1):
        return {"type": "bar", "width": {"band": 0.8}}
    between = (max(days) - min(days)).days + 1
    return {"type": "bar", "width": {"expr": f"max(1, min(48, 0.8 * width / {between}))"}}


def _have_room(ends: Sequence[Mapping[str, Any]]) -> bool:
    heights = sorted(float(end["value"]) for end in ends)
    room = _ROOM_FOR_A_NAME * max([*heights, 0.0])
    return all(upper - lower > room for lower, upper in itertools.pairwise(heights))


def _names(
    ends: Sequence[Mapping[str, Any]],
    at: Mapping[str, Any],
    value: Mapping[str, Any],
    labels: Mapping[str, str],
) -> dict[str, Any]:
    """Return layers with the names of the lines at their ends."""
    return {
        "name": "names",
        "data": {"values": ends},
        "mark": {"type": "text", "align": "left", "dx": 8, "clip": False},
        "encoding": {
            "x": dict(at),
            "y": dict(value),
            "text": {"field": "series"},
            "color": _colours(labels, None, has_legend=False),
        },
    }


def _limits(rate: str) -> list[dict[str, Any]]:
    """Return layers with a labelled line at each limit of a rate: where it is to be watched, and where it is
    bad.
    """
    bands = BANDS[rate]
    # Words at different ends: the two limits may lie close together.
    limits = (
        ("var(--warn)", bands.watch, said("watch from %(share)s") % {"share": per_cent(bands.watch)}, "left"),
        ("var(--bad)", bands.bad, said("bad from %(share)s") % {"share": per_cent(bands.bad)}, "right"),
    )
    y = {"field": "at", "type": "quantitative"}
    layers: list[dict[str, Any]] = []
    for colour, at, words, end in limits:
        data = {"values": [{"at": at, "words": words}]}
        is_left = end == "left"
        text = {"type": "text", "color": colour, "align": end, "dx": 4 if is_left else -4, "dy": -6}
        layers += [
            {
                "data": data,
                "mark": {"type": "rule", "color": colour, "strokeDash": [4, 3]},
                "encoding": {"y": y},
            },
            {
                "data": data,
                "mark": text,
                "encoding": {
                    "y": y,
                    "x": {"value": 0 if is_left else "width"},
                    "text": {"field": "words"},
                },
            },
        ]
    return layers


def _at_the_pointer(
    at: Mapping[str, Any], labels: Mapping[str, str], *, is_per_cent: bool, has_instants: bool
) -> dict[str, Any]:
    """Return layers with a vertical rule at the day nearest to the pointer, and every series' value."""
    when = {"timeUnit": "yearmonthdatehoursminutes", "format": "%-d %b %Y %H:%M"}
    day = {"timeUnit": "utcyearmonthdate", "format": "%-d %b %Y"}
    value_format = ".2%" if is_per_cent else ","
    return {
        "transform": [{"pivot": "series", "value": "value", "groupby": ["x"]}],
        "mark": {"type": "rule", "style": "pointer"},
        "encoding": {
            "x": dict(at),
            "opacity": {"condition": {"value": 1, "param": "pointer", "empty": False}, "value": 0},
            "tooltip": [
                {"field": "x", "type": "temporal", "title": " ", **(when if has_instants else day)},
                *(
                    {"field": _field(label), "type": "quantitative", "title": label, "format": value_format}
                    for label in labels.values()
                ),
            ],
        },
        "params": [
            {
                "name": "pointer",
                "select": {
                    "type": "point",
                    "fields": ["x"],
                    "nearest": True,
                    "on": "pointerover",
                    "clear": "pointerout",
                },
            }
        ],
    }


def _field(label: str) -> str:
    """Return a series' name escaped as a field's name, in which dots and brackets would mean nested
    fields.
    """
    return "".join(f"\\{letter}" if letter in ".[]'\"\\" else letter for letter in label)


def _of_words(block: Chart, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a chart of horizontal bars, each with its figure at its end."""
    has_legend = len(labels) > 1
    is_per_cent = block.unit == "%"
    bar: dict[str, Any] = {
        "y": {"field": "x", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 220}},
        "x": {"field": "value", "type": "quantitative", "axis": None, "stack": "zero"},
        "color": _colours(labels, None, has_legend=has_legend),
        "tooltip": [
            {"field": "x", "type": "nominal", "title": " "},
            {"field": "series", "title": " "},
            {"field": "value", "type": "quantitative", "format": ".2%" if is_per_cent else ",", "title": " "},
        ],
    }
    if block.mark == "bar" and has_legend:
        bar |= {"yOffset": {"field": "series", "sort": None}}
        bar["x"] = bar["x"] | {"stack": None}
    largest = max((float(row[name] or 0) for row in rows for name in block.y), default=0.0)
    if largest > 0 and block.mark != "stacked":
        # Room for the figure at the end of the longest bar.
        bar["x"] = bar["x"] | {"scale": {"domain": [0, largest * 1.2], "nice": False}}
    figure = {"type": "text", "align": "left", "dx": 4, "style": "figure"}
    text = {"field": "value", "type": "quantitative", "format": ".1%" if is_per_cent else ","}
    figures = [{"mark": figure, "encoding": {"text": text, "color": {"value": "var(--muted)"}}}]
    if "yOffset" in bar:
        # Beside one another, noughts would lie over figures of the next group.
        figures[0]["transform"] = [{"filter": "datum.value > 0"}]
    return {
        "height": len({row[block.x] for row in rows}) * (14 * len(labels) + 6 if "yOffset" in bar else 24),
        "encoding": bar,
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 2, "height": {"band": 0.8}}},
            *(figures if block.mark != "stacked" else ()),
        ],
    }


def _colours(labels: Mapping[str, str], unit: str | None, *, has_legend: bool) -> dict[str, Any]:
    """Return the colour scale of the series: bad outcomes warm, machines grey."""
    good, bad, colours = iter(_GOOD_COLOURS * len(labels)), iter(_BAD_COLOURS * len(labels)), []
    for name in labels:
        if name.endswith("_machine"):
            colours.append(_MACHINE_COLOUR)
        else:
            colours.append(next(bad if name.startswith(_BAD) else good))
    return {
        "field": "series",
        "type": "nominal",
        "sort": None,
        "scale": {"domain": list(labels.values()), "range": colours},
        "legend": _LEGEND | {"title": unit} if has_legend else None,
    }


def _long(block: Chart, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    kind = Column(block.x).shown_as
    return [
        {
            "x": values.word(row[block.x]) if kind == "word" else _plain(row[block.x]),
            "series": row.get(block.series, label),
            "value": _plain(row[name]),
        }
        for row in rows
        for name, label in labels.items()
        if row[name] is not None
    ]


#: By number, from 1.
WEEKDAYS = (
    *("", later("Monday"), later("Tuesday"), later("Wednesday"), later("Thursday")),
    *(later("Friday"), later("Saturday"), later("Sunday")),
)


def hours(block: Hours, rows: Sequence[Mapping[str, Any]], zone: str) -> dict[str, Any]:
    """Weekdays by hours, each cell as dense as its share is large. zone: whose clock it is."""
    shaded = [
        {
            "day": said(WEEKDAYS[row["day"]]),
            "hour": f"{row['hour']:02}",
            **{name: row[name] for name in (block.share, block.count, block.of)},
        }
        for row in rows
        if row[block.share] is not None and row[block.of] >= block.fewest
    ]
    all_hours = [f"{hour:02}" for hour in range(24)]
    without_lines = {"ticks": False, "domain": False, "grid": False}
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        "height": 22 * (len(WEEKDAYS) - 1),
        "data": {"values": shaded},
        "mark": {"type": "rect", "cornerRadius": 2, "color": "var(--accent)"},
        "encoding": {
            "x": {
                "field": "hour",
                "type": "ordinal",
                "title": said("hour, %(zone)s") % {"zone": zone},
                "scale": {"domain": all_hours, "paddingInner": 0.08},
                "axis": {"labelAngle": 0, "values": all_hours[::3], **without_lines},
            },
            "y": {
                "field": "day",
                "type": "ordinal",
                "title": None,
                "scale": {"domain": [said(day) for day in WEEKDAYS[1:]], "paddingInner": 0.08},
                "axis": without_lines,
            },
            "opacity": {
                "field": block.share,
                "type": "quantitative",
                "scale": {"zero": True, "range": [0.06, 1]},
                "legend": {
                    "title": None,
                    "orient": "top",
                    "format": ".2~%",
                    "symbolType": "square",
                    "symbolFillColor": "var(--accent)",
                    "symbolStrokeWidth": 0,
                },
            },
            "tooltip": [
                {"field": "day", "title": " "},
                {"field": "hour", "title": said("hour from")},
                {"field": block.share, "type": "quantitative", "format": ".2%", "title": said("share")},
                *(
                    {"field": name, "type": "quantitative", "format": ",", "title": said(block.labels[name])}
                    for name in (block.count, block.of)
                ),
            ],
        },
    }


def world_map(
    block: WorldMap, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return a world map with circles; rows without coordinates appear only in the table.

    labels: column -> its name.
    """
    placed = [row for row in rows if row["latitude"] is not None and row["longitude"] is not None]
    names = ["country", "region", "city", "latitude", "longitude", block.size, *block.more]
    points = [{name: _plain(row[name]) for name in names} for row in placed]
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": 440,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "projection": {"type": "equalEarth"},
        # The page's script sets the map's height to fit its width.
        "usermeta": {"heightOfWidth": 0.46},
        "layer": [
            {
                "data": {"url": WORLD, "format": {"type": "topojson", "feature": "countries"}},
                "transform": [{"filter": f"datum.id !== '{_ANTARCTICA}'"}],
                "mark": {"type": "geoshape"},
            },
            {
                "data": {"values": points},
                "mark": {"type": "circle"},
                "encoding": {
                    "longitude": {"field": "longitude", "type": "quantitative"},
                    "latitude": {"field": "latitude", "type": "quantitative"},
                    "size": {
                        "field": block.size,
                        "type": "quantitative",
                        "scale": {"range": [12, 900]},
                        "legend": None,
                    },
                    "tooltip": [
                        {"field": name, "title": labels[name]}
                        for name in ("city", "region", "country", block.size, *block.more)
                    ],
                },
            },
        ],
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
