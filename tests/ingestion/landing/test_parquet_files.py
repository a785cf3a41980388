"""Raw parts are on the disk before the ledger tells of them, and the ledger is never half a file."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.landing.parquet_files import PartWriter
from ingestion.ledger import Ledger


def test_a_part_is_durable_before_it_is_given_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.path.relpath(os.readlink(f"/proc/self/fd/{descriptor}"), tmp_path))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    rows = pa.table({"arrival_date": pa.array([0, 1], pa.date32()), "a": [1, 2]})
    first, second = PartWriter(tmp_path, "ses", "ses").write_rows(rows, "token")
    content, *names = synced[: synced.index("raw/.aside/token", 1)]
    assert content == "raw/.aside/token", "the rows come before the name"
    assert set(names) == {"raw/ses/ses/1970-01-01", "raw/ses/ses", "raw/ses", "raw"}
    assert synced[len(names) + 1 :] == ["raw/.aside/token", "raw/ses/ses/1970-01-02", "raw/ses/ses"]
    assert [part.path for part in (first, second)] == [
        "raw/ses/ses/1970-01-01/token.parquet",
        "raw/ses/ses/1970-01-02/token.parquet",
    ]


def test_a_ledger_that_was_never_finished_is_made_again(tmp_path: Path) -> None:
    (tmp_path / ".ledger.duckdb.new").write_bytes(b"half a file")
    with Ledger(tmp_path) as ledger:
        assert ledger.known_files() == {}
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.duckdb"]
