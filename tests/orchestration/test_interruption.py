"""A build that somebody stops with Ctrl-C, or a supervisor with SIGTERM, at any moment of its life."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.settings import CHECKOUT

#: A build that does not end by itself within so many seconds hangs.
SECONDS = 20
#: Dbt has done its work already: its tables stay as they are.
WITHOUT_DBT = (
    "from orchestration.build.dbt.runner import Dbt; Dbt.build = lambda *_, **__: [];"
    " from orchestration.cli.__main__ import program; program()"
)
#: What the build says when it begins a step, the signal that ends it there, and whether dbt runs in it.
STEPS = (
    ("reading the dbt project", signal.SIGTERM, True),
    ("transformed", signal.SIGINT, True),
    ("checking the build", signal.SIGTERM, True),
    ("copying the build", signal.SIGINT, False),
)
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def begin(landing: Path, home: Path, *, with_dbt: bool) -> subprocess.Popen[str]:
    program = ["-m", "orchestration.cli"] if with_dbt else ["-c", WITHOUT_DBT]
    return subprocess.Popen(
        [sys.executable, *program, "build", "--landing", str(landing), "--home", str(home)],
        cwd=CHECKOUT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
def test_a_signal_ends_a_build_with_one_line_and_the_next_build_goes_on(landing: Path, home: Path) -> None:
    before = (home / "published").resolve()
    for step, number, with_dbt in STEPS:
        process = begin(landing, home, with_dbt=with_dbt)
        assert process.stderr is not None
        said = ""
        while step not in said:
            said = process.stderr.readline()
            assert said, f"the build never said {step!r}"
        process.send_signal(number)
        _, rest = process.communicate(timeout=SECONDS)
        lines = [line for line in rest.splitlines() if " s  " not in line]
        assert process.returncode == EXIT_CODES[number], (step, rest)
        assert len(lines) == 1 and lines[0].startswith(f"touchpoint: stopped by {number.name}"), (step, lines)
        assert (home / "published").resolve() == before, step
    process = begin(landing, home, with_dbt=False)
    out, _ = process.communicate()
    assert process.returncode == 0
    assert "Published build" in out
