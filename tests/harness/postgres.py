"""A PostgreSQL server for tests, of the machine's own programs: in a temporary folder, on a free port.

The programs refuse to run as root: then they run as another user.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

ADMIN = "postgres"
#: Password of every role.
PASSWORD = "not a secret"


@dataclass(frozen=True)
class Server:
    """A running server; everybody signs in with the password."""

    port: int

    def connect(self, user: str = ADMIN, database: str = ADMIN, **options: object) -> psycopg.Connection:
        """Open a connection that commits every statement."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=user,
            dbname=database,
            password=PASSWORD,
            autocommit=True,
            **options,  # type: ignore[arg-type]
        )


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server and end it; where it is not installed, skip, or fail in CI."""
    programs = _programs()
    if programs is None:
        why = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        data, port = Path(folder) / "data", _free_port()
        password = Path(folder) / "password"
        password.write_text(PASSWORD)
        user = _user()
        if user:
            for path in (folder, password):
                os.chown(path, user.pw_uid, user.pw_gid)
        _run(
            [programs / "initdb", "--pgdata", data, "--username", ADMIN, "--pwfile", password],
            ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
            user,
        )
        log = Path(folder) / "log"
        settings = [
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "fsync=off",
        ]
        with log.open("w") as output:
            process = subprocess.Popen(
                [*map(str, [programs / "postgres", "-D", data]), *(f"--{one}" for one in settings)],
                stdout=output,
                stderr=output,
                **_as(user),
            )
        try:
            server = Server(port)
            _wait_until_ready(server, process, log)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # end, whoever is connected
            process.wait(timeout=30)


def _programs() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("initdb", path=os.pathsep.join([*map(str, reversed(folders)), os.environ["PATH"]]))
    return Path(found).parent if found else None


def _user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


def _as(user: pwd.struct_passwd | None) -> dict[str, object]:
    return {"cwd": "/", **({"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {})}


def _run(command: Sequence[object], more: Sequence[str], user: pwd.struct_passwd | None) -> None:
    done = subprocess.run(
        [*map(str, command), *more], capture_output=True, text=True, check=False, **_as(user)
    )
    assert done.returncode == 0, done.stderr


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + 60
    while True:
        try:
            server.connect().close()
            return
        except psycopg.OperationalError as error:
            is_over = process.poll() is not None or time.monotonic() > give_up
            assert not is_over, f"{error}\n{log.read_text()}"
        time.sleep(0.1)
