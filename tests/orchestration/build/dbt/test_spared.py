"""What dbt is spared of is what nobody hears or sees."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dbt.events.types import (
    MainEncounteredError,
    NodeFinished,
    NoNodesForSelectionCriteria,
    RunResultWarning,
)
from dbt_common.clients import agate_helper
from dbt_common.events import event_manager_client
from dbt_common.events.base_types import EventMsg
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note

from orchestration.build.dbt.spared import spare_empty_tables, spare_messages


@pytest.fixture
def heard() -> Iterator[list[str]]:
    before = event_manager_client.get_event_manager()
    spare_messages()
    names: list[str] = []

    def hear(message: EventMsg) -> None:
        names.append(message.info.name)

    event_manager_client.add_callback_to_manager(hear)
    yield names
    event_manager_client.ctx_set_event_manager(before)


def test_warnings_and_errors_are_heard(heard: list[str]) -> None:
    fire_event(NoNodesForSelectionCriteria(spec_raw="nothing"))
    fire_event(MainEncounteredError(exc="broken"))
    fire_event(RunResultWarning(resource_type="test", node_name="a", path="b"))
    assert heard == ["NoNodesForSelectionCriteria", "MainEncounteredError", "RunResultWarning"]


def test_other_events_are_not_made_messages(heard: list[str]) -> None:
    fire_event(Note(msg="a line that nobody reads"))
    assert heard == []


def test_finished_nodes_are_heard(heard: list[str]) -> None:
    fire_event(NodeFinished(node_info={"unique_id": "model.a.b"}))
    assert heard == ["NodeFinished"]


def test_empty_tables_are_one() -> None:
    spare_empty_tables()
    assert agate_helper.empty_table() is agate_helper.empty_table()
    assert len(agate_helper.empty_table().rows) == 0
