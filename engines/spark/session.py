"""The Spark session of a home, and the settings that it needs: an Iceberg catalog, DuckDB's meaning of SQL.

Belongs here: everything that is set before Spark starts. pyspark is an optional package
(`pip install touchpoint[spark]`), imported only when a session is asked for.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.errors import ConfigError

#: Name of the Iceberg catalog; relations are written without it.
CATALOG = "lake"
_CATALOG = f"spark.sql.catalog.{CATALOG}"
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


def _catalog_file(home: Path) -> Path:
    return folder_of(home) / "catalog.db"


def defaults(home: Path) -> dict[str, str]:
    """Return settings for one machine, with a catalog in the home; touchpoint.yml can change each."""
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
        _CATALOG: "org.apache.iceberg.spark.SparkCatalog",
        f"{_CATALOG}.type": "jdbc",
        f"{_CATALOG}.uri": f"jdbc:sqlite:{_catalog_file(home)}",
        # With this version of its tables the catalog knows views.
        f"{_CATALOG}.jdbc.schema-version": "V1",
        # SQLite has one writer: others wait in line, and processes for each other.
        f"{_CATALOG}.clients": "1",
        f"{_CATALOG}.jdbc.busy_timeout": "60000",
        f"{_CATALOG}.warehouse": str(folder_of(home) / "tables"),
    }


def settings_of(home: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return all settings of a home's session. given: those of touchpoint.yml."""
    settings = {**defaults(home), **given, **MEANING, _HOME: str(home)}
    if _is_catalog_in_home(given):
        # Looking whether its tables are there, Iceberg leaves a query open: as long as Java runs, the file is
        # locked to writers of other sessions. `_make_catalog` makes the tables.
        settings[f"{_CATALOG}.jdbc.init-catalog-tables"] = "false"
    if not any(name in given for name in _GIVEN_JARS):
        settings["spark.jars.packages"] = PACKAGES
    return settings


def _is_catalog_in_home(given: Mapping[str, str]) -> bool:
    return f"{_CATALOG}.uri" not in given and given.get(f"{_CATALOG}.type", "jdbc") == "jdbc"


def _make_catalog(path: Path) -> None:
    """Make the tables of Iceberg's JDBC catalog (version V1) in a file of SQLite, if they are not there."""
    with contextlib.closing(sqlite3.connect(path)) as catalog, catalog:
        catalog.execute("begin immediate")
        catalog.execute(
            "create table if not exists iceberg_tables (catalog_name varchar(255) not null,"
            " table_namespace varchar(255) not null, table_name varchar(255) not null,"
            " metadata_location varchar(1000), previous_metadata_location varchar(1000),"
            " iceberg_type varchar(5), primary key (catalog_name, table_namespace, table_name))"
        )
        catalog.execute(
            "create table if not exists iceberg_namespace_properties (catalog_name varchar(255) not null,"
            " namespace varchar(255) not null, property_key varchar(255), property_value varchar(1000),"
            " primary key (catalog_name, namespace, property_key))"
        )


class _Running:
    """The session of this process. Spark itself would tell it only to the thread that started it."""

    session: Any = None
    starting = threading.Lock()


def session_of(home: Path, given: Mapping[str, str]) -> Any:
    """Return the running session of a home; start it if there is none, or it is another home's.

    It may be asked for from any thread. A session that others stopped, or whose Java is gone, is replaced.
    """
    with _Running.starting:
        if not _is_running(home):
            _stop()
            _Running.session = _started(home, given)
        return _Running.session


def _is_running(home: Path) -> bool:
    """Whether the session that was started last is this home's and runs: Spark itself may have stopped it."""
    session = _Running.session
    if not _can_be_asked(session) or session.sparkContext._jsc.sc().isStopped():
        return False
    return bool(session.conf.get(_HOME) == str(home))


def _can_be_asked(session: Any) -> bool:
    """Whether there is a session that this process has not stopped, and its Java."""
    return session is not None and session.sparkContext._jsc is not None and not _is_java_gone()


def _is_java_gone() -> bool:
    """Whether the process of Java ended that this one started."""
    from pyspark import SparkContext

    process = getattr(SparkContext._gateway, "proc", None)
    return process is not None and process.poll() is not None


def _forget_java() -> None:
    """Let pyspark start a new Java: it would go on asking the one that is gone."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    SparkSession._instantiatedSession = SparkSession._activeSession = None


def _started(home: Path, given: Mapping[str, str]) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError as error:
        raise ConfigError(
            "the engine spark needs the package pyspark: `pip install touchpoint[spark]`, or set"
            " `engine: duckdb`"
        ) from error
    if _is_java_gone():
        _forget_java()
    folder_of(home).mkdir(parents=True, exist_ok=True)
    if _is_catalog_in_home(given):
        _make_catalog(_catalog_file(home))
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
    if _can_be_asked(_Running.session):
        _Running.session.stop()
    _Running.session = None
