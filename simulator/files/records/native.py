"""Writes frames of native interactions as bodies; the frame's columns are fields of the format."""

from __future__ import annotations

import pandas as pd

from simulator.files.emitters.email.interactions import FIELDS
from simulator.files.records.record import Body, iso

Arriving = list[tuple[int, Body]]


def native(frame: pd.DataFrame, prefix: str) -> Arriving:
    """Return arrival and body of each row, in order of arrival; ids begin with `prefix`, missing values
    are left out."""
    names = [name for name in FIELDS if name in frame.columns and name != "occurred_at"]
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names]
    times, arrives = frame["occurred_at"].tolist(), frame["arrives"].tolist()
    found: Arriving = []
    for number, (at, arrival, *values) in enumerate(zip(times, arrives, *columns, strict=True)):
        body: Body = {"interaction_id": f"{prefix}-{number:08d}", "occurred_at": iso(at)}
        body.update((name, value) for name, value in zip(names, values, strict=True) if value is not None)
        found.append((arrival, body))
    return sorted(found, key=lambda entry: entry[0])
