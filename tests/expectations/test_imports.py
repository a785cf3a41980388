"""Importing Great Expectations does not import what no check uses, and whoever uses it has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import sys
import expectations.gx.validation
assert "scipy.stats._stats_py" not in sys.modules
from scipy import stats
assert stats.norm.cdf(0) == 0.5
import scipy.stats
assert scipy.stats is stats
"""


def test_statistics_are_imported_when_somebody_uses_them() -> None:
    assert subprocess.run([sys.executable, "-c", CODE], cwd=Path(__file__).parents[2]).returncode == 0
