"""A hash of everything but the data that the build's tables depend on: project, configuration, version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_MEANING = frozenset({".sql", ".yml", ".yaml", ".csv", ".md", ".py"})
_GENERATED = frozenset({"target", "logs", "dbt_packages"})


def project_files(project: Path) -> list[Path]:
    """Return every source file of the dbt project, without files that dbt writes."""
    return sorted(
        path
        for path in project.rglob("*")
        if path.suffix in _MEANING
        and path.is_file()
        and not _GENERATED.intersection(path.relative_to(project).parts)
        and not path.name.startswith(".")
    )


def of_project(project: Path) -> str:
    """Return the fingerprint of the dbt project alone."""
    return _digest((str(path.relative_to(project)), path.read_bytes()) for path in project_files(project))


def of_build(project: Path, configuration: str, version: str) -> str:
    """Return the fingerprint of everything but the data that a build's tables depend on."""
    parts = {"project": of_project(project), "configuration": configuration, "version": version}
    return _digest((name, text.encode()) for name, text in parts.items())


def _digest(parts: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in parts:
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:32]
