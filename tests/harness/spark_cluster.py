"""A standalone cluster of Spark on this machine: a master and workers, from the jars of pyspark."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

_LOG = """\
rootLogger.level = info
rootLogger.appenderRef.stdout.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %m%n
"""


@contextlib.contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[str]:
    """Start a master and workers of one core each; yield the master's address, and stop them at the end."""
    import pyspark

    spark_home = Path(pyspark.__file__).parent
    (folder / "log4j2.properties").write_text(_LOG, encoding="utf-8")
    port = _free_port()
    address = f"spark://127.0.0.1:{port}"
    with contextlib.ExitStack() as started:

        def start(name: str, main_class: str, *arguments: str) -> Path:
            log = folder / f"{name}.log"
            with log.open("w", encoding="utf-8") as out:
                process = subprocess.Popen(
                    [
                        str(spark_home / "bin" / "spark-class"),
                        f"org.apache.spark.deploy.{main_class}",
                        *arguments,
                    ],
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env={
                        **os.environ,
                        "SPARK_HOME": str(spark_home),
                        "SPARK_LOCAL_IP": "127.0.0.1",
                        "SPARK_DAEMON_MEMORY": "256m",
                        "SPARK_DAEMON_JAVA_OPTS": f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}",
                        "SPARK_WORKER_DIR": str(folder / "work"),
                    },
                )
            started.callback(_stop, process)
            return log

        where = ("--host", "127.0.0.1", "--webui-port", "0")
        _wait_for("I have been elected leader", start("master", "master.Master", *where, "--port", str(port)))
        logs = [
            start(f"worker{number}", "worker.Worker", *where, "--cores", "1", "--memory", "1g", address)
            for number in range(workers)
        ]
        for log in logs:
            _wait_for("Successfully registered with master", log)
        yield address


def _wait_for(words: str, log: Path, seconds: int = 120) -> None:
    until = time.monotonic() + seconds
    while words not in log.read_text(encoding="utf-8"):
        assert time.monotonic() < until, (
            f"{log.name} does not say {words!r}:\n{log.read_text(encoding='utf-8')}"
        )
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
