"""An optional value that its column cannot hold is counted, whatever the provider."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.adapters.feeds import land_lines

POSTMARK = {
    "RecordType": "SubscriptionChange",
    "MessageID": "m1",
    "Recipient": "a@example.com",
    "ChangedAt": "2026-03-01T10:00:00Z",
}
SENDGRID = {"event": "open", "timestamp": 1772323200, "email": "a@example.com", "sg_event_id": "e1"}


@pytest.mark.parametrize(
    ("adapter", "record", "field"),
    [
        ("postmark", POSTMARK | {"SuppressSending": "perhaps"}, "suppress_sending"),
        ("sendgrid", SENDGRID | {"sg_machine_open": "perhaps"}, "sg_machine_open"),
    ],
)
def test_a_value_that_is_none_is_counted(
    tmp_path: Path, adapter: str, record: dict[str, Any], field: str
) -> None:
    landed = land_lines(tmp_path, adapter, [record], arrival="2026-03-01")
    assert (landed.nulled, [row[field] for row in landed.rows]) == ({field: 1}, [None])
