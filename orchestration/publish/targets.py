"""Brings what is published to every server that touchpoint.yml names, and says which ones miss it and why.

How a server gets the tables is in `publish_targets/`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingestion.config import PostgresTarget
from orchestration.home import Home

Progress = Callable[[str], None]


def bring_up_to_date(
    home: Home, build_id: str, targets: Sequence[PostgresTarget], progress: Progress
) -> list[str]:
    """Copy the published build to each target that has not got it; return what to say of those that failed.

    A target that fails keeps what it has, and does not keep the others from theirs.
    """
    if not targets:
        return []
    # Imported here: only who publishes to a server needs its driver.
    from publish_targets.errors import TargetError
    from publish_targets.postgres import server, swap

    database = home.published.resolve() / home.insights.name
    failed = []
    for target in targets:
        name = server.name_of(target)
        try:
            progress(f"publishing to {name}")
            swap.bring_up_to_date(target, database, build_id, progress)
        except TargetError as error:
            failed.append(
                f"{name}: misses the published build. {error}. Readers of the home have the build, readers"
                " there what they had; the next `touchpoint build` tries again, also with nothing new"
            )
    return failed
