"""A home that an earlier version built goes on, also where it was restored from a copy without its build files.

`home-<version>.tar.zst` holds `landing/` (30 contacts, two days, seed 5) and `home/`, built up to the first day with
that version. One is added with each release, and kept.
"""

from __future__ import annotations

import io
import shutil
import tarfile
from pathlib import Path

import pytest
import zstandard

from orchestration.cli.arguments import main
from reliability.homes.comparison import differing_cells
from tests.harness.worlds import quick_builds

ARCHIVES = sorted(Path(__file__).parent.glob("home-*.tar.zst"))


def unpacked(archive: Path, folder: Path) -> None:
    data = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(archive.read_bytes())).read()
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        tar.extractall(folder, filter="data")


def build(folder: Path, home: str) -> Path:
    with quick_builds():
        assert main(["build", "--landing", str(folder / "landing"), "--home", str(folder / home)]) == 0
    return folder / home / "published" / "insights.duckdb"


@pytest.mark.slow
@pytest.mark.parametrize("archive", ARCHIVES, ids=lambda path: path.name)
def test_the_next_build_equals_one_from_nothing(archive: Path, tmp_path: Path) -> None:
    unpacked(archive, tmp_path)
    before = (tmp_path / "home" / "published").resolve()
    shutil.rmtree(tmp_path / "home" / "build")
    upgraded = build(tmp_path, "home")
    assert upgraded.parent.resolve() != before
    assert differing_cells(build(tmp_path, "new"), upgraded) == {}


def test_there_is_a_home_of_the_first_release() -> None:
    assert [path.name for path in ARCHIVES][:1] == ["home-0.1.0.tar.zst"]
