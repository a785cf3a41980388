"""Looking into the quarantine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.config import Config
from ingestion.landing.run import land
from orchestration.cli.arguments import main


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
    assert main(["quarantine", *arguments, "--home", str(home)]) == 0
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


def test_show_escapes_what_a_terminal_would_obey_and_cuts_what_is_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = tmp_path / "landing" / "postmark" / "2026-01-01"
    day.mkdir(parents=True)
    (day / "odd\x1b[31m.ndjson").write_text('{"a\x1b]0;owned\x07\u202e' + "x" * 5000 + "end\n")
    land(tmp_path / "home", tmp_path / "landing", Config())
    listed = run(capsys, tmp_path / "home", "list")
    assert "\x1b" not in listed
    shown = run(capsys, tmp_path / "home", "show", "postmark/2026-01-01/odd\x1b[31m.ndjson:1")
    assert not {"\x1b", "\x07", "\u202e"} & set(shown)
    assert "\\x1b]0;owned\\x07\\u202e" in shown
    assert "--full" in shown
    assert "xend" not in shown
    assert "xend" in run(
        capsys, tmp_path / "home", "show", "postmark/2026-01-01/odd\x1b[31m.ndjson:1", "--full"
    )


def test_show_shows_the_one_element_that_was_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, home, "show", "postmark/2026-01-01/batch.json:1#1").endswith("\n7\n")
    first = run(capsys, home, "show", "postmark/2026-01-01/batch.json:1")
    assert "missing_field" in first
    assert "\n7\n" not in first


def test_a_file_whose_name_looks_like_a_record_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    day = tmp_path / "landing" / "postmark" / "2026-01-01"
    day.mkdir(parents=True)
    (day / "log:12").write_bytes(b"\x1f\x8b\x08\x00 torn")
    land(tmp_path / "home", tmp_path / "landing", Config())
    assert "cut short" in run(capsys, tmp_path / "home", "show", "postmark/2026-01-01/log:12")


def test_a_reason_that_does_not_exist_is_no_empty_answer(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["quarantine", "list", "--reason", "not_jsn", "--home", str(home)])
    assert ended.value.code == 2
    assert "not_json" in capsys.readouterr().err
    assert "Nothing is in quarantine" in run(capsys, home, "list", "--reason", "too_large")
