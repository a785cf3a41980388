"""Questions in SQL from the command line, and where published things are."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from orchestration.cli.arguments import main


def asked(capsys: pytest.CaptureFixture[str], home: Path, query: str, *options: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["sql", query, "--home", str(home), *options])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_every_format_holds_the_same_rows(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select email_id, sent from mart_email_kpis order by email_id"
    _, table, _ = asked(capsys, home, query)
    _, as_csv, _ = asked(capsys, home, query, "--format", "csv")
    _, as_json, _ = asked(capsys, home, query, "--format", "json")
    rows = json.loads(as_json)
    assert rows
    assert list(csv.DictReader(io.StringIO(as_csv))) == [{**row, "sent": str(row["sent"])} for row in rows]
    assert [line.split() for line in table.splitlines()[1:]] == [
        [row["email_id"], f"{row['sent']:,}"] for row in rows
    ]


def test_a_long_table_says_what_it_leaves_out(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select i from range(1234) as numbers(i)"
    assert asked(capsys, home, query)[1].splitlines()[-1].startswith("… and 1,034 more rows")
    assert len(asked(capsys, home, query, "--format", "csv")[1].splitlines()) == 1235


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select nothing from mart_email_kpis", "nothing"),
        ("drop table mart_email_kpis", "read-only"),
        ("select * from read_csv('/etc/hostname')", "disabled"),
        ("copy (select 1) to '/tmp/x.csv'", "disabled"),
        ("set enable_external_access = true", "locked"),
        ("   ", "no statement"),
    ],
)
def test_what_cannot_be_answered_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], query: str, says: str
) -> None:
    code, out, err = asked(capsys, home, query)
    assert (code, out) == (2, "")
    assert err.startswith("touchpoint: the query ") and says in err and "Traceback" not in err


def test_open_names_files_that_are_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "--home", str(home)]) == 0
    lines = capsys.readouterr().out.splitlines()
    paths = [Path(line.split("  ")[-1].strip()) for line in lines if str(home) in line and " --" not in line]
    assert len(paths) == 4 and all(path.exists() for path in paths)


@pytest.mark.parametrize("arguments", [["open"], ["sql", "select 1"]])
def test_a_home_without_a_build_says_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main([*arguments, "--home", str(tmp_path / "none")]) == 2
    assert "touchpoint build" in capsys.readouterr().err
