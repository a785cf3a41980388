"""Random streams: one independent generator per purpose.

A stream depends on the seed and its name alone, so turning a fault on changes what that fault touches and
nothing else.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random generator for one purpose."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
