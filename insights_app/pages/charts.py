"""Charts as Vega-Lite specifications, and the rows that they draw.

The page's script gives them colours of the light or dark theme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from insights_app.catalogue.bands import BANDS
from insights_app.catalogue.blocks import Chart, WorldMap

_PER_CENT: dict[str, Any] = {"format": ".1%"}
_WHOLE_NUMBERS: dict[str, Any] = {"tickMinStep": 1}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
#: TopoJSON of the countries, served by the app.
WORLD = "/static/countries-110m.json"


def chart(block: Chart, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> dict[str, Any]:
    """A chart with one series for each column of `block.y`.

    labels: what each series is called.
    """
    first = rows[0][block.x]
    is_time = isinstance(first, date)
    at = _days(first) if is_time else {"field": "x", "type": "nominal", "title": None, "sort": None}
    points = _long(block, rows, labels)
    series = (
        list(dict.fromkeys(point["series"] for point in points)) if block.series else list(labels.values())
    )
    has_legend = len(series) > 1
    value = {
        "field": "value",
        "type": "quantitative",
        "title": block.unit or None,
        "stack": "zero" if block.mark in ("stacked", "area") else None,
        "axis": _PER_CENT if block.unit == "%" else _WHOLE_NUMBERS,
    }
    across, along = ("x", "y") if is_time else ("y", "x")
    drawn = {
        "data": {"values": points},
        "mark": _mark(block, is_time=is_time),
        "encoding": {
            across: at,
            along: value,
            "color": {
                "field": "series",
                "type": "nominal",
                "scale": {"domain": series},
                "legend": {"title": None, "orient": "top"} if has_legend else None,
            },
            **({f"{across}Offset": {"field": "series"}} if block.mark == "bar" and has_legend else {}),
            "tooltip": [
                {"field": "x", "type": at["type"], "title": " "},
                {"field": "series", "title": "what"},
                {"field": "value", "type": "quantitative", "format": ".2%" if block.unit == "%" else ","},
            ],
        },
    }
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": 220 if is_time else {"step": 14 if has_legend else 22},
        **({"layer": [*_limits(block.bands_of), drawn]} if block.bands_of else drawn),
    }


def _limits(rate: str) -> list[dict[str, Any]]:
    """A line, and its words, where a rate is to be watched and where it is bad."""
    limits = {"watch": BANDS[rate].watch, "bad": BANDS[rate].bad}
    layers: list[dict[str, Any]] = []
    for word, at in limits.items():
        values = {"values": [{"at": at, "words": f"{word} from {at * 100:g} %"}]}
        y = {"field": "at", "type": "quantitative"}
        rule = {"type": "rule", "style": f"{word}-limit", "strokeDash": [4, 3]}
        text = {"type": "text", "style": f"{word}-limit", "align": "right", "dx": -4, "dy": -6}
        layers += [
            {"data": values, "mark": rule, "encoding": {"y": y}},
            {
                "data": values,
                "mark": text,
                "encoding": {"y": y, "x": {"value": "width"}, "text": {"field": "words"}},
            },
        ]
    return layers


def _days(first: date) -> dict[str, Any]:
    """The axis of days or moments."""
    axis: dict[str, Any] = {"field": "x", "type": "temporal", "title": None, "scale": {"type": "utc"}}
    return axis if isinstance(first, datetime) else axis | {"timeUnit": "utcyearmonthdate"}


def _mark(block: Chart, *, is_time: bool) -> dict[str, Any]:
    if block.mark == "line":
        return {"type": "line", "point": {"size": 18}, "strokeWidth": 2}
    if block.mark == "area":
        return {"type": "area", "opacity": 0.75, "line": True}
    return {"type": "bar", **({"width": {"band": 0.85}} if is_time else {"cornerRadiusEnd": 2})}


def _long(block: Chart, rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"x": _plain(row[block.x]), "series": row.get(block.series, label), "value": _plain(row[name])}
        for row in rows
        for name, label in labels.items()
        if row[name] is not None
    ]


def world_map(block: WorldMap, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Circles over the countries of the world; rows without a place are left to the table."""
    placed = [row for row in rows if row["latitude"] is not None and row["longitude"] is not None]
    names = ["country", "region", "city", "latitude", "longitude", block.size, *block.more]
    points = [{name: _plain(row[name]) for name in names} for row in placed]
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": 420,
        "projection": {"type": "equalEarth"},
        "layer": [
            {
                "data": {"url": WORLD, "format": {"type": "topojson", "feature": "countries"}},
                "mark": {"type": "geoshape", "style": "land"},
            },
            {
                "data": {"values": points},
                "mark": {"type": "circle", "opacity": 0.65, "style": "place"},
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
                        {"field": name, "title": name}
                        for name in ("city", "region", "country", block.size, *block.more)
                    ],
                },
            },
        ],
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
