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
#: What the build says when it begins a step, and the signal that ends it there.
STEPS = (
    ("reading the dbt project", signal.SIGTERM),
    ("transforming", signal.SIGINT),
    ("transformed", signal.SIGTERM),
    ("checking the build", signal.SIGINT),
    ("copying the build", signal.SIGTERM),
)
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def begin(landing: Path, home: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "orchestration.cli", "build", "--landing", str(landing)]
    return subprocess.Popen(
        [*command, "--home", str(home)],
        cwd=CHECKOUT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
def test_a_signal_ends_a_build_with_one_line_and_the_next_build_goes_on(landing: Path, home: Path) -> None:
    before = (home / "published").resolve()
    for step, number in STEPS:
        process = begin(landing, home)
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
    process = begin(landing, home)
    out, _ = process.communicate()
    assert process.returncode == 0
    assert "Published build" in out
