"""The shape of every room: few entries in a folder, no import circle, no long chain of imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.harness.paths import CHECKOUT

ROOMS = (
    "engines",
    "ingestion",
    "orchestration",
    "expectations",
    "simulator",
    "reliability",
    "insights_app",
    "publish_targets",
)

MOST_SIBLINGS = 12
MOST_FLOORS = 8

#: Name of a module -> names of the modules of its room that it imports.
Graph = Mapping[str, set[str]]


#: What tools write into the checkout and git ignores.
WRITTEN_BY_TOOLS = {"__pycache__", "target", "logs", "dbt_packages", ".user.yml"}


def crowded(root: Path) -> list[str]:
    """The folders below `root` with more than MOST_SIBLINGS entries.

    A model's `.sql` and `.yml` count as one entry; what tools write does not count.
    """
    inside = [path for path in root.rglob("*") if path.is_dir() and not WRITTEN_BY_TOOLS & {*path.parts}]
    counts = {
        folder: len({_entry(path) for path in folder.iterdir() if path.name not in WRITTEN_BY_TOOLS})
        for folder in [root, *inside]
    }
    return [f"{folder.name}: {count}" for folder, count in counts.items() if count > MOST_SIBLINGS]


def _entry(path: Path) -> str:
    return path.stem if path.suffix in {".sql", ".yml"} else path.name


def graph_of(root: Path) -> Graph:
    """Which module of a room imports which; an import of a package without a module counts as its `__init__`."""
    paths = {_module(path, root): path for path in root.rglob("*.py")}
    return {
        name: {found for found in _imported(path, set(paths)) if found != name}
        for name, path in paths.items()
    }


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield from [found for found in (name, node.module) if found in modules][:1]


def floors(graph: Graph) -> int:
    """How many modules the longest chain of imports has. Raises `CycleError` where there is a circle."""
    heights: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        heights[name] = 1 + max((heights[other] for other in graph.get(name, ())), default=0)
    return max(heights.values(), default=0)


@pytest.mark.parametrize("room", sorted({*ROOMS, "benchmarks", "dbt_project", "deploy", "docs", "tests"}))
def test_a_folder_is_read_in_one_look(room: str) -> None:
    assert crowded(CHECKOUT / room) == []


def test_a_model_and_its_words_are_one_entry(tmp_path: Path) -> None:
    for number in range(MOST_SIBLINGS):
        (tmp_path / f"{number}.sql").touch()
        (tmp_path / f"{number}.yml").touch()
    assert crowded(tmp_path) == []
    (tmp_path / "one_more.yml").touch()
    assert crowded(tmp_path) == [f"{tmp_path.name}: {MOST_SIBLINGS + 1}"]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_few_floors_and_no_circle(room: str) -> None:
    assert floors(graph_of(CHECKOUT / room)) <= MOST_FLOORS


def test_one_entry_too_many_is_found(tmp_path: Path) -> None:
    for number in range(MOST_SIBLINGS + 1):
        (tmp_path / f"{number}.py").touch()
    assert crowded(tmp_path) == [f"{tmp_path.name}: {MOST_SIBLINGS + 1}"]


def test_one_floor_too_many_is_found(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    for number in range(MOST_FLOORS + 1):
        (room / f"m{number}.py").write_text(f"from room import m{number + 1}")
    assert floors(graph_of(room)) == MOST_FLOORS + 1


def test_a_circle_is_found_though_only_types_are_imported(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "a.py").write_text("import room.b")
    (room / "b.py").write_text("if TYPE_CHECKING:\n    from room.a import A")
    with pytest.raises(CycleError):
        floors(graph_of(room))
