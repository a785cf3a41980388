"""The build as a Dagster resource: its options, and the home's lock for as long as a run is at work.

A step asks for the build when it starts. The first one to ask takes the lock, which is given back when the
run ends; a home that another build holds is asked for again some times before the step gives up.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg
from pydantic import Field

from orchestration import lock
from orchestration.build.options import Options, check_range, parse_day
from orchestration.build.run import BuildRun
from orchestration.errors import HomeIsBusyError, TouchpointError
from orchestration.settings import Settings


class Steps:
    """The steps of a build, for those who wait for its home."""

    def __init__(self, run: BuildRun, held: contextlib.ExitStack, tries: int = 0, seconds: int = 0) -> None:
        self._run = run
        self._held = held
        self._tries = tries
        self._seconds = seconds
        self._is_held = False

    def start(self, retry_number: int) -> BuildRun:
        """Hold the home and give the steps; ask Dagster to try the step again where the home is busy.

        Raises `HomeIsBusyError` after the last try.
        """
        if not self._is_held:
            try:
                self._held.enter_context(lock.hold(self._run.home.lock))
            except HomeIsBusyError as error:
                if retry_number >= self._tries:
                    raise
                self._run.progress(f"{error}; trying again in {self._seconds} seconds")
                raise dg.RetryRequested(self._tries, self._seconds) from error
            self._is_held = True
        return self._run

    def in_background(self, work: Callable[[], None]) -> None:
        """Do work in a thread; the home is not given back before it has ended, also if the run is stopped."""
        thread = threading.Thread(target=work, name="dbt", daemon=True)
        self._held.callback(thread.join)
        thread.start()


class HeldSteps(Steps):
    """The steps of a build whose home the command line holds already."""

    def start(self, retry_number: int) -> BuildRun:
        """Give the steps."""
        return self._run


class Warehouse(dg.ConfigurableResource[Any]):
    """Where a build reads and writes."""

    landing: str
    home: str
    config: str | None = None

    def settings(self) -> Settings:
        """Give the folders as the steps take them."""
        return Settings.from_environment(self.landing, self.home, self.config)


class BuildResource(dg.ConfigurableResource[Steps]):
    """The options of a build, as the launchpad shows them."""

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
    busy_tries: int = Field(
        default=10, description="How often to ask again for a home that another build holds."
    )
    busy_seconds: int = Field(default=60, description="Seconds between two tries.")

    @contextlib.contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Steps]:
        """Give the steps, and give back the home at the end."""
        run = BuildRun(self.warehouse.settings(), self.options(), progress=dg.get_dagster_logger().info)
        with contextlib.ExitStack() as held:
            yield Steps(run, held, self.busy_tries, self.busy_seconds)

    def options(self) -> Options:
        """Read the options; a day that is none, or a range that is upside down, is refused."""
        with plain_failures():
            first, last = (parse_day(text) if text else None for text in (self.from_day, self.to_day))
            check_range(first, last)
        return Options(first, last, self.full_refresh, self.strict, self.pseudonymise)


def build_resource(settings: Settings) -> BuildResource:
    """Give the resource over the folders of some settings."""
    config = str(settings.config) if settings.config else None
    return BuildResource(
        warehouse=Warehouse(landing=settings.landing, home=str(settings.home), config=config)
    )


def held_build(run: BuildRun, held: contextlib.ExitStack) -> dg.ResourceDefinition:
    """Hand over a build whose maker holds the home until `held` is closed; its options are only recorded."""
    steps = HeldSteps(run, held)
    return dg.ResourceDefinition(lambda _: steps, config_schema=dg.Permissive())


@contextlib.contextmanager
def plain_failures() -> Iterator[None]:
    """Show a message for the user as it is, without a stack trace, and do not try again."""
    try:
        yield
    except TouchpointError as error:
        raise dg.Failure(str(error), allow_retries=False) from error


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
