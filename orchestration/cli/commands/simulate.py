"""`touchpoint simulate`: writes sample feeds, made by `simulator/`, to try the warehouse on."""

from __future__ import annotations

from pathlib import Path

from orchestration.cli import console
from orchestration.errors import UsageError


def simulate(landing: str, *, contacts: int, days: int, seed: int, faults: str, replace: bool) -> int:
    """Write sample feeds into the landing zone; `faults` are names with commas between, or `list`."""
    import simulator

    names = [name.strip() for name in faults.split(",") if name.strip()]
    if names == ["list"]:
        console.say_table(("fault", "what it does"), simulator.FAULTS.items())
        return 0
    try:
        simulator.simulate(
            Path(landing), contacts=contacts, days=days, seed=seed, faults=names, replace=replace
        )
    except ValueError as error:
        raise UsageError(str(error)) from error
    console.say(f"{contacts:,} contacts over {days} days, seed {seed}: {landing}")
    return 0
