"""Azurite, Microsoft's own server for tests of Azure Blob Storage: on a free port, with its well-known key.

It comes from npm: `npm install --prefix ~/.cache/touchpoint/azurite azurite`. Without it the tests skip.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

ACCOUNT = "devstoreaccount1"
#: Azurite's published key, the same everywhere.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
INSTALLED = Path.home() / ".cache/touchpoint/azurite/node_modules/.bin/azurite-blob"


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int

    def environment(self) -> dict[str, str]:
        """Return the variables by which a client finds the server."""
        return {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": KEY,
            "AZURE_STORAGE_ENDPOINT": f"http://127.0.0.1:{self.port}/{ACCOUNT}",
        }

    def container(self, name: str) -> None:
        """Make an empty container."""
        now = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"
        headers = f"x-ms-date:{now}\nx-ms-version:2021-08-06"
        signed = f"PUT{chr(10) * 12}{headers}\n/{ACCOUNT}/{ACCOUNT}/{name}\nrestype:container"
        signature = base64.b64encode(hmac.digest(base64.b64decode(KEY), signed.encode(), hashlib.sha256))
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(
            "PUT",
            f"/{ACCOUNT}/{name}?restype=container",
            headers={
                **dict(line.split(":", 1) for line in headers.splitlines()),
                "Authorization": f"SharedKey {ACCOUNT}:{signature.decode()}",
            },
        )
        assert connection.getresponse().status == 201


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server and end it; skip where it is not installed."""
    program = shutil.which("azurite-blob") or (str(INSTALLED) if INSTALLED.exists() else None)
    if program is None:
        pytest.skip("Azurite is not installed (npm install --prefix ~/.cache/touchpoint/azurite azurite)")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = f"--blobHost 127.0.0.1 --blobPort {port} --inMemoryPersistence --disableTelemetry"
    process = subprocess.Popen(
        [program, *options.split(), "--skipApiVersionCheck", "--silent"],
        env={**os.environ, "NODE_OPTIONS": "--no-deprecation"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            assert process.poll() is None, "Azurite ended at once"
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.1)
        yield Server(port)
    finally:
        process.terminate()
        process.wait(timeout=30)
