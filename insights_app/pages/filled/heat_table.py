"""A table of shares by two dimensions with shaded cells; each cell has its share and its denominator."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from insights_app.catalogue.blocks import HeatTable
from insights_app.pages import values
from insights_app.pages.heat_map import STEPS


def drawn(block: HeatTable, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return headings and lines, in the order of the rows.

    A cell without a row is empty: its denominator is 0, or its period is still to come.
    """
    numerator, denominator = block.share
    shares = {
        (row[block.row], row[block.column]): row[numerator] / row[denominator]
        for row in rows
        if row[denominator]
    }
    largest = max(shares.values(), default=0.0)
    sizes = {row[block.row]: row[denominator] for row in rows}
    columns = sorted({row[block.column] for row in rows})
    return {
        "columns": columns,
        "lines": [
            {
                "title": values.month(title),
                "size": values.count(size or 0),
                "cells": [_cell(shares.get((title, column)), largest) for column in columns],
            }
            for title, size in sizes.items()
        ],
    }


def _cell(share: float | None, largest: float) -> dict[str, Any]:
    if share is None:
        return {"text": "", "shade": None}
    shade = min(STEPS, math.ceil(share / largest * STEPS)) if largest else 0
    return {"text": values.rate(share), "shade": shade}
