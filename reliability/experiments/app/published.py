"""Published builds to serve: two sound ones, and what can happen to one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from reliability.experiments.app.hostile import CANARY

FILE = "insights.duckdb"


@dataclass(frozen=True)
class PublishedHome:
    """A home that is only served: folders of builds, and the link to one of them."""

    root: Path

    @classmethod
    def make(cls, root: Path, builds: Mapping[str, Path]) -> PublishedHome:
        """Take over the published files of builds, by name; beside each lies a file that no page may show."""
        for name, database in builds.items():
            folder = root / "builds" / name
            folder.mkdir(parents=True)
            shutil.copyfile(database, folder / FILE)
            (folder / "secret.txt").write_text(CANARY)
        (root / "secret.txt").write_text(CANARY)
        return cls(root)

    @property
    def canary(self) -> Path:
        """A file that no page may show."""
        return self.root / "secret.txt"

    def file(self, name: str) -> Path:
        """The database file of a build."""
        return self.root / "builds" / name / FILE

    def publish(self, name: str) -> None:
        """Let the link lead to a build, in one rename."""
        link = self.root / ".published.new"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("builds") / name, target_is_directory=True)
        os.replace(link, self.root / "published")  # noqa: PTH105 - as publishing does

    def copy(self, name: str, new: str) -> Path:
        """Make a new build of a sound one; give its database file."""
        folder = self.root / "builds" / new
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.root / "builds" / name, folder)
        return folder / FILE


@dataclass(frozen=True)
class Fault:
    """What happens to a published build.

    do: makes it, of the database file. is_open: whether it happens while the app reads the file, and not
    before it is published.
    """

    name: str
    do: Callable[[Path], object]
    is_open: bool = False


def _sql(*statements: str) -> Callable[[Path], None]:
    def change(database: Path) -> None:
        with duckdb.connect(str(database)) as connection:
            for statement in statements:
                connection.execute(statement)

    return change


def _spoil(database: Path) -> None:
    """Overwrite blocks from the first after the headers on, as a failing disk does."""
    size = database.stat().st_size
    with database.open("r+b") as handle:
        for place in range(12_288 + 4_096, size, 40_000):
            handle.seek(place)
            handle.write(os.urandom(600))


def _cut(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 3)


def _unlink_folder(database: Path) -> None:
    shutil.rmtree(database.parent)


def _become_folder(database: Path) -> None:
    database.unlink()
    database.mkdir()


FAULTS = (
    Fault("the file is missing", Path.unlink),
    Fault("the build's folder is missing", _unlink_folder),
    Fault("a folder has the file's name", _become_folder),
    Fault("the file is empty", lambda database: os.truncate(database, 0)),
    Fault("the file is no database", lambda database: database.write_bytes(b"no database" * 100_000)),
    Fault("the file is cut", _cut),
    Fault("the file is spoiled", _spoil),
    Fault(
        "a fact is missing",
        _sql(
            "drop view marts.mart_email_recipients",
            "drop view marts.mart_contact_emails",
            "drop table marts.fct_email_messages",
        ),
    ),
    Fault("a mart is missing", _sql("drop table marts.mart_email_kpis")),
    Fault("a dimension is missing", _sql("drop table marts.dim_email")),
    Fault("the build does not say which it is", _sql("drop table marts.build_info")),
    Fault(
        "a column is missing, as in an older build",
        _sql(
            "alter table marts.mart_email_kpis_daily drop column opened_unique_human",
            "alter table marts.dim_journey drop column is_recurring",
        ),
    ),
    Fault(
        "a column has another type", _sql("alter table marts.mart_email_kpis alter column sent type varchar")
    ),
    Fault(
        "tables are empty",
        _sql(
            "delete from marts.fct_email_messages",
            "delete from marts.dim_contact",
            "delete from marts.build_files",
        ),
    ),
    Fault("the file is cut while it is read", _cut, is_open=True),
    Fault("the file is spoiled while it is read", _spoil, is_open=True),
    Fault("the file is deleted while it is read", Path.unlink, is_open=True),
)
