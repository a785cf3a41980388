"""A real browser, where this machine has one: what a page becomes when it is opened."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

BROWSER = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None
)
MISSING = "no browser on this machine: apt-get install chromium"

#: Somebody's machine may have none; the machine that decides what goes in must.
needs_browser = pytest.mark.skipif(BROWSER is None and os.environ.get("CI") != "true", reason=MISSING)


def opened(page: Path, profile: Path) -> tuple[str, str]:
    """The page's markup after its scripts have run, and everything the browser said meanwhile."""
    assert BROWSER, MISSING
    command = [
        *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"),
        *("--virtual-time-budget=5000", "--enable-logging=stderr", "--v=0", "--dump-dom", page.as_uri()),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, done.stderr
