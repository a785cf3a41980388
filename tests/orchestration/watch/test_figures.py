"""What Prometheus and a collector of logs are given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from orchestration import connections
from orchestration.cli import console
from orchestration.home import Home
from orchestration.watch.figures import write_figures
from tests.orchestration.conftest import Built


def test_figures_are_those_of_the_home(built: Built, tmp_path: Path) -> None:
    write_figures(Home(built.home), tmp_path / "figures.prom")
    text = (tmp_path / "figures.prom").read_text(encoding="utf-8")
    found = {
        (sample.name.removeprefix("touchpoint_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    with connections.read(built.home / "published" / "insights.duckdb") as connection:
        books = connection.execute(
            "select feed, sum(records_landed) from marts.build_files group by all"
        ).fetchall()
        (checks,) = connection.execute("select count(*) from marts.build_checks").fetchone() or (0,)
    assert {feed: found["records", feed, "landed"] for feed, _ in books} == dict(books)
    assert sum(value for name, value in found.items() if name[0] == "checks") == checks
    assert found[("builds", "published")] == 2
    assert 0 < found[("last_build_seconds",)] < 3600
    assert found[("last_run_timestamp_seconds",)] >= found[("published_timestamp_seconds",)]


def test_without_a_file_nothing_is_written(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOUCHPOINT_METRICS", raising=False)
    write_figures(Home(built.home.parent / "no home at all"))


def test_a_log_of_json_holds_a_line_for_each_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOUCHPOINT_LOG", "json")
    console.Progress()("12 files\nread")
    console.complain('it "failed"')
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["level"], line["message"]) for line in lines] == [
        ("info", "12 files\nread"),
        ("error", 'it "failed"'),
    ]
