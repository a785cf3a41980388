"""Runs builds that are interrupted: whole builds with or without dbt's tests, or only their last steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from orchestration.home import Home
from reliability.builds import instants
from reliability.builds.instants import Trigger
from reliability.builds.process import Command


@dataclass(frozen=True)
class Interruption:
    """What interrupts a build, when, and how the build must then end.

    action: called in the build's process. exit_codes: one of them must be the build's. message: text that the
    build must print.
    """

    trigger: Trigger
    action: Callable[[], object] = instants.kill_process
    exit_codes: tuple[int, ...] = (instants.KILLED,)
    message: str = ""

    def __str__(self) -> str:
        return str(self.trigger)


def full_build(interruption: Interruption | None, *, with_tests: bool) -> Callable[[Command], int]:
    """Return a function that runs a whole build. Without dbt's tests, which only read, it takes half the
    time."""
    return partial(_full_build, interruption, with_tests)


def publish_only(interruption: Interruption | None, arguments: list[str]) -> Callable[[Command], int]:
    """Return a function that only checks and publishes what the last build transformed."""
    return partial(_publish_only, interruption, arguments)


def _full_build(interruption: Interruption | None, with_tests: bool, command: Command) -> int:
    if not with_tests:
        from orchestration.build.dbt import runner

        original = runner.build_arguments
        runner.build_arguments = lambda *more, **named: [
            *original(*more, **named),
            *("--exclude-resource-type", "test"),
        ]
    return _run(interruption, command)


def _publish_only(interruption: Interruption | None, arguments: list[str], _: Command) -> int:
    from orchestration.build.dbt.runner import Dbt
    from orchestration.build.options import Options
    from orchestration.build.run import BuildRun
    from orchestration.home import lock
    from orchestration.publish import publish
    from orchestration.settings import Settings

    chosen = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    settings = Settings.from_environment(chosen["--landing"], chosen["--home"], chosen.get("--config"))
    Dbt.build = lambda *_, **__: []  # type: ignore[method-assign]

    def command() -> int:
        home = Home(settings.home)
        with lock.hold(home.lock):
            publish.remove_leftovers(home)
            run = BuildRun(settings, Options(), progress=lambda _: None)
            run.expose()
            run.transform()
            run.audit()
            run.publish()
        return 0

    return _run(interruption, command)


def _run(interruption: Interruption | None, command: Command) -> int:
    return (
        instants.run_interrupted(interruption.trigger, interruption.action, command)
        if interruption
        else command()
    )
