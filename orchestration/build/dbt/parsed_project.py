"""Keeps the parsed dbt project beside the project, for parsing takes longer than many a build.

All homes of a checkout share a parse; where the project cannot be written, every process parses for itself.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

#: Parses differ by project, time zone and whether a build resumes another: a few are in use at a time.
_KEPT = 12


class ParsedProject:
    """One project, parsed with some variables; `fingerprint` names both."""

    def __init__(self, project: Path, fingerprint: str) -> None:
        folder = project / "target" / "parsed"
        self._objects = folder / f"{fingerprint}.msgpack"
        self._document = folder / f"{fingerprint}.json"

    def load(self, manifest_path: Path) -> Any | None:
        """Give the kept parse and write its document to `manifest_path`; None where none is kept."""
        from dbt.contracts.graph.manifest import Manifest
        from dbt.parser.manifest import extended_mashumuro_decoder

        try:
            packed, document = self._objects.read_bytes(), self._document.read_bytes()
        except OSError:
            return None
        try:
            manifest = Manifest.from_msgpack(packed, decoder=extended_mashumuro_decoder)
        except (ValueError, LookupError, TypeError):
            # Torn: not msgpack, or without a field. The parse that follows takes its place.
            return None
        manifest.build_flat_graph()
        manifest_path.parent.mkdir(parents=True, exist_ok=True)
        manifest_path.write_bytes(document)
        return manifest

    def keep(self, manifest: Any, manifest_path: Path) -> None:
        """Keep a parse that was just made; a folder that cannot be written is no failure."""
        from dbt.parser.manifest import extended_mashumaro_encoder

        with contextlib.suppress(OSError):
            self._objects.parent.mkdir(parents=True, exist_ok=True)
            _replace(self._document, manifest_path.read_bytes())
            _replace(self._objects, manifest.to_msgpack(extended_mashumaro_encoder))
            self._prune()

    def _prune(self) -> None:
        kept = sorted(self._objects.parent.glob("*.msgpack"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-_KEPT]:
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever reads half of it."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
    Path(temporary).replace(path)
