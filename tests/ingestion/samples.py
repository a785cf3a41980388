"""Vendors' own example events, where the folder with them lies beside the checkout.

Belongs here: finding them, or saying why a test is skipped. Does not belong here: what they should become.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "webhook_samples"


def sample_lines(name: str) -> list[str]:
    """The lines of one file of examples; skips the test where they are not there."""
    path = _SAMPLES / f"{name}.ndjson"
    if not path.exists():
        pytest.skip(f"the vendor's examples are not beside this checkout ({path})")
    return path.read_text().splitlines()
