"""Paths of files in SQL: each means the one file it names, whatever characters are in it.

Belongs here: writing a path so that the engine reads no pattern into it. Does not belong here: finding files
(`discovery.py`), or reading them.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path


def path_sql(path: Path) -> str:
    """The path as an SQL string. Unescaped, `[prod]/a*.csv` would be every file that fits it."""
    return "'" + glob.escape(str(path)).replace("'", "''") + "'"


def parquet_sql(paths: Iterable[Path]) -> str:
    """SQL of a relation over Parquet files."""
    listed = ", ".join(map(path_sql, paths))
    return f"read_parquet([{listed}], hive_partitioning = false)"


def is_plain(path: Path) -> bool:
    """Can the engine be told this path at all? Names of files may be no text."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True
