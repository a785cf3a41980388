"""Erases people from a home: the functions that the commands `erase` and `build` call in order.

An erasure is first written into the suppression record, which is on the disk when `begin` returns. From then
on every command that reads or builds first calls `resume`, which rewrites raw files and ledger without the
people. What readers see still holds them until a build without them has a green audit and is published; only
then `finish` marks the erasure as done.

`ingestion/erasure/` changes rows and keys; `commands/erase.py` words the report.
Modules that take long to import are imported inside the functions: most builds have nobody to erase.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.config import Config
from ingestion.erasure.record import CONTACT, Suppressions, normalised
from orchestration.errors import usage_errors
from orchestration.home import Home

if TYPE_CHECKING:
    from ingestion.erasure.erase import Removed
    from ingestion.erasure.landing_search import Search
    from ingestion.erasure.people import People

Progress = Callable[[str], None]


def record_of(home: Home) -> Suppressions | None:
    """Return the suppression record; None if nobody was ever erased."""
    with usage_errors():
        return Suppressions.load(home.root)


def is_unfinished(home: Home) -> bool:
    """Whether a begun erasure is missing from the published build, so that readers may still see the
    person.
    """
    record = record_of(home)
    return record is not None and bool(record.started())


def find(home: Home, contacts: Collection[str]) -> People:
    """Return the ids, addresses and visitor ids of contacts, found in the raw files.

    contacts: contact ids or e-mail addresses.
    """
    from ingestion.erasure.people import find_people

    with usage_errors():
        return find_people(home.root, contacts)


def unknown_of(given: Collection[str], people: People) -> dict[str, bool]:
    """Return who of those given, in any spelling, is unknown, and whether that is an address of several."""
    normal = {one: normalised(CONTACT, one) for one in given}
    unknown, ambiguous = set(people.unknown), set(people.ambiguous)
    return {one: name in ambiguous for one, name in normal.items() if name in unknown}


def begin(home: Home, people: People) -> list[str]:
    """Write into the record that these people are to be erased; return the token that replaces each contact.

    The caller has removed the outputs of the build's steps: they still hold the people.
    """
    from ingestion.erasure import erase

    with usage_errors():
        return erase.begin(home.root, people)


def resume(home: Home, progress: Progress) -> Removed | None:
    """Rewrite raw files and ledger without people whose erasure is unfinished; return counts, None without
    any.

    Removes the build files too, so that the next build makes every table anew: whatever an interrupted
    erasure left in them is gone.
    """
    if not is_unfinished(home):
        return None
    from ingestion.erasure import erase

    progress("taking erased people out of what was landed")
    with usage_errors():
        removed = erase.remove(home.root)
    _remove_folders(home.build, home.spill)
    return removed


def remove(home: Home, people: People, progress: Progress) -> Removed:
    """Rewrite raw files and ledger without these people, the only ones who can still be there.

    The rows that changed are kept for the next build, which computes anew what hangs on them. The build files
    still hold the people until the engine removes what was deleted.
    """
    from ingestion.erasure import erase

    progress("taking erased people out of what was landed")
    _remove_folders(home.changed_by_erasure, home.spill, home.dbt / "logs")
    # Also where no row changes: the build files may hold messages about somebody in quarantine.
    home.changed_by_erasure.mkdir(parents=True)
    with usage_errors():
        removed = erase.remove(home.root, people, home.changed_by_erasure)
    if removed.renames_entities:
        # Some models keep counts and stages by these ids, not by records: all must be made anew.
        _remove_folders(home.build)
    return removed


def _remove_folders(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)


def finish(home: Home) -> None:
    """Mark unfinished erasures as done.

    Call it when the only published build left is one without these people.
    """
    record = record_of(home)
    if record is not None:
        record.finish()
        record.save(home.root)


def search_landing(
    home: Home, landing: str, config: Config, people: People | None, removed: Removed | None
) -> Search:
    """Search the landing zone for files that still name erased people; this only reads, it edits nothing.

    people: whom to look for, and `removed` what was removed of them; without both, everybody ever erased.
    """
    from ingestion.erasure.landing_search import Search, landing_files, search
    from ingestion.landing.objects.spool import Spool

    record = record_of(home)
    if record is None:
        return Search()
    with usage_errors():
        if people is None or removed is None:
            return search(landing, record, config, landing_files(home.root), Spool(home.root))
        return search(landing, record, config, removed.file_ids, Spool(home.root), people.sought)


def write_report(home: Home, name: str, lines: Collection[str]) -> Path:
    """Write a report into the folder `erasures` and return its path; names of erased people are masked."""
    from ingestion.erasure import erase

    file = erase.report_file(home.root, name)
    with usage_errors():
        erase.write_report(home.root, file, "\n".join(lines) + "\n")
    return file
