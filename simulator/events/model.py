"""Everything that happened in a world, as plain data, from which files and truth are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.crm.leads import Lead
from simulator.events.crm.segments import Memberships
from simulator.events.email.model import Events, MessageIds, Messages
from simulator.events.web.hit_log import WebHits
from simulator.world.model import World
from simulator.world.web import Web


@dataclass(frozen=True)
class Marketing:
    """Leads, memberships, and events that arrive before the world ends: frames with the native format's
    fields."""

    world: World
    leads: list[Lead]
    memberships: Memberships
    tile_events: pd.DataFrame
    segment_events: pd.DataFrame
    unsubscribed: pd.DataFrame
    lead_events: pd.DataFrame
    consents: pd.DataFrame


@dataclass(frozen=True)
class WorldEvents:
    """The world's web and all events that reach the landing zone before the world ends.

    created_on_day: per contact, see `contact_creation`. new_leads: per message, how many it is credited with.
    """

    web: Web
    messages: Messages
    events: Events
    message_ids: MessageIds
    web_hits: WebHits
    marketing: Marketing
    created_on_day: NDArray[np.int64]
    new_leads: NDArray[np.int64]
