"""Dagster resources that every step uses: the build with its options, and the lock on its home."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import dagster as dg
from pydantic import Field

from orchestration.build.options import Options, check_range, parse_day, parse_engine
from orchestration.build.run import BuildRun
from orchestration.definitions.home_lock import HeldByCaller, HomeLock, plain_failures
from orchestration.home import Home
from orchestration.settings import Settings


class Warehouse(dg.ConfigurableResource[Any]):
    """The folders that a build reads and writes."""

    landing: str
    home: str
    config: str | None = None

    def settings(self) -> Settings:
        """Return the folders as settings."""
        return Settings.from_environment(self.landing, self.home, self.config)


class BuildResource(dg.ConfigurableResource[BuildRun]):
    """The options of a build, as Dagster's launchpad shows them."""

    warehouse: Warehouse
    from_day: str | None = Field(
        default=None, description="First arrival day to read, as 2026-01-31; none: from the first."
    )
    to_day: str | None = Field(default=None, description="Last arrival day to read; none: up to the last.")
    full_refresh: bool = Field(default=False, description="Make every table anew from what was landed.")
    strict: bool = Field(default=False, description="Red arrival checks block publishing too.")
    pseudonymise: bool = Field(
        default=False, description="Publish a copy with hashed contacts beside the tables."
    )
    engine: str | None = Field(
        default=None, description="What holds the tables, duckdb or spark; none: what touchpoint.yml says."
    )

    def create_resource(self, context: dg.InitResourceContext) -> BuildRun:
        """Return the build with its options."""
        return BuildRun(self.warehouse.settings(), self.options(), progress=dg.get_dagster_logger().info)

    def options(self) -> Options:
        """Return the options.

        The step fails with a plain message if a text is no day, or the range ends before it begins.
        """
        with plain_failures():
            first, last = (parse_day(text) if text else None for text in (self.from_day, self.to_day))
            check_range(first, last)
            engine = parse_engine(self.engine)
        return Options(first, last, self.full_refresh, self.strict, self.pseudonymise, engine)


class HomeLockResource(dg.ConfigurableResource[HomeLock]):
    """The lock on the home, and how long a run waits if another build holds it."""

    warehouse: Warehouse
    busy_tries: int = Field(
        default=10, description="How often to ask again for a home that another build holds."
    )
    busy_seconds: int = Field(default=60, description="Seconds between two tries.")

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[HomeLock]:
        """Yield the lock of the run; release the home at the run's end."""
        lock = Home(self.warehouse.settings().home).lock
        with contextlib.ExitStack() as held:
            yield HomeLock(lock, held, self.busy_tries, self.busy_seconds)


def resources_for(settings: Settings) -> dict[str, Any]:
    """Return the resources for the folders of some settings."""
    config = str(settings.config) if settings.config else None
    warehouse = Warehouse(landing=settings.landing, home=str(settings.home), config=config)
    return {
        "build": BuildResource(warehouse=warehouse),
        "home_lock": HomeLockResource(warehouse=warehouse),
    }


def held_resources(run: BuildRun, held: contextlib.ExitStack) -> dict[str, Any]:
    """Return the resources for a build whose home the caller holds until `held` is closed.

    The options in the run configuration are only recorded; the build uses its own options.
    """
    return {
        "build": dg.ResourceDefinition(lambda _: run, config_schema=dg.Permissive()),
        "home_lock": dg.ResourceDefinition.hardcoded_resource(HeldByCaller(held)),
    }


def run_config(options: Options) -> dict[str, Any]:
    """Return options as the run configuration that the resource reads."""
    config = {
        "from_day": options.from_day.isoformat() if options.from_day else None,
        "to_day": options.to_day.isoformat() if options.to_day else None,
        "full_refresh": options.full_refresh,
        "strict": options.strict,
        "pseudonymise": options.pseudonymise,
        "engine": options.engine,
    }
    return {"resources": {"build": {"config": config}}}


def quiet(config: dict[str, Any]) -> dict[str, Any]:
    """Return a run configuration in which Dagster does not log to the terminal."""
    return {**config, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
