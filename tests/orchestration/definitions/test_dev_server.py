"""`make dev` is for this machine: every port that it opens is on the loopback interface."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.settings import CHECKOUT

_LISTENING = "0A"
_LOOPBACK = ("127.0.0.1", "::1")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command_of_make_dev(port: int) -> list[str]:
    """What `make dev` runs, with the tools of the interpreter that runs this test."""
    printed = subprocess.run(
        ["make", "--dry-run", "dev", f"DEV_PORT={port}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.replace("\\\n", " ")
    (line,) = [line for line in printed.splitlines() if "/dagster dev" in line]
    words = shlex.split(line)
    start = next(i for i, word in enumerate(words) if word.endswith("bin/dagster"))
    return [str(Path(sys.executable).with_name("dagster")), *words[start + 1 :]]


def listening_addresses(session: int) -> set[str]:
    """Addresses on which the processes of a session accept connections, as the kernel knows them."""
    inodes = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getsid(int(process.name)) == session:
                inodes |= set(_open_handles(process / "fd"))
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and f"socket:[{fields[9]}]" in inodes:
                found.add(_address(fields[1].split(":")[0], family))
    return found


def _open_handles(folder: Path) -> Iterator[str]:
    for handle in folder.iterdir():
        with contextlib.suppress(OSError):
            yield os.readlink(handle)


def _address(text: str, family: socket.AddressFamily) -> str:
    words = [bytes.fromhex(text[i : i + 8])[::-1] for i in range(0, len(text), 8)]
    return socket.inet_ntop(family, b"".join(words))


@pytest.fixture
def dev(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`make dev` over an empty landing zone, and its port."""
    (tmp_path / "landing").mkdir()
    (tmp_path / "dagster").mkdir()
    settings = (CHECKOUT / "orchestration" / "definitions" / "dagster.yaml").read_bytes()
    (tmp_path / "dagster" / "dagster.yaml").write_bytes(settings)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "TOUCHPOINT_LANDING": str(tmp_path / "landing"),
        "TOUCHPOINT_HOME": str(tmp_path / "home"),
    }
    port = free_port()
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command_of_make_dev(port),
            cwd=CHECKOUT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process, port
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        assert process.poll() is None, "make dev ended by itself"
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/server_info", timeout=10).close()
            return
        time.sleep(0.5)
    pytest.fail("make dev does not answer")


@pytest.mark.slow
def test_nobody_else_can_connect(dev: tuple[subprocess.Popen[bytes], int]) -> None:
    process, port = dev
    wait_until_it_answers(process, port)
    addresses = listening_addresses(process.pid)
    assert addresses and addresses <= set(_LOOPBACK)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_kernels_tables_are_read_right(host: str) -> None:
    listening = f"import socket; s = socket.create_server(({host!r}, 0)); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", listening],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        assert child.stdout and child.stdout.readline()
        assert listening_addresses(child.pid) == {host}
        child.kill()


def test_an_address_of_the_kernels_tables_is_read_right() -> None:
    assert _address("0100007F", socket.AF_INET) == "127.0.0.1"
    assert _address("00000000000000000000000001000000", socket.AF_INET6) == "::1"
    assert _address("0" * 32, socket.AF_INET6) == "::"


def test_dagster_reports_to_nobody() -> None:
    lines = (
        (CHECKOUT / "orchestration" / "definitions" / "dagster.yaml").read_text(encoding="utf-8").splitlines()
    )
    assert lines[lines.index("telemetry:") + 1].strip() == "enabled: false"
