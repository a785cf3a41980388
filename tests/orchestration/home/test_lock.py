"""One build at a time."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from orchestration.errors import HomeIsBusyError
from orchestration.home import lock

HOLD = (
    "import sys, pathlib\n"
    "from orchestration.home import lock\n"
    "with lock.hold(pathlib.Path(sys.argv[1])):\n"
    "    print('held', flush=True)\n"
    "    sys.stdin.read()\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "build.lock"


def test_another_process_is_turned_away_and_told_who_holds_it(path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(HomeIsBusyError, match=f"process {holder.pid}"), lock.hold(path):
        pass
    assert lock.holder(path) == holder.pid
    holder.kill()
    holder.wait()
    with lock.hold(path):
        assert lock.holder(path) == os.getpid()
    assert lock.holder(path) is None


def test_a_lock_is_given_back_when_a_build_fails(path: Path) -> None:
    with pytest.raises(RuntimeError), lock.hold(path):
        raise RuntimeError
    with lock.hold(path):
        pass
    assert path.read_text() == ""


def test_a_process_that_has_the_number_of_a_killed_build_holds_nothing(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(f"{os.getpid()}\n")
    assert lock.holder(path) is None


def test_whoever_looks_turns_no_build_away(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with path.open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.06, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        with lock.hold(path):
            assert lock.holder(path) == os.getpid()


def test_what_a_holder_writes_is_for_its_owner(path: Path) -> None:
    before = os.umask(0o022)
    try:
        with lock.hold(path):
            (path.parent / "raw").mkdir()
            (path.parent / "ledger").touch()
        (path.parent / "later").touch()
    finally:
        os.umask(before)
    modes = {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()}
    assert modes == {"build.lock": 0o644, "raw": 0o700, "ledger": 0o600, "later": 0o644}


def test_who_waits_gets_the_lock_when_it_is_given_back(path: Path) -> None:
    told: list[str] = []
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout and holder.stdin
    holder.stdout.readline()
    with pytest.raises(HomeIsBusyError), lock.hold(path, 0.3, told.append):
        pass
    threading.Timer(0.5, holder.stdin.close).start()
    with lock.hold(path, 60, told.append):
        assert holder.wait() == 0
    assert len(told) == 2 and all(f"process {holder.pid}" in words for words in told)
