"""A build that is killed leaves what was published, and the next one arrives where it would have.

Here kills fall at the instants that matter most; `make reliability` kills at hundreds of others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reliability.builds import instants, process
from reliability.builds.instants import Trigger
from reliability.builds.interruption import Interruption
from reliability.homes.interrupted_home import InterruptedHome, Tally
from tests.orchestration.conftest import Built

#: One after the other, each in a build that finds what the one before left.
IN_A_WHOLE_BUILD = (
    Trigger("a part is put in place", 3),
    Trigger("the ledger commits", 2),
    Trigger("the build is written down", 1, 0.005),
    # Where the interactions of the day are known, and hardly anything that follows them.
    Trigger("a table is written", 230),
)
IN_A_PUBLISH = (
    Trigger("the build is copied", 1, 0.002),
    Trigger("the folder gets its name"),
    Trigger("the link is swapped"),
    Trigger("files become published"),
    Trigger("an old build is removed", 1, 0.001),
)


@pytest.mark.slow
def test_the_next_build_arrives_where_killed_ones_would_have(
    landing: Path, home: Path, home_after_first_day: Path, built: Built
) -> None:
    before, after = (each / "published" / "insights.duckdb" for each in (home_after_first_day, built.home))
    tally = Tally()
    interrupted = InterruptedHome(home, "second day", tally, print)
    arguments = process.build(landing, home)
    for where in IN_A_WHOLE_BUILD:
        assert interrupted.interrupt(arguments, Interruption(where), [before]), f"{where} was not reached"
    interrupted.complete(arguments, after, with_tests=False)
    for where in IN_A_PUBLISH:
        assert interrupted.interrupt(arguments, Interruption(where), [after], only_publish=True), (
            f"{where} was not reached"
        )
    interrupted.complete(arguments, after, only_publish=True)
    assert [finding for outcome in tally.outcomes for finding in outcome.findings] == []
    killed = {outcome.injected: outcome.tried for outcome in tally.outcomes}
    assert killed[f"SIGKILL during {instants.INGESTION}"] == 2
    assert killed[f"SIGKILL during {instants.TRANSFORMATION}"] == 2
    assert killed[f"SIGKILL during {instants.PUBLISH}"] == len(IN_A_PUBLISH)
