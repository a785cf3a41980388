"""`touchpoint simulate`: sample feeds to try the warehouse on.

Belongs here: arguments to the simulator and what it says. Does not belong here: making data (`simulator/`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestration.cli import console
from orchestration.errors import UsageError
from orchestration.settings import Settings


def simulate(arguments: argparse.Namespace) -> int:
    """Write sample feeds into the landing zone."""
    import simulator

    landing = Path(Settings.from_environment(landing=arguments.landing).landing)
    names = [name.strip() for name in arguments.faults.split(",") if name.strip()]
    if names == ["list"]:
        console.say_table(("fault", "what it does"), simulator.FAULTS.items())
        return 0
    try:
        simulator.simulate(
            landing,
            contacts=arguments.contacts,
            days=arguments.days,
            seed=arguments.seed,
            faults=names,
            replace=arguments.replace,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    console.say(
        f"{arguments.contacts:,} contacts over {arguments.days} days, seed {arguments.seed}: {landing}"
    )
    return 0
