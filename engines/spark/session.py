"""The Spark session of a home, and the settings that it needs: an Iceberg catalog, DuckDB's meaning of SQL.

Belongs here: everything that is set before Spark starts. pyspark is an optional package
(`pip install touchpoint[spark]`), imported only when a session is asked for.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.errors import ConfigError

#: Name of the Iceberg catalog; relations are written without it.
CATALOG = "lake"
#: Setting by which a running session tells whose it is.
_HOME = "spark.touchpoint.home"
#: What Spark fetches where no jars are given: Iceberg, and a driver for the catalog's file.
PACKAGES = "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.2,org.xerial:sqlite-jdbc:3.50.3.0"
_GIVEN_JARS = ("spark.jars", "spark.jars.packages", "spark.driver.extraClassPath")

#: What the models' SQL rests on; touchpoint.yml cannot change it.
MEANING: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.defaultCatalog": CATALOG,
    # Scratch tables end with the session.
    "spark.sql.catalogImplementation": "in-memory",
    # As DuckDB and Iceberg write instants.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # An address without a beginning is held from the year 1: such dates are written as they are.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
}


def folder_of(home: Path) -> Path:
    """Return the folder of a home with the Iceberg tables, unless their catalog is elsewhere."""
    return home / "spark"


def defaults(home: Path) -> dict[str, str]:
    """Return settings for one machine, with a catalog in the home; touchpoint.yml can change each."""
    catalog = f"spark.sql.catalog.{CATALOG}"
    return {
        "spark.master": "local[2]",
        "spark.driver.memory": "2g",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        # `lower` follows the machine's language.
        "spark.driver.extraJavaOptions": "-Duser.language=en -Duser.country=US",
        "spark.executor.extraJavaOptions": "-Duser.language=en -Duser.country=US",
        "spark.sql.warehouse.dir": str(folder_of(home) / "scratch"),
        catalog: "org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.type": "jdbc",
        f"{catalog}.uri": f"jdbc:sqlite:{folder_of(home) / 'catalog.db'}",
        # With this version of its tables the catalog knows views.
        f"{catalog}.jdbc.schema-version": "V1",
        # SQLite has one writer: others wait in line, and processes for each other.
        f"{catalog}.clients": "1",
        f"{catalog}.jdbc.busy_timeout": "60000",
        f"{catalog}.warehouse": str(folder_of(home) / "tables"),
    }


def settings_of(home: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return all settings of a home's session. given: those of touchpoint.yml."""
    settings = {**defaults(home), **given, **MEANING, _HOME: str(home)}
    if not any(name in given for name in _GIVEN_JARS):
        settings["spark.jars.packages"] = PACKAGES
    return settings


class _Running:
    """The session of this process. Spark itself would tell it only to the thread that started it."""

    session: Any = None
    starting = threading.Lock()


def session_of(home: Path, given: Mapping[str, str]) -> Any:
    """Return the running session of a home; start it if there is none, or it is another home's.

    It may be asked for from any thread.
    """
    with _Running.starting:
        running = _Running.session
        if running is None or running.conf.get(_HOME) != str(home):
            _stop()
            _Running.session = _started(home, given)
        return _Running.session


def _started(home: Path, given: Mapping[str, str]) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise ConfigError(
            "the engine spark needs the package pyspark: `pip install touchpoint[spark]`, or set"
            " `engine: duckdb`"
        ) from error
    folder_of(home).mkdir(parents=True, exist_ok=True)
    # What a killed session left: nobody can know its tables any more.
    shutil.rmtree(folder_of(home) / "scratch", ignore_errors=True)
    builder = SparkSession.builder.appName("touchpoint")
    for name, value in settings_of(home, given).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    for schema in ("raw", "marts", "intermediate", "staging", "seeds", "changes", "published"):
        session.sql(f"create namespace if not exists {schema}")
    session.sql("create namespace if not exists spark_catalog.scratch")
    return session


def stop() -> None:
    """Stop the running session, if there is one."""
    with _Running.starting:
        _stop()


def _stop() -> None:
    if _Running.session is not None:
        _Running.session.stop()
        _Running.session = None
