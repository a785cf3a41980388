"""Importing Great Expectations does not import what no check uses, and whoever uses it has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CODE = """
import inspect
import sys
import expectations.gx.validation
inspect.stack()  # asks every module for its file, as dbt does
assert "scipy.stats._stats_py" not in sys.modules
assert "altair.vegalite" not in sys.modules
from scipy import stats
assert stats.norm.cdf(0) == 0.5
import scipy.stats
assert scipy.stats.norm is stats.norm
import scipy.stats.distributions
import altair.vegalite
assert altair.Chart
"""


def test_statistics_and_charts_are_imported_when_somebody_uses_them() -> None:
    assert subprocess.run([sys.executable, "-c", CODE], cwd=Path(__file__).parents[2]).returncode == 0
