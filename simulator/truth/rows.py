"""Frames as the plain rows of truth.json.

Belongs here: instants, missing values, the shipped table of countries. Does not belong here: what any table
says (`truth*.py`).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from simulator.truth.email.frames import FAR

Rows = list[dict[str, Any]]
#: A shipped table of the project; the simulator does without where it is missing.
CENTROIDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "country_centroids.csv"


def instants(micros: pd.Series) -> pd.Series:
    """ISO 8601 in UTC, to the microsecond; nothing for a time that never came."""
    known = (micros < FAR).to_numpy()
    stamps = np.where(known, micros, 0).astype("datetime64[us]")
    texts = np.char.add(np.datetime_as_string(stamps, unit="us"), "Z").astype(object)
    texts[~known] = None
    return pd.Series(texts, index=micros.index)


def records(frame: pd.DataFrame) -> Rows:
    """A frame's rows, as truth.json holds them."""
    names = [str(name) for name in frame.columns]
    columns = [_plain(frame[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    """Python's own values, with None for nothing."""
    values = column.tolist()
    if column.notna().all():
        return values
    return [None if missing else value for value, missing in zip(values, column.isna().tolist(), strict=True)]


def centroids() -> dict[str, dict[str, float]]:
    """Latitude and longitude by country."""
    if not CENTROIDS.is_file():
        return {"latitude": {}, "longitude": {}}
    with CENTROIDS.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    key = next(name for name in rows[0] if name.startswith("country"))
    return {axis: {row[key]: float(row[axis]) for row in rows} for axis in ("latitude", "longitude")}
