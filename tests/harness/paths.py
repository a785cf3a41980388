"""Where tests find the checkout, and the folder of real inputs that may lie beside it.

Belongs here: paths that more than one test needs. Does not belong here: reading what is there.
"""

from __future__ import annotations

from pathlib import Path

#: The folder that this project was checked out into.
CHECKOUT = Path(__file__).resolve().parents[2]
#: Real payloads, logs and odd files. Tests that need them are skipped where the folder is missing, and say so.
REAL_DATA = CHECKOUT.parent / "shared" / "data"
