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
from insights_app.published.reader import Reader
from insights_app.published.results import Results
from insights_app.texts import said

DATABASE = "insights.duckdb"

#: What a page may use and do: no other file, no network, no writing, no more memory than this.
_CONFIG = {
    "memory_limit": "512MB",
    "threads": "2",
    "enable_external_access": "false",
    "max_temp_directory_size": "0KB",
    "autoload_known_extensions": "false",
}


class _OpenBuild:
    """A database file that is open, and how many pages read it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = duckdb.connect(str(path), read_only=True, config=dict(_CONFIG))
        zone = self.connection.execute("select reporting_time_zone from marts.build_info").fetchone()
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
        finally:
            stop.cancel()
            cursor.close()
            self._give_back(build)

    def _take(self) -> _OpenBuild:
        with self._lock:
            try:
                path = (self.folder / DATABASE).resolve(strict=True)
                if self._newest is None or self._newest.path != path:
                    self._replace(_OpenBuild(path))
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
