"""What a home must look like after a build: nothing half-written, nothing that the ledger does not know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.home import Home, lock

#: What a killed process may leave, and a completed build must remove.
_HALF_WRITTEN = (
    "builds/*.partial",
    "raw/.aside/*",
    ".*.new",
    "**/*.wal",
    "**/*.tmp",
    "tmp/*",
    "**/*.erasing",
    "erasures/.*",
)
_KEPT_BUILDS = 2


def problems(root: Path) -> list[str]:
    """Return everything that is wrong with a home at rest, in words."""
    return [*_left_over(root), *_books(root)]


def _left_over(root: Path) -> Iterator[str]:
    home = Home(root)
    for pattern in _HALF_WRITTEN:
        yield from (f"{path.relative_to(root)} was left behind" for path in root.glob(pattern))
    kept = [path for path in home.builds.iterdir() if path.is_dir()]
    if len(kept) > _KEPT_BUILDS:
        yield f"{len(kept)} published builds are kept"
    if lock.holder(home.lock) is not None:
        yield "the lock is held by nobody that runs"


def _books(root: Path) -> Iterator[str]:
    home = Home(root)
    with duckdb.connect(str(home.ledger), read_only=True) as ledger:
        recorded = {path for (path,) in ledger.execute("select path from parts").fetchall()}
        (unpublished,) = ledger.execute("select count(*) from files where is_new").fetchall()
        (state,) = ledger.execute("select state from builds order by started_at desc limit 1").fetchall()
        twice = ledger.execute(
            "select feed, arrival_date, file from files group by all having count(*) > 1"
        ).fetchall()
    present = {path.relative_to(root).as_posix() for path in (root / "raw").rglob("*.parquet")}
    yield from (f"the part {path} stands in no book" for path in present - recorded)
    yield from (f"the part {path} is gone" for path in recorded - present)
    yield from (f"the file {name} was read twice" for name in twice)
    if unpublished != (0,):
        yield f"{unpublished[0]} files wait to be published"
    if state != ("published",):
        yield f"the last build is {state[0]}"
    with duckdb.connect(str(home.published / "insights.duckdb"), read_only=True) as connection:
        yield from (
            f"the books of {row} do not balance"
            for row in connection.execute(
                "from marts.build_files"
                " where records_read <> records_landed + duplicates + ignored + quarantined"
            ).fetchall()
        )
