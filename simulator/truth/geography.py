"""Where events happened, and the coordinates that marts show for cities and countries."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.email.model import UNKNOWN
from simulator.world.catalogue import ADDRESSES, COUNTRIES, PLACES, PLACES_WITHOUT_COORDINATES


def places(
    geography: NDArray[np.int64], place: NDArray[np.int64], ip: NDArray[np.int64]
) -> dict[str, NDArray[np.object_] | NDArray[np.float64]]:
    """Return country, region, city and coordinates of each event, as the feed has them or its IP address
    gives them.

    The arguments are columns of `Events`. Missing names are `unknown`, missing coordinates NaN.
    """
    of_ip = np.array([*(COUNTRIES.index(country) for _, country in ADDRESSES), -1, -1])
    by_ip = np.where(ip == -2, -1, of_ip[np.where(ip < 0, -1, ip)])
    number = np.where(geography == 0, -1, np.where(geography == 1, by_ip, place))
    table = (*PLACES, *PLACES_WITHOUT_COORDINATES)
    half = len(PLACES)
    row = np.where(geography == 4, place, place + half)
    row = np.where(geography >= 3, row, 0)
    has_city = geography >= 3
    region = np.array([entry.region for entry in table], dtype=object)
    city = np.array([entry.city for entry in table], dtype=object)
    latitude = np.array([entry.latitude if entry.latitude is not None else np.nan for entry in table])
    longitude = np.array([entry.longitude if entry.longitude is not None else np.nan for entry in table])
    exact = geography == 4
    return {
        "country": np.array([*COUNTRIES, UNKNOWN], dtype=object)[number],
        "region": np.where(has_city, region[row], UNKNOWN),
        "city": np.where(has_city, city[row], UNKNOWN),
        "latitude": np.where(exact, latitude[row], np.nan),
        "longitude": np.where(exact, longitude[row], np.nan),
    }


#: A table that the project ships; where it is missing, countries have no coordinates.
CENTROIDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "country_centroids.csv"


def centroids() -> dict[str, dict[str, float]]:
    """Return latitude and longitude by country."""
    if not CENTROIDS.is_file():
        return {"latitude": {}, "longitude": {}}
    with CENTROIDS.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    key = next(name for name in rows[0] if name.startswith("country"))
    return {axis: {row[key]: float(row[axis]) for row in rows} for axis in ("latitude", "longitude")}


def with_coordinates(frame: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with latitude and longitude of its places, else of its countries.

    A city has one pair of coordinates or none, so any of its events gives it.
    """
    keys = ["country", "region", "city"]
    known = events[events["latitude"].notna()].drop_duplicates(keys).set_index(keys)
    frame = frame.join(known[["latitude", "longitude"]], on=keys)
    for column, values in centroids().items():
        frame[column] = frame[column].fillna(frame["country"].map(values))
    return frame
