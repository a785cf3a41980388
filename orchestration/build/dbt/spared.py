"""Spares work that dbt does for each statement and each step of a node, and whose results nobody uses.

In a build of little news that is a tenth of dbt's own time.
"""

from __future__ import annotations

import functools
from typing import Any

#: The only event below a warning that a build listens to.
NODE_FINISHED = "NodeFinished"


def spare_messages() -> None:
    """Let dbt make messages of warnings, errors, and finished nodes only.

    A run fires thousands of other events, and would turn each of them into a message for loggers that are
    switched off.
    """
    from dbt_common.events.base_types import BaseEvent, EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

    heard = {EventLevel.WARN, EventLevel.ERROR}

    class EventsOfBuilds(EventManager):
        def fire_event(
            self, e: BaseEvent, level: EventLevel | None = None, *others: Any, **named: Any
        ) -> None:
            if (level or e.level_tag()) in heard or type(e).__name__ == NODE_FINISHED:
                super().fire_event(e, level, *others, **named)

    if type(get_event_manager()).__name__ != EventsOfBuilds.__name__:
        ctx_set_event_manager(EventsOfBuilds())


def spare_empty_tables() -> None:
    """Let statements that fetch nothing share one empty table.

    dbt would make one for each, with a parser of dates that compiles its expressions anew.
    """
    from dbt_common.clients import agate_helper

    if not hasattr(agate_helper.empty_table, "cache_info"):
        agate_helper.empty_table = functools.cache(agate_helper.empty_table)
