"""Puts a simulated world into a landing zone; leaves files that the simulator did not write alone."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

#: Lists every file that the simulator wrote into the landing zone, one path per line.
MANIFEST = ".simulated"
#: Where a world is written before it is moved into place; readers of landing zones skip hidden folders.
_STAGE = ".simulating"
#: How many foreign files a message names.
_NAMED = 3
#: The least number of parts of a data file's path: feed, arrival day, file.
_DEPTH = 3


@contextlib.contextmanager
def replaced(landing: Path, *, replace: bool) -> Iterator[Path]:
    """Give a folder to write a world into; when the block ends, replace an earlier simulated world by it.

    landing: the landing zone, made where it does not exist. replace: remove files that the simulator did not
    write.

    Raises ValueError where the landing zone holds files that the simulator did not write and `replace` is
    false, or where it does not look like a landing zone.
    """
    landing.mkdir(parents=True, exist_ok=True)
    stage = landing / _STAGE
    shutil.rmtree(stage, ignore_errors=True)
    found = _files(landing)
    foreign = sorted(found - _written_before(landing))
    if foreign:
        _check(landing, foreign, replace=replace)
    stage.mkdir()
    yield stage
    new = _files(stage)
    # Listed before they are moved, so that the files of an interrupted run are still known as the
    # simulator's.
    _write_manifest(landing, found | new)
    for name in sorted(found):
        (landing / name).unlink(missing_ok=True)
    for name in sorted(new):
        target = landing / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (stage / name).replace(target)
    shutil.rmtree(stage)
    _remove_empty_folders(landing)
    _write_manifest(landing, new)


def _check(landing: Path, foreign: list[str], *, replace: bool) -> None:
    named = ", ".join(foreign[:_NAMED]) + (", …" if len(foreign) > _NAMED else "")
    outside = [name for name in foreign if len(Path(name).parts) < _DEPTH]
    if not replace:
        raise ValueError(
            f"{landing} holds files that `simulate` did not write ({len(foreign)}: {named}): name another"
            " folder with --landing, or add --replace to remove them"
        )
    if outside:
        raise ValueError(
            f"{landing} does not look like a landing zone, so nothing is removed: {outside[0]} is not in a"
            " folder <feed>/<YYYY-MM-DD>; name another folder with --landing"
        )


def _files(folder: Path) -> set[str]:
    """Return the relative path of every file in the folder but the manifest."""
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()
    } - {MANIFEST}


def _written_before(landing: Path) -> set[str]:
    manifest = landing / MANIFEST
    return set(manifest.read_text(encoding="utf-8").splitlines()) if manifest.exists() else set()


def _write_manifest(landing: Path, names: set[str]) -> None:
    text = "".join(f"{name}\n" for name in sorted(names))
    (landing / MANIFEST).write_text(text, encoding="utf-8")


def _remove_empty_folders(landing: Path) -> None:
    for folder in sorted((path for path in landing.rglob("*") if path.is_dir()), reverse=True):
        with contextlib.suppress(OSError):  # it is not empty
            folder.rmdir()
