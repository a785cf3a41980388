"""The Data Docs of a published build: pages that the audit wrote, read from its folder and nowhere else."""

from __future__ import annotations

from pathlib import Path

_FOLDER = "data_docs"


def page_of(build: Path, name: str) -> bytes | None:
    """The bytes of a page; None where the build has none of that name.

    build: the build's folder. name: the page's path within the docs.
    """
    folder = (build / _FOLDER).resolve()
    try:
        page = (folder / name).resolve()
        if page.suffix != ".html" or not page.is_relative_to(folder):
            return None
        return page.read_bytes()
    # A name that no file can have, or a folder.
    except (OSError, ValueError):
        return None
