"""The list of every true interaction of the world, from which timelines and counts by type are made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from simulator.events.columns import frame_of
from simulator.events.email.model import UNKNOWN

#: The kind of entity that an interaction is about, by the first word of its type.
ENTITY_TYPES = {
    "email": "email", "journey": "journey", "segment": "segment", "lead": "lead", "page": "page",
    "form": "form", "website": "website", "redirect": "redirect_url", "event": "event", "survey": "survey",
    "consent": "contact", "converted": "order",
}  # fmt: skip
#: The columns and their defaults. occurred_at: microseconds since 1970. contact_id: the contact who is known
#: in the end, None: unknown. lead_id: the lead that the event names. is_machine: whether no person did it.
COLUMNS: dict[str, Any] = {
    "interaction_type": None, "occurred_at": None, "contact_id": None, "lead_id": None, "entity_id": None,
    "detail": None, "stage": None, "lead_scoring_model_id": None, "score": np.nan, "grade": None,
    "is_machine": False,
}  # fmt: skip
_TYPES = {"occurred_at": np.int64, "score": np.float64, "is_machine": np.bool_}
_SCORED = ("lead_scored", "survey_responded")
_ADDRESS = re.compile(r"""[^\s<>()",;:]+@[^\s<>()",;:]+""")


class AllInteractions:
    """Collects the interactions that arrive before the world ends, each once, and the names of entities."""

    def __init__(self) -> None:
        self._parts: list[pd.DataFrame] = []
        self._names: dict[tuple[str, str], str] = {}
        self._whole: pd.DataFrame | None = None

    def add(self, count: int, **columns: Any) -> None:
        """Add `count` interactions: an array or one value per column of COLUMNS. Raises ValueError for an
        unknown column."""
        if count:
            self._parts.append(frame_of(count, columns, COLUMNS, _TYPES))
            self._whole = None

    def name(self, entity_type: str, names: Mapping[str, str]) -> None:
        """Set the names of entities of one type, by id, as the newest CRM snapshot has them."""
        self._whole = None
        self._names.update({(entity_type, identifier): name for identifier, name in names.items()})

    def name_of(self, entity_type: str, entity_id: str) -> str | None:
        """Return the name of an entity, None where it has none."""
        return self._names.get((entity_type, entity_id))

    def frame(self) -> pd.DataFrame:
        """Return all interactions with entity_type and entity_name; the detail of a score is the score,
        addresses are masked."""
        if self._whole is None:
            self._whole = self._put_together()
        return self._whole

    def _put_together(self) -> pd.DataFrame:
        frame = pd.concat(self._parts, ignore_index=True)
        frame["entity_id"] = frame["entity_id"].where(frame["entity_id"].notna(), UNKNOWN)
        scored = (frame["interaction_type"].isin(_SCORED) & frame["score"].notna()).to_numpy()
        frame.loc[scored, "detail"] = [f"{score:g}" for score in frame["score"].to_numpy()[scored].tolist()]
        quoting = frame["detail"].str.contains("@", na=False)
        frame.loc[quoting, "detail"] = [_ADDRESS.sub("***", text) for text in frame.loc[quoting, "detail"]]
        about = frame["interaction_type"].str.split("_").str[0].map(ENTITY_TYPES)
        keys = zip(about.tolist(), frame["entity_id"].tolist(), strict=True)
        names = np.array([self._names.get(key) for key in keys], dtype=object)
        return frame.assign(entity_type=about, entity_name=names)
