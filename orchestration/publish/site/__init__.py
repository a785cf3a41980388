"""The pages of a published build: dictionary, lineage, KPIs, freshness, exposures, and a first page for all.

They lie in the folder of the build, `site/`, need no network, and go when the build goes. They are written
after the build is published: readers do not wait for them, and what fails here leaves the tables as they are.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration import connections
from orchestration.home import PARTIAL, Home, permissions
from orchestration.publish.site import dictionary, pages

#: Folder of the pages inside a published build.
SITE = "site"
Progress = Callable[[str], None]


def bring_up_to_date(home: Home, manifest: Callable[[], Path], progress: Progress) -> None:
    """Write the pages of the published build unless it has them. A failure is reported and raises nothing.

    manifest: returns the path of dbt's manifest.
    """
    build = home.published_build
    if build is None or (build / SITE).exists():
        return
    try:
        progress("writing the pages of the build")
        write(home, build, manifest())
    # Whatever it is: the tables are published, and only their description is missing.
    except Exception as error:
        progress(f"the pages of build {build.name} could not be written, its tables are there: {error}")
        shutil.rmtree(_partial(build), ignore_errors=True)


def write(home: Home, build: Path, manifest: Path) -> Path:
    """Write the pages of a published build; return their folder.

    manifest: dbt's `manifest.json`.
    """
    partial = _partial(build)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    text = manifest.read_text(encoding="utf-8")
    project = json.loads(text)
    with connections.read(build / home.insights.name) as connection:
        (partial / pages.DICTIONARY).write_text(
            dictionary.page(text, dictionary.catalog(project, connection)), encoding="utf-8"
        )
        for page in pages.every(project, connection):
            (partial / page.file).write_text(page.as_html(), encoding="utf-8")
    permissions.for_readers(partial, home.root)
    return partial.rename(build / SITE)


def _partial(build: Path) -> Path:
    return build / f"{SITE}{PARTIAL}"
