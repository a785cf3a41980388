"""The build as a Dagster resource: there when a run starts, let go when it ends.

Belongs here: handing a run's configuration and a held home to the assets. Does not belong here: what a build
does (`run.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dagster as dg

from orchestration import lock
from orchestration.build import days
from orchestration.build.run import BuildRun, Options
from orchestration.home import Home
from orchestration.settings import Settings


def _day_field(description: str) -> dg.Field:
    return dg.Field(dg.Noneable(str), is_required=False, default_value=None, description=description)


def _flag_field(description: str) -> dg.Field:
    return dg.Field(bool, is_required=False, default_value=False, description=description)


_CONFIG_SCHEMA = {
    "from_day": _day_field("First arrival day to read, as 2026-01-31; nothing: from the first."),
    "to_day": _day_field("Last arrival day to read; nothing: up to the last."),
    "full_refresh": _flag_field("Make every table anew from what was landed."),
    "strict": _flag_field("Red arrival checks block publishing too."),
    "pseudonymise": _flag_field("Publish a copy with hashed contacts beside the tables."),
}


def scheduled_build(settings: Settings) -> dg.ResourceDefinition:
    """Make a build for each run and hold the home from its first step to its last."""

    @dg.resource(config_schema=_CONFIG_SCHEMA, description="The build at hand, and the home it holds.")
    def build(context: dg.InitResourceContext) -> Iterator[BuildRun]:
        log = dg.get_dagster_logger()
        with lock.hold(Home(settings.home).lock):
            yield BuildRun(settings, _options(context.resource_config), progress=log.info)

    return build


def given_build(run: BuildRun) -> dg.ResourceDefinition:
    """Hand over a build whose maker holds the home; the configuration is there to be recorded."""

    @dg.resource(config_schema=_CONFIG_SCHEMA, description="The build at hand.")
    def build(_: dg.InitResourceContext) -> BuildRun:
        return run

    return build


def run_config(options: Options) -> dict[str, Any]:
    """Write options as the run configuration that the resource reads."""
    config = {
        "from_day": options.from_day.isoformat() if options.from_day else None,
        "to_day": options.to_day.isoformat() if options.to_day else None,
        "full_refresh": options.full_refresh,
        "strict": options.strict,
        "pseudonymise": options.pseudonymise,
    }
    return {"resources": {"build": {"config": config}}}


def quiet(config: dict[str, Any]) -> dict[str, Any]:
    """Add to a run configuration that Dagster's own log is not for the terminal."""
    return {**config, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def _options(config: dict[str, Any]) -> Options:
    from_day, to_day = (days.parse(config[name]) if config[name] else None for name in ("from_day", "to_day"))
    days.check_range(from_day, to_day)
    return Options(
        from_day=from_day,
        to_day=to_day,
        full_refresh=config["full_refresh"],
        strict=config["strict"],
        pseudonymise=config["pseudonymise"],
    )
