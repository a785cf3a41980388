"""A build that is killed leaves what was published, and the next one arrives where it would have.

Here kills fall at the instants that matter most; `make reliability` kills at hundreds of others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from reliability.builds import interruption, process
from reliability.builds.interruption import Aim
from reliability.builds.variants import Harm
from reliability.homes.interrupted_home import Tally, Victim
from tests.orchestration.conftest import Built

#: One after the other, each in a build that finds what the one before left.
IN_A_WHOLE_BUILD = (
    Aim("a part is put in place", 3),
    Aim("the ledger commits", 2),
    Aim("the build is written down", 1, 0.005),
    # Where the interactions of the day are known, and hardly anything that follows them.
    Aim("a table is written", 230),
)
IN_A_PUBLISH = (
    Aim("the build is copied", 1, 0.002),
    Aim("the folder gets its name"),
    Aim("the link is swapped"),
    Aim("files become published"),
    Aim("an old build is removed", 1, 0.001),
)


@pytest.mark.slow
def test_the_next_build_arrives_where_killed_ones_would_have(
    landing: Path, home: Path, home_after_first_day: Path, built: Built
) -> None:
    before, after = (each / "published" / "insights.duckdb" for each in (home_after_first_day, built.home))
    tally = Tally()
    victim = Victim(home, "second day", tally, print)
    arguments = process.build(landing, home)
    for where in IN_A_WHOLE_BUILD:
        assert victim.harm(arguments, Harm(where), [before]), f"{where} was not reached"
    victim.let_through(arguments, after, with_tests=False)
    for where in IN_A_PUBLISH:
        assert victim.harm(arguments, Harm(where), [after], only_publish=True), f"{where} was not reached"
    victim.let_through(arguments, after, only_publish=True)
    assert [finding for outcome in tally.outcomes for finding in outcome.findings] == []
    killed = {outcome.injected: outcome.tried for outcome in tally.outcomes}
    assert killed[f"SIGKILL during {interruption.INGESTION}"] == 2
    assert killed[f"SIGKILL during {interruption.TRANSFORMATION}"] == 2
    assert killed[f"SIGKILL during {interruption.PUBLISH}"] == len(IN_A_PUBLISH)
