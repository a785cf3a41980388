"""Serves the chart library that browsers run, taken from the package vl-convert: no other server is needed.

Building the script takes seconds, so that is done in the background when the app starts, and the script is
kept in the user's cache.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from concurrent.futures import Future
from importlib.metadata import version
from pathlib import Path


def _cache() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(folder) / "touchpoint" / f"vega-{version('vl-convert-python')}.js"


def _made() -> bytes:
    kept = _cache()
    with contextlib.suppress(OSError):
        return kept.read_bytes()
    import vl_convert

    # The package's type stub does not say that all arguments are optional.
    bundle = vl_convert.javascript_bundle().encode()  # type: ignore[call-arg]
    # Keep the script for the next start if it can be written; otherwise that start is only slower.
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as partial:
            partial.write(bundle)
        Path(partial.name).replace(kept)
    return bundle


class VegaBundle:
    """The script, built in the background."""

    def __init__(self) -> None:
        self._made: Future[bytes] = Future()
        threading.Thread(target=self._make, name="vega", daemon=True).start()

    def _make(self) -> None:
        try:
            self._made.set_result(_made())
        # Keep any error: it is raised again in the request that waits for the script.
        except BaseException as error:
            self._made.set_exception(error)

    def script(self) -> bytes:
        """Return the script's text; wait until it is built."""
        return self._made.result()
