"""Looking into the quarantine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.config import Config
from ingestion.landing import land
from orchestration import cli


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has read three bad records and one bad file; nothing was built."""
    root = tmp_path_factory.mktemp("quarantine")
    day = root / "landing" / "postmark" / "2026-01-01"
    day.mkdir(parents=True)
    (day / "events.ndjson").write_text('{"broken\n{"RecordType": "Open"}\n')
    (day / "batch.json").write_text('[{"RecordType": "Open"}, 7]\n')
    (day / "torn.gz").write_bytes(b"\x1f\x8b\x08\x00 torn")
    land(root / "home", root / "landing", Config())
    return root / "home"


def run(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str) -> str:
    assert cli.main(["quarantine", *arguments, "--home", str(home)]) == 0
    return capsys.readouterr().out


def test_list_names_every_record_and_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, home, "list")
    assert "postmark/2026-01-01/events.ndjson:1 " in said
    assert "postmark/2026-01-01/events.ndjson:2 " in said
    assert "postmark/2026-01-01/torn.gz " in said


def test_what_list_names_show_shows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [line.split()[0] for line in run(capsys, home, "list").splitlines()[1:]]
    assert names
    for name in names:
        said = run(capsys, home, "show", name)
        assert "reason_code" in said
    assert '{"broken' in run(capsys, home, "show", "postmark/2026-01-01/events.ndjson:1")


def test_list_and_count_can_be_narrowed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "events.ndjson:1" in run(capsys, home, "list", "--reason", "not_json", "--feed", "postmark")
    assert "events.ndjson" not in run(capsys, home, "list", "--from", "2026-01-02")
    assert "not_json" in run(capsys, home, "count")
    assert "more" in run(capsys, home, "list", "--limit", "1")
