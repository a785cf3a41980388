"""Frames as the plain rows of truth.json.

Belongs here: instants, missing values, the shipped table of countries. Does not belong here: what any table
says (`truth*.py`).
"""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Rows = list[dict[str, Any]]


def instants(micros: pd.Series) -> pd.Series:
    """ISO 8601 in UTC, to the microsecond; nothing for a time that never came."""
    known = (micros < NO_TIME).to_numpy()
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


NO_TIME = np.iinfo(np.int64).max


def local_dates(micros: NDArray[np.int64], time_zone: str) -> NDArray[np.object_]:
    """ISO dates in a time zone."""
    known = pd.Series(np.where(micros < NO_TIME, micros, 0))
    local = pd.to_datetime(known, unit="us", utc=True).dt.tz_convert(ZoneInfo(time_zone)).dt.tz_localize(None)
    return np.datetime_as_string(local.to_numpy(), unit="D").astype(object)
