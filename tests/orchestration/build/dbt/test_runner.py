"""Listening to dbt must not stop it."""

from __future__ import annotations

import errno
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestration.build.dbt.runner import (
    Dbt,
    NodeResult,
    Variables,
    _Complaints,
    _FinishedNodes,
    _Listener,
    build_arguments,
)
from orchestration.home import Home


def complaint() -> Any:
    stamp = SimpleNamespace(ToJsonString=lambda: "2026-03-01T12:00:00Z")
    return SimpleNamespace(info=SimpleNamespace(level="error", msg="it broke", ts=stamp))


def test_complaints_are_written(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "dbt.log"
    _Listener([_Complaints(log)])(complaint())
    assert log.read_text() == "2026-03-01T12:00:00Z [error] it broke\n"


@pytest.mark.parametrize("trouble", [OSError(errno.ENOSPC, "No space left on device"), ValueError("a bug")])
def test_a_listener_is_asked_no_more_once_it_failed(trouble: Exception) -> None:
    told: list[Any] = []

    def fails(event: Any) -> None:
        told.append(event)
        raise trouble

    listener = _Listener([fails])
    listener(complaint())
    listener(complaint())
    assert len(told) == 1
    assert listener.trouble is trouble


def test_a_log_that_cannot_be_written_stops_the_build_that_complains(tmp_path: Path) -> None:
    # dbt waits for ever for a thread that died of what it told.
    dbt = Dbt(Home(tmp_path / "home"))
    dbt.log_path.mkdir(parents=True)
    raised: list[Exception] = []

    def build() -> None:
        try:
            # Nothing was landed, so no model finds what it reads, and dbt complains.
            dbt.build(
                Variables(), full_refresh=True, progress=lambda _: None, select=["stg_interactions__events"]
            )
        except Exception as error:
            raised.append(error)

    waiting = threading.Thread(target=build, daemon=True)
    waiting.start()
    waiting.join(120)
    assert [type(error) for error in raised] == [IsADirectoryError]


def _result(name: str, *parents: str) -> SimpleNamespace:
    node = SimpleNamespace(
        unique_id=name,
        name=name,
        resource_type="model",
        config=SimpleNamespace(severity=None),
        depends_on=SimpleNamespace(nodes=list(parents)),
    )
    return SimpleNamespace(node=node, status="success", message="", failures=None, execution_time=0.1)


def _finished_event(result: SimpleNamespace) -> SimpleNamespace:
    """What dbt reports of a node that failed, so that nobody counts its rows."""
    outcome = SimpleNamespace(status="error", message="", num_failures=0, execution_time=0.1)
    return SimpleNamespace(
        info=SimpleNamespace(name="NodeFinished"),
        data=SimpleNamespace(node_info=SimpleNamespace(unique_id=result.node.unique_id), run_result=outcome),
    )


def test_a_view_that_is_kept_is_told_before_what_reads_it() -> None:
    views = {
        name: _result(name, *parents).node
        for name, *parents in (("view", "table"), ("view_of_a_view", "view"), ("last", "fact"))
    }
    results = [_result("table"), _result("fact", "view_of_a_view", "table")]
    manifest = SimpleNamespace(nodes={result.node.unique_id: result.node for result in results})
    told: list[NodeResult] = []
    finished = _FinishedNodes(manifest, 2, views, lambda _: None, told.append, lambda _: None)
    finished.tell_rest(results)
    assert [(node.name, node.status) for node in told] == [
        ("table", "success"),
        ("view", "kept"),
        ("view_of_a_view", "kept"),
        ("fact", "success"),
        ("last", "kept"),
    ]
    assert all(node.is_good for node in told)


def test_a_kept_view_is_told_once_before_everything_that_reads_it_whatever_thread_is_first() -> None:
    readers = [_result(name, "view") for name in ("one", "two")]
    manifest = SimpleNamespace(nodes={reader.node.unique_id: reader.node for reader in readers})
    told: list[str] = []

    def tell(node: NodeResult) -> None:
        if node.status == "kept":
            time.sleep(0.2)  # long enough for the other thread to overtake
        told.append(node.name)

    finished = _FinishedNodes(
        manifest, 2, {"view": _result("view").node}, lambda _: None, tell, lambda _: None
    )
    threads = [threading.Thread(target=finished, args=(_finished_event(reader),)) for reader in readers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told[0] == "view"
    assert sorted(told[1:]) == ["one", "two"]


@pytest.mark.parametrize(
    ("full_refresh", "select", "is_kept"),
    [(False, [], True), (True, [], False), (False, ["mart_email_kpis"], False)],
)
def test_views_are_made_in_full_builds_and_where_they_are_chosen(
    full_refresh: bool, select: list[str], is_kept: bool
) -> None:
    arguments = build_arguments(Variables(), full_refresh=full_refresh, select=select)
    assert ("resource_type:model,config.materialized:view" in arguments) == is_kept


@pytest.mark.parametrize(("full_refresh", "threads"), [(True, "1"), (False, "2")])
def test_models_over_all_rows_run_one_at_a_time(
    full_refresh: bool, threads: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []

    def invoke(_: Dbt, arguments: list[str], __: object) -> SimpleNamespace:
        given.append(arguments)
        return SimpleNamespace(result=[])

    monkeypatch.setattr(Dbt, "_invoke", invoke)
    dbt = Dbt(Home(tmp_path))
    dbt.home.dbt.mkdir(parents=True)
    dbt.manifest = SimpleNamespace(nodes={}, sources={})
    dbt.build(Variables(), full_refresh=full_refresh, progress=lambda _: None)
    [arguments] = given
    assert arguments[arguments.index("--threads") + 1] == threads
