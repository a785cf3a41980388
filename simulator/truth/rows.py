"""Turns frames into the plain rows of truth.json: instants and dates as text, missing values as null."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rows = list[dict[str, Any]]


def instants(micros: pd.Series) -> pd.Series:
    """Return instants (microseconds since 1970) as ISO 8601 in UTC; None for NO_TIME."""
    known = (micros < NO_TIME).to_numpy()
    stamps = np.where(known, micros, 0).astype("datetime64[us]")
    texts = np.char.add(np.datetime_as_string(stamps, unit="us"), "Z").astype(object)
    texts[~known] = None
    return pd.Series(texts, index=micros.index)


def records(frame: pd.DataFrame) -> Rows:
    """Return a frame's rows as dictionaries of plain Python values."""
    names = [str(name) for name in frame.columns]
    columns = [_plain(frame[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    """Return a column's values as Python's own, with None for missing ones."""
    values = column.tolist()
    if column.notna().all():
        return values
    return [None if missing else value for value, missing in zip(values, column.isna().tolist(), strict=True)]


NO_TIME = np.iinfo(np.int64).max


def local_dates(micros: NDArray[np.int64], time_zone: str) -> NDArray[np.object_]:
    """Return the ISO dates of instants (microseconds since 1970) in a time zone."""
    known = pd.Series(np.where(micros < NO_TIME, micros, 0))
    local = pd.to_datetime(known, unit="us", utc=True).dt.tz_convert(ZoneInfo(time_zone)).dt.tz_localize(None)
    return np.datetime_as_string(local.to_numpy(), unit="D").astype(object)
