"""Opens the published build read-only, and the next one once it is published.

A page asks once for the build and reads everything from it, so that no page mixes two builds.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb

from insights_app.errors import NothingPublishedError
from insights_app.published.reader import CATALOG, Reader
from insights_app.published.results import Results
from insights_app.texts import said

DATABASE = "insights.duckdb"

#: Device, inode number, time of change and size of a file.
_Identity = tuple[int, int, int, int]
#: DuckDB settings of a page's connection: no network, limited memory. Access to other files is switched off
#: once the build's file is attached.
_CONFIG = {
    "memory_limit": "512MB",
    "threads": "2",
    "max_temp_directory_size": "0KB",
    "autoload_known_extensions": "false",
}


class _OpenBuild:
    """An open database file, and how many pages are reading it.

    identity: what tells the file from another one put in its place. is_broken: whether reading the file
        failed, so that the next page opens it anew.
    """

    def __init__(self, path: Path, identity: _Identity) -> None:
        self.path = path
        self.identity = identity
        self.is_broken = False
        # Attach the file to a new in-memory database: DuckDB opens a file name only once per process, and
        # would go on reading the old file after another one has taken its place.
        self.connection = duckdb.connect(config=dict(_CONFIG))
        try:
            file = str(path).replace("'", "''")
            self.connection.execute(f"attach '{file}' as {CATALOG} (read_only)")
            self.connection.execute("set enable_external_access = false")
            zone = self.connection.execute(
                f"select reporting_time_zone from {CATALOG}.marts.build_info"
            ).fetchone()
        except duckdb.Error:
            self.connection.close()
            raise
        self.time_zone = zone[0] if zone else "UTC"
        self.results = Results()
        self.readers = 0


class PublishedBuilds:
    """Opens builds from the published folder of a home.

    folder: the link `published`, which publishing changes; it need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._newest: _OpenBuild | None = None

    @contextlib.contextmanager
    def reading(self, seconds: float = 10.0) -> Iterator[Reader]:
        """Yield a reader of the build that is published now, for one page.

        seconds: after this time, a query that still runs is stopped. Raises `NothingPublishedError` if there
            is no build or its file cannot be opened.
        """
        build = self._take()
        cursor = build.connection.cursor()
        stop = threading.Timer(seconds, cursor.interrupt)
        stop.daemon = True
        stop.start()
        try:
            # Set the session's time zone to the reporting time zone, so that a page's days are those of the
            # marts.
            cursor.execute("set TimeZone = ?", [build.time_zone])
            yield Reader(cursor, build.path.parent, build.results)
        except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException):
            build.is_broken = True
            raise
        finally:
            stop.cancel()
            cursor.close()
            self._give_back(build)

    def _take(self) -> _OpenBuild:
        with self._lock:
            try:
                path = (self.folder / DATABASE).resolve(strict=True)
                identity = _identity_of(path)
                newest = self._newest
                if newest is None or newest.is_broken or newest.identity != identity:
                    self._replace(_OpenBuild(path, identity))
            except (OSError, duckdb.Error) as error:
                message = said("There is no published build that can be read.")
                raise NothingPublishedError(message) from error
            assert self._newest is not None
            self._newest.readers += 1
            return self._newest

    def _replace(self, build: _OpenBuild) -> None:
        old, self._newest = self._newest, build
        if old is not None and old.readers == 0:
            old.connection.close()

    def _give_back(self, build: _OpenBuild) -> None:
        with self._lock:
            build.readers -= 1
            if build.readers == 0 and build is not self._newest:
                build.connection.close()


def _identity_of(path: Path) -> _Identity:
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size
