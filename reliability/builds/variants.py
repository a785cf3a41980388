"""Ways to run a build that something is to happen to: whole, without dbt's tests, or its last steps only.

Belongs here: what the process of such a build does. Does not belong here: where in it something happens
(`aim.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from orchestration.home import Home
from reliability.builds import interruption
from reliability.builds.interruption import Aim
from reliability.builds.process import Act


@dataclass(frozen=True)
class Harm:
    """What happens to a build, where, and how it must end."""

    where: Aim
    do: Callable[[], object] = interruption.die
    exit_codes: tuple[int, ...] = (interruption.KILLED,)
    says: str = ""

    def __str__(self) -> str:
        return str(self.where)


def whole(harm: Harm | None, *, with_tests: bool) -> Callable[[Act], int]:
    """The command itself; without dbt's tests, which only read, it is over in half the time."""
    return partial(_whole, harm, with_tests)


def published_again(harm: Harm | None, arguments: list[str]) -> Callable[[Act], int]:
    """Check and publish what the last build transformed."""
    return partial(_published_again, harm, arguments)


def _whole(harm: Harm | None, with_tests: bool, act: Act) -> int:
    if not with_tests:
        from orchestration.build.dbt import runner

        original = runner.build_arguments
        runner.build_arguments = lambda *more, **named: [
            *original(*more, **named),
            *("--exclude-resource-type", "test"),
        ]
    return _harmed(harm, act)


def _published_again(harm: Harm | None, arguments: list[str], _: Act) -> int:
    from orchestration import lock
    from orchestration.build.dbt.runner import Dbt
    from orchestration.build.run import BuildRun, Options
    from orchestration.cli import app
    from orchestration.publish import publish
    from orchestration.settings import Settings

    chosen = app._parser().parse_args(arguments)
    settings = Settings.from_environment(chosen.landing, chosen.home, chosen.config)
    Dbt.build = lambda *_, **__: []  # type: ignore[method-assign]

    def act() -> int:
        home = Home(settings.home)
        with lock.hold(home.lock):
            publish.remove_leftovers(home)
            run = BuildRun(settings, Options(), progress=lambda _: None)
            run.transform()
            run.audit()
            run.publish()
        return 0

    return _harmed(harm, act)


def _harmed(harm: Harm | None, act: Act) -> int:
    return interruption.acting(harm.where, harm.do, act) if harm else act()
