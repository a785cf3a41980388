"""Brings what is published to every server and bucket of touchpoint.yml; says which miss it and why.

How a server or bucket gets the tables is in `publish_targets/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from ingestion.config import BucketTarget, PostgresTarget
from ingestion.erasure.record import Suppressions
from ingestion.landing.retries import patiently
from orchestration.home import Home
from publish_targets.errors import TargetError

Progress = Callable[[str], None]
Target = PostgresTarget | BucketTarget

#: Seconds before a target that does not answer is tried again.
PAUSES: Sequence[float] = (2, 10, 30)


def bring_up_to_date(home: Home, build_id: str, targets: Sequence[Target], progress: Progress) -> list[str]:
    """Copy the published build to each target that has not got it; return what to say of those that failed.

    A target that fails keeps what it has, and does not keep the others from theirs. What may pass by itself,
    such as a lost connection, is tried again some times.
    """
    failed = []
    for target in targets:
        name, bring = _way_to(target, home, build_id, progress)

        def say(error: Exception, pause: float, name: str = name) -> None:
            progress(f"{name}: {error}; trying again in {pause:g} seconds")

        try:
            progress(f"publishing to {name}")
            patiently(
                bring,
                lambda error: isinstance(error, TargetError) and error.may_pass,
                pauses=PAUSES,
                before_pause=say,
            )
        except TargetError as error:
            failed.append(
                f"{name}: misses the published build. {error}. Readers of the home have the build, readers"
                " there what they had; the next `touchpoint build` tries again, also with nothing new"
            )
    return failed


def _way_to(
    target: Target, home: Home, build_id: str, progress: Progress
) -> tuple[str, Callable[[], object]]:
    """Return a target's name in messages, and what brings it the build."""
    # Imported here: only who publishes to a server or bucket needs its driver.
    folder = home.published.resolve()
    if isinstance(target, BucketTarget):
        from publish_targets.buckets import copying

        return target.to, lambda: copying.bring_up_to_date(
            target, folder, build_id, progress, _last_erasure(home)
        )
    from publish_targets.postgres import server, swap

    database = folder / home.insights.name
    return server.name_of(target), lambda: swap.bring_up_to_date(target, database, build_id, progress)


def _last_erasure(home: Home) -> datetime | None:
    record = Suppressions.load(home.root)
    asked = [datetime.fromisoformat(one.requested_at) for one in (record.erasures if record else ())]
    return max(asked, default=None)
