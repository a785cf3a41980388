"""What tests of Spark need: its jars, brought together from packages, and whether they are there.

A user's Spark fetches the official jars (`spark.jars.packages`). Where only package registries of Python and
Debian are reached, Iceberg's jar comes in the wheel `snowpark-connect-deps-iceberg`. There its own copy of
Jackson is left out; the same jar holds Parquet's copy, which is written again here under the missing name. The
driver of the catalog's file is Debian's `libxerial-sqlite-jdbc-java`.
"""

from __future__ import annotations

import importlib.util
import struct
import zipfile
from pathlib import Path

CACHE = Path.home() / ".cache" / "touchpoint" / "spark"
DRIVERS = (
    Path("/usr/share/java/sqlite-jdbc.jar"),
    Path("/usr/share/java/xerial-sqlite-jdbc.jar"),
)
#: Jackson inside Iceberg's jar: as Parquet brings it, and as Iceberg's classes name it.
_GIVEN = "org/apache/iceberg/shaded/org/apache/parquet/shaded/com/fasterxml/jackson/"
_WANTED = "org/apache/iceberg/shaded/com/fasterxml/jackson/"


def why_missing() -> str | None:
    """Return why Spark cannot be tested here; None if it can."""
    for module in ("pyspark", "dbt.adapters.spark"):
        try:
            if importlib.util.find_spec(module) is None:
                return f"{module} is not installed: pip install -r requirements-spark.lock"
        except ModuleNotFoundError:
            return f"{module} is not installed: pip install -r requirements-spark.lock"
    if _iceberg_jar() is None:
        return "Iceberg's jar is missing: pip install snowpark-connect-deps-iceberg"
    if _driver() is None:
        return "the catalog's driver is missing: apt-get install libxerial-sqlite-jdbc-java"
    return None


def settings() -> dict[str, str]:
    """Return settings of Spark with which tests start it: its jars, and no more than two cores and 2 GiB."""
    iceberg, driver = _iceberg_jar(), _driver()
    assert iceberg is not None and driver is not None
    jars = ":".join(map(str, (iceberg, _relocated_jackson(iceberg), driver)))
    return {
        "spark.driver.extraClassPath": jars,
        "spark.executor.extraClassPath": jars,
        "spark.driver.memory": "3g",
        # Small tables: compiling the stages of a query takes longer than running them.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.adaptive.enabled": "false",
        "spark.driver.extraJavaOptions": "-Duser.language=en -Duser.country=US -XX:TieredStopAtLevel=1"
        " -XX:+UseSerialGC -XX:ReservedCodeCacheSize=256m",
    }


def _iceberg_jar() -> Path | None:
    spec = importlib.util.find_spec("snowpark_connect_deps_iceberg")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        for jar in sorted(Path(folder).rglob("iceberg-spark-runtime-3.5_2.12-*.jar")):
            return jar
    return None


def _driver() -> Path | None:
    return next((path for path in DRIVERS if path.exists()), None)


def _relocated_jackson(iceberg: Path) -> Path:
    """Return a jar with Jackson under Iceberg's name, written once from Parquet's copy in Iceberg's jar."""
    target = CACHE / f"{iceberg.stem}-jackson.jar"
    if target.exists():
        return target
    CACHE.mkdir(parents=True, exist_ok=True)
    half_written = target.with_suffix(".new")
    with zipfile.ZipFile(iceberg) as source, zipfile.ZipFile(half_written, "w", zipfile.ZIP_DEFLATED) as jar:
        for name in source.namelist():
            if name.startswith(_GIVEN) and name.endswith(".class"):
                jar.writestr(name.replace(_GIVEN, _WANTED), _renamed(source.read(name), _GIVEN, _WANTED))
    half_written.replace(target)
    return target


def _renamed(compiled: bytes, given: str, wanted: str) -> bytes:
    """Return a compiled class in which every text of its pool of constants has another name of a package."""
    names = [(given.encode(), wanted.encode())]
    names += [(old.replace(b"/", b"."), new.replace(b"/", b".")) for old, new in names]
    out = [compiled[:10]]
    place, number, count = 10, 1, struct.unpack(">H", compiled[8:10])[0]
    #: Bytes after the tag, by tag of a constant.
    sizes = {
        3: 4,
        4: 4,
        5: 8,
        6: 8,
        7: 2,
        8: 2,
        9: 4,
        10: 4,
        11: 4,
        12: 4,
        15: 3,
        16: 2,
        17: 4,
        18: 4,
        19: 2,
        20: 2,
    }
    while number < count:
        tag = compiled[place]
        if tag == 1:
            (length,) = struct.unpack(">H", compiled[place + 1 : place + 3])
            text = compiled[place + 3 : place + 3 + length]
            for old, new in names:
                text = text.replace(old, new)
            out.append(struct.pack(">BH", 1, len(text)) + text)
            place += 3 + length
        else:
            out.append(compiled[place : place + 1 + sizes[tag]])
            place += 1 + sizes[tag]
        number += 2 if tag in (5, 6) else 1
    out.append(compiled[place:])
    return b"".join(out)
