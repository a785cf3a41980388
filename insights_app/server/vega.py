"""The chart library that browsers run, as vl-convert carries it: no other server is asked for it.

Putting it together takes seconds, so it is done in the background when the app starts, and kept in the
user's cache.
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

    # The package's type stub does not say that every argument may be left out.
    bundle = vl_convert.javascript_bundle().encode()  # type: ignore[call-arg]
    # Kept for the next start where there is room; without, it is only slower.
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as partial:
            partial.write(bundle)
        Path(partial.name).replace(kept)
    return bundle


class VegaBundle:
    """The script, made in the background."""

    def __init__(self) -> None:
        self._made: Future[bytes] = Future()
        threading.Thread(target=self._make, name="vega", daemon=True).start()

    def _make(self) -> None:
        try:
            self._made.set_result(_made())
        # Whatever it is, raised again where a request waits for the script.
        except BaseException as error:
            self._made.set_exception(error)

    def script(self) -> bytes:
        """The script's text, as soon as there is one."""
        return self._made.result()
