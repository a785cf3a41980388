"""The lines between rooms: what each may import, and how each module introduces itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.paths import CHECKOUT

ROOMS = (
    "ingestion",
    "engines",
    "orchestration",
    "expectations",
    "simulator",
    "insights_app",
    "publish_targets",
)
TOOLS = frozenset({"dagster", "dagster_dbt", "dbt", "great_expectations"})

#: room -> other rooms and tools that it may import. Everything outside this vocabulary is free.
MAY_IMPORT = {
    "ingestion": frozenset[str](),
    # Of expectations only what checks ask of an engine.
    "engines": frozenset({"ingestion", "expectations", "dbt"}),
    "expectations": frozenset({"great_expectations"}),
    "simulator": frozenset[str](),
    "orchestration": frozenset(
        {
            "engines",
            "ingestion",
            "expectations",
            "simulator",
            "insights_app",
            "publish_targets",
            "dagster",
            "dagster_dbt",
            "dbt",
        }
    ),
    # Of ingestion only the shape of touchpoint.yml.
    "publish_targets": frozenset({"ingestion"}),
    # Of expectations only the KPI dictionary.
    "insights_app": frozenset({"expectations"}),
}
GUARDED = TOOLS | frozenset(ROOMS)

MODULES = sorted(path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py"))


def imports(source: str) -> Iterator[tuple[int, str]]:
    """Every module that a source imports, at whatever depth, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
        elif isinstance(node, ast.Call) and _imports_by_name(node):
            yield from (
                (node.lineno, str(part.value)) for part in node.args if isinstance(part, ast.Constant)
            )


def _imports_by_name(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in ("import_module", "__import__")


def crossings(room: str, source: str) -> list[str]:
    """What a module of a room imports although it may not."""
    allowed = MAY_IMPORT[room] | {room}
    return [
        f"line {line}: {module}"
        for line, module in imports(source)
        if module.split(".")[0] in GUARDED and module.split(".")[0] not in allowed
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    room = path.relative_to(CHECKOUT).parts[0]
    assert crossings(room, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_module_says_what_belongs_in_it(path: Path) -> None:
    charter = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert len(charter.split()) >= 10, "open with two or three lines: what belongs here, what does not"


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("ingestion", "import dagster as dg"),
        ("ingestion", "def f():\n    from dbt.cli.main import dbtRunner"),
        ("ingestion", "import importlib\nimportlib.import_module('great_expectations')"),
        ("expectations", "from dagster import asset"),
        ("simulator", "from ingestion.adapters import ADAPTERS"),
        ("orchestration", "import great_expectations"),
    ],
)
def test_a_crossing_is_found(room: str, source: str) -> None:
    assert len(crossings(room, source)) == 1
