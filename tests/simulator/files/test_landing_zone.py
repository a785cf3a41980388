"""A simulated world never replaces files that the simulator did not write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simulator import simulate

SMALL: dict[str, Any] = {"contacts": 12, "days": 2, "seed": 4}


def contents(landing: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(landing)): path.read_bytes() for path in landing.rglob("*") if path.is_file()
    }


def delivered(landing: Path, name: str = "ses/2026-11-01/firehose-1") -> Path:
    file = landing / name
    file.parent.mkdir(parents=True)
    file.write_text("somebody's log\n")
    return file


def test_a_second_world_replaces_the_first(tmp_path: Path) -> None:
    simulate(tmp_path / "once", **SMALL)
    simulate(tmp_path / "twice", **(SMALL | {"days": 3, "faults": ["all"]}))
    simulate(tmp_path / "twice", **SMALL)
    assert contents(tmp_path / "twice") == contents(tmp_path / "once")


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    simulate(tmp_path, **SMALL)
    file = delivered(tmp_path)
    before = contents(tmp_path)
    with pytest.raises(ValueError, match=r"did not write \(1: ses/2026-11-01/firehose-1\).*--replace"):
        simulate(tmp_path, **(SMALL | {"seed": 5}))
    assert contents(tmp_path) == before
    simulate(tmp_path, **SMALL, replace=True)
    assert not file.exists()


def test_what_is_no_landing_zone_is_never_emptied(tmp_path: Path) -> None:
    file = delivered(tmp_path, "letters/to a friend")
    with pytest.raises(ValueError, match="does not look like a landing zone"):
        simulate(tmp_path, **SMALL, replace=True)
    assert file.exists()


def test_an_interrupted_simulation_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(tmp_path, **SMALL)
    whole = contents(tmp_path)
    original, moved = Path.replace, []

    def breaks(self: Path, target: Path) -> Path:
        if len(moved) == 5:
            raise OSError("the machine stops")
        moved.append(target)
        return original(self, target)

    monkeypatch.setattr(Path, "replace", breaks)
    with pytest.raises(OSError, match="the machine stops"):
        simulate(tmp_path, **(SMALL | {"seed": 5}))
    monkeypatch.undo()
    simulate(tmp_path, **SMALL)
    assert contents(tmp_path) == whole
