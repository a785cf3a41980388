"""The engines that can hold a build's tables, behind one seam (`engine.py`), and the choice between them.

Belongs here: what only an engine can do: expose raw rows, serve dbt, be asked by checks, hand over what is
published. Does not belong here: when that is done, and what a failure means (orchestration).
"""

from __future__ import annotations

from pathlib import Path

from engines.duckdb import DuckDbEngine
from engines.engine import Engine
from ingestion.config import Config


def engine_of(config: Config, home: Path) -> Engine:
    """Return the engine that the configuration names. Nothing of Spark is imported for another one."""
    if config.engine == "spark":
        from engines.spark import SparkEngine

        return SparkEngine(home, config.spark)
    return DuckDbEngine(home)
