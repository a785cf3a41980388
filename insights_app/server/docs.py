"""Reads pages of the Data Docs, which the audit wrote, from the folder of the published build only."""

from __future__ import annotations

from pathlib import Path

_FOLDER = "data_docs"


def page_of(build: Path, name: str) -> bytes | None:
    """Return the bytes of a page; None if the build has no page of that name.

    build: the build's folder. name: the page's path within the docs.
    """
    folder = (build / _FOLDER).resolve()
    try:
        page = (folder / name).resolve()
        if page.suffix != ".html" or not page.is_relative_to(folder):
            return None
        return page.read_bytes()
    # The name is a folder's, or one that no file can have.
    except (OSError, ValueError):
        return None
