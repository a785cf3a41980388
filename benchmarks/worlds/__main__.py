"""Writes the landing zone of a large world: python -m benchmarks.worlds LANDING SIZE.

In a process of its own: a command's peak memory is counted from that of the process that starts it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.worlds import Size, write

if __name__ == "__main__":
    write(Path(sys.argv[1]), Size.parse(sys.argv[2]))
