"""Frames whose columns have defaults, from the columns that a caller gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd


def frame_of(
    count: int, given: Mapping[str, Any], defaults: Mapping[str, Any], types: Mapping[str, Any]
) -> pd.DataFrame:
    """Return `count` rows: every column of `defaults`,
    with the given array or single value where there is one.

    types: of columns whose default does not show it; None means object, a number int64.

    Raises ValueError for a given column without a default.
    """
    unknown = given.keys() - defaults.keys()
    if unknown:
        raise ValueError(f"no such columns: {sorted(unknown)}; known: {list(defaults)}")
    columns = {}
    for name, default in defaults.items():
        kind = types.get(name, object if default is None else np.int64)
        array = np.asarray(given.get(name, default), dtype=kind)
        columns[name] = np.broadcast_to(array, (count,)) if array.ndim == 0 else array
    return pd.DataFrame(columns, copy=False)
