"""An S3 server for tests, and a proxy before it that counts requests and lets them fail.

The server is nanio, a process of its own on a free port, whose buckets are folders: so a test can also look at them.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

KEY, SECRET = "TESTKEY", "do-not-tell-this-secret"


@dataclass
class Proxied:
    """A server behind a proxy, and what was asked of it there."""

    port: int
    proxy: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    #: Asked for each request (method, path of the object); returns a status or content to answer with, "cut" to
    #: break the connection in the middle of the content, or None to pass it on.
    fault: Callable[[str, str], int | str | bytes | None] = lambda method, path: None
    #: By method: the query that the server needs and the true service does not, and headers that it lacks.
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Server(Proxied):
    """A running server."""

    folder: Path = Path()

    def bucket(self, name: str) -> Path:
        """Make an empty bucket; return its folder."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        (self.folder / name).mkdir(parents=True)
        return self.folder / name

    def read(self) -> list[str]:
        """Return the paths of objects whose content was asked for, and forget all requests."""
        asked = [path for method, path in self.requests if method == "GET" and "list-type" not in path]
        self.requests.clear()
        return asked

    def environment(self) -> dict[str, str]:
        """Return the variables by which a client finds the server."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.proxy,
        }


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server and end it; where it is not installed, skip, or fail in CI."""
    if importlib.util.find_spec("nanio") is None:
        why = "the S3 server nanio is not installed (make setup)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with tempfile.TemporaryDirectory(prefix="buckets-", ignore_cleanup_errors=True) as folder:
        server = Server(free_port(), folder=Path(folder) / "data")
        server.folder.mkdir()
        with (Path(folder) / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "nanio", "serve", "--no-access-log"],
                env={
                    **os.environ,
                    "NANIO_ACCESS_KEY": KEY,
                    "NANIO_SECRET_KEY": SECRET,
                    "NANIO_HOST": "127.0.0.1",
                    "NANIO_PORT": str(server.port),
                    "NANIO_DATA_DIR": str(server.folder),
                },
                stdout=log,
                stderr=log,
            )
        try:
            wait_until_ready(server.port, process)
            with proxy_of(server):
                yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when a server that was just started accepts connections."""
    for _ in range(300):
        assert process.poll() is None, "the server ended at once"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("the server does not answer")


@contextlib.contextmanager
def proxy_of(server: Proxied) -> Iterator[None]:
    """Start a proxy before a server, which need not run yet, and end it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = unquote(urlsplit(self.path).path)
            query = f"?{urlsplit(self.path).query}" if urlsplit(self.path).query else ""
            server.requests.append((self.command, path + query))
            fault = server.fault(self.command, path + query)
            if isinstance(fault, bytes):
                self.answer(200, {}, fault)
                return
            if isinstance(fault, int):
                self.answer(fault, {}, b"<Error><Code>Injected</Code></Error>")
                return
            onward = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            path = self.path + server.query.get(self.command, "")
            onward.request(self.command, path, body, dict(self.headers))
            given = onward.getresponse()
            content = given.read()
            headers = {name: value for name, value in given.getheaders() if name.lower() not in _HOPS}
            headers = {**server.headers.get(self.command, {}), **headers}
            self.answer(given.status, headers, content, is_cut=fault == "cut")
            onward.close()

        def answer(
            self, status: int, headers: dict[str, str], content: bytes, *, is_cut: bool = False
        ) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content[: len(content) // 2] if is_cut else content)
            if is_cut:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = pass_on  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        proxy.daemon_threads = True
        server.proxy = f"http://127.0.0.1:{proxy.server_address[1]}"
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            proxy.shutdown()


_HOPS = {"content-length", "transfer-encoding", "connection"}
