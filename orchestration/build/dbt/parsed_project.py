"""Caches the parsed dbt project beside the project, because parsing often takes longer than a build.

All homes of a checkout share the cache; if the project's folder is not writable, every process parses anew.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

#: How many parses are kept: they differ by project, time zone and whether a build resumes another.
_KEPT = 12


class ParsedProject:
    """The cached parse of a project with certain variables; `fingerprint` identifies both."""

    def __init__(self, project: Path, fingerprint: str) -> None:
        folder = project / "target" / "parsed"
        self._objects = folder / f"{fingerprint}.msgpack"
        self._document = folder / f"{fingerprint}.json"

    def load(self, manifest_path: Path) -> Any | None:
        """Return the cached parse and write its manifest to `manifest_path`; None if none is cached."""
        from dbt.contracts.graph.manifest import Manifest
        from dbt.parser.manifest import extended_mashumuro_decoder

        try:
            packed, document = self._objects.read_bytes(), self._document.read_bytes()
        except OSError:
            return None
        try:
            manifest = Manifest.from_msgpack(packed, decoder=extended_mashumuro_decoder)
        except (ValueError, LookupError, TypeError):
            # The cached parse is truncated or incompatible: the next parse overwrites it.
            return None
        manifest.build_flat_graph()
        manifest_path.parent.mkdir(parents=True, exist_ok=True)
        _replace(manifest_path, document)  # a code location may be reading it for another process
        return manifest

    def keep(self, manifest: Any, manifest_path: Path) -> None:
        """Cache a parse that was just made; do nothing if the folder cannot be written."""
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
    """Write a file under another name and rename it, so that nobody reads half of it."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(content)
    Path(temporary).replace(path)
