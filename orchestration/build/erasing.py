"""Erasing people from a home: what was landed, what was built from it, what was published.

Belongs here: the order in which a home forgets, and what is left to do after an interruption. Does not belong
here: rows and keys (`ingestion/erasure/erase.py`), the words of the report (`commands/erase.py`).

The record is written first and is durable; from then on nothing that is landed holds the person, and every
build first takes out what is left. What readers see is replaced only by a build whose audit is green. What is
heavy is imported late: most builds have nobody to erase.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.config import Config
from ingestion.erasure.record import Suppressions
from orchestration.build import intake
from orchestration.build.step_outputs import StepOutputs
from orchestration.home import Home
from orchestration.publish import publish

if TYPE_CHECKING:
    from ingestion.erasure.erase import People, Removed
    from ingestion.erasure.landing_search import Search

Progress = Callable[[str], None]


def is_unfinished(home: Home) -> bool:
    """Whether readers may still see somebody who is to be erased."""
    record = record_of(home)
    return record is not None and bool(record.started())


def record_of(home: Home) -> Suppressions | None:
    """The suppression record; None where nobody was ever erased."""
    with intake.usage_errors():
        return Suppressions.load(home.root)


def find(home: Home, contact_ids: Collection[str]) -> People:
    """Look for contacts in what was landed."""
    from ingestion.erasure import erase

    with intake.usage_errors():
        return erase.find_people(home.root, contact_ids)


def begin(home: Home, people: People) -> list[str]:
    """Write down that these people are to be erased; what stands for each of them."""
    from ingestion.erasure import erase

    # What was made before holds them still: no step may go on from there.
    StepOutputs(home).forget()
    with intake.usage_errors():
        return erase.begin(home.root, people)


def resume(home: Home, progress: Progress) -> Removed | None:
    """Take people whose erasure was started out of raw, ledger and build files; None where there are none.

    The build files go as a whole, so that the build at hand makes every table anew: a row that is deleted in
    a database file stays in blocks that nothing points to.
    """
    if not is_unfinished(home):
        return None
    from ingestion.erasure import erase

    progress("taking erased people out of what was landed")
    with intake.usage_errors():
        removed = erase.remove(home.root)
    for folder in (home.build, home.spill):
        if folder.exists():
            shutil.rmtree(folder)
    return removed


def complete(home: Home) -> int:
    """A build without the people is published: remove the older ones; how many there were."""
    record = record_of(home)
    if record is None:
        return 0
    older = publish.remove_older(home)
    record.finish()
    record.save(home.root)
    return older


def search_landing(home: Home, landing: str, config: Config) -> Search:
    """List the delivered files that still hold erased people; what was landed has been looked through."""
    from ingestion.erasure import erase
    from ingestion.erasure.landing_search import Search, search

    record = record_of(home)
    if record is None:
        return Search()
    with intake.usage_errors():
        return search(Path(landing), record, config, erase.landing_files(home.root))


def write_report(home: Home, name: str, lines: Collection[str]) -> Path:
    """Keep a report in the home, without anything that the record keeps out."""
    from ingestion.erasure import erase

    file = erase.report_file(home.root, name)
    with intake.usage_errors():
        erase.write_report(home.root, file, "\n".join(lines) + "\n")
    return file
