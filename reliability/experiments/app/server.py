"""The app in a process of its own, asked over sockets, byte by byte."""

from __future__ import annotations

import contextlib
import gzip
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reliability.builds import process
from reliability.builds.process import Build, Command

_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 where the connection was closed without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float

    @property
    def kind(self) -> str:
        """The media type."""
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    build: Build
    port: int

    def ask(self, sent: bytes, *, seconds: float = _SECONDS) -> Answer:
        """Send bytes and read the answer to its end."""
        began = time.monotonic()
        received = bytearray()
        with (
            contextlib.suppress(ConnectionError, TimeoutError),
            socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection,
        ):
            with contextlib.suppress(ConnectionError):
                connection.sendall(sent)
            while part := connection.recv(1 << 16):
                received += part
        return _read(bytes(received), time.monotonic() - began)

    @property
    def peak_mib(self) -> float:
        """The most memory that the process ever held."""
        status = Path(f"/proc/{self.build.pid}/status")
        if not status.exists():
            return 0.0
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]) / 1024


@contextlib.contextmanager
def serving(home: Path, log: Path, *, around: Callable[[Command], int] | None = None) -> Iterator[Server]:
    """Serve a home until the end of the block. around: prepares the process, as in `process.start`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    build = process.start(["serve", "--home", str(home), "--port", str(port)], log, around=around)
    server = Server(build, port)
    try:
        for _ in range(600):
            if (
                server.ask(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status
                == 200
            ):
                break
            if build.wait(0.1) is not None:
                raise RuntimeError(f"the server ended: {build.output[-1000:]}")
        yield server
    finally:
        if build.wait(0) is None:
            os.kill(build.pid, signal.SIGTERM)
            if build.wait(10) is None:
                build.kill()


def _read(received: bytes, seconds: float) -> Answer:
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    if not first.startswith(b"HTTP/1."):
        return Answer(0, {}, received, seconds)
    headers = {
        name.decode("latin-1").strip().lower(): value.decode("latin-1").strip()
        for name, _, value in (line.partition(b":") for line in lines)
    }
    if headers.get("transfer-encoding") == "chunked":
        body = _joined(body)
    if headers.get("content-encoding") == "gzip" and body:
        body = gzip.decompress(body)
    return Answer(int(first.split()[1]), headers, body, seconds)


def _joined(chunked: bytes) -> bytes:
    parts = []
    while chunked:
        size, _, rest = chunked.partition(b"\r\n")
        length = int(size.split(b";")[0] or b"0", 16)
        if not length:
            break
        parts.append(rest[:length])
        chunked = rest[length + 2 :]
    return b"".join(parts)
