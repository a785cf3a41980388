"""Reads the pages that were published with a build: its Data Docs, and the pages about its tables."""

from __future__ import annotations

from pathlib import Path

#: Folders of a build whose pages are served, under their own names: the pages link to one another.
FOLDERS = ("data_docs", "site")
#: The page of dbt docs, the only one with scripts.
DICTIONARY = ("site", "dictionary.html")


def page_of(build: Path, folder: str, name: str) -> bytes | None:
    """Return the bytes of a page; None if the build has no page of that name.

    build: the build's folder. folder: one of `FOLDERS`. name: the page's path within it.
    """
    if folder not in FOLDERS:
        return None
    root = (build / folder).resolve()
    try:
        page = (root / name).resolve()
        if page.suffix != ".html" or not page.is_relative_to(root):
            return None
        return page.read_bytes()
    # The name is a folder's, or one that no file can have.
    except (OSError, ValueError):
        return None
