"""Which Touchpoint this is.

Belongs here: the version. Does not belong here: anything else.
"""

from __future__ import annotations

from importlib import metadata


def _installed() -> str:
    try:
        return metadata.version("touchpoint")
    except metadata.PackageNotFoundError:
        return "0+unknown"


VERSION = _installed()
