"""The build that readers see now, opened read-only, and the next one when it takes its place.

A page asks once for a build and reads everything from it, so that no page mixes two builds.
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

#: Device, number, time of change and size of a file.
_Identity = tuple[int, int, int, int]
#: What a page may use: no network, no more memory than this. Other files are forbidden once one is open.
_CONFIG = {
    "memory_limit": "512MB",
    "threads": "2",
    "max_temp_directory_size": "0KB",
    "autoload_known_extensions": "false",
}


class _OpenBuild:
    """A database file that is open, and how many pages read it.

    identity: of the file, which another one put in its place does not share. is_broken: whether reading it
    failed, so that the next page opens it anew.
    """

    def __init__(self, path: Path, identity: _Identity) -> None:
        self.path = path
        self.identity = identity
        self.is_broken = False
        # Attached to a database of its own: a file that is opened by its name is open once in a process, even
        # where another one has taken its place.
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
    """The published folder of a home.

    folder: the link that the build switches (`published`); it need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._newest: _OpenBuild | None = None

    @contextlib.contextmanager
    def reading(self, seconds: float = 10.0) -> Iterator[Reader]:
        """Give a reader of the build that is published now, for one page.

        seconds: after these, what still runs is stopped. Raises `NothingPublishedError` where there is no
        build or its file cannot be opened.
        """
        build = self._take()
        cursor = build.connection.cursor()
        stop = threading.Timer(seconds, cursor.interrupt)
        stop.daemon = True
        stop.start()
        try:
            # A day on a page is a day of the marts.
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
