"""Listening to dbt must not stop it."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from orchestration.transform import _Complaints, _Listener


def complaint() -> Any:
    stamp = SimpleNamespace(ToJsonString=lambda: "2026-03-01T12:00:00Z")
    return SimpleNamespace(info=SimpleNamespace(level="error", msg="it broke", ts=stamp))


def test_complaints_are_written(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "dbt.log"
    _Listener([_Complaints(log)])(complaint())
    assert log.read_text() == "2026-03-01T12:00:00Z [error] it broke\n"


def test_a_full_disk_does_not_stop_the_thread_that_says_so() -> None:
    # dbt waits for ever for a thread that died of what it told.
    told: list[Any] = []

    def fails(event: Any) -> None:
        told.append(event)
        raise OSError(errno.ENOSPC, "No space left on device")

    listener = _Listener([fails])
    listener(complaint())
    listener(complaint())
    assert len(told) == 1
    assert listener.trouble is not None
    assert listener.trouble.errno == errno.ENOSPC
