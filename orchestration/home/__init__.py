"""A home, the data directory of one warehouse: all paths in it. Modules beside this: its lock, file modes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PARTIAL = ".partial"
#: Folder of the pseudonymised copy inside a published build.
PSEUDONYMISED = "pseudonymised"


@dataclass(frozen=True)
class Home:
    """The paths of one warehouse on disk."""

    root: Path

    @property
    def lock(self) -> Path:
        """File that is locked by the only build that may write."""
        return self.root / "build.lock"

    @property
    def alerts(self) -> Path:
        """File of problems that people were alerted to and that persist; absent without alert addresses."""
        return self.root / "alerts.json"

    @property
    def alerts_lock(self) -> Path:
        """File that is locked by the only process that may alert people."""
        return self.root / "alerts.lock"

    @property
    def ledger(self) -> Path:
        """The ledger of files that were read; ingestion writes it."""
        return self.root / "ledger.duckdb"

    @property
    def spill(self) -> Path:
        """Folder for data that do not fit into memory; ingestion uses it."""
        return self.root / "tmp"

    @property
    def erasures(self) -> Path:
        """Folder of the record of erased people and of reports of erasures; ingestion writes it."""
        return self.root / "erasures"

    @property
    def pseudonym_key(self) -> Path:
        """File with the secret key of the hashes in pseudonymised copies."""
        return self.root / "pseudonyms" / "key"

    @property
    def build(self) -> Path:
        """Folder with the two build files and dbt's folders."""
        return self.root / "build"

    @property
    def work(self) -> Path:
        """Build file with raw views, staging and intermediate models."""
        return self.build / "work.duckdb"

    @property
    def insights(self) -> Path:
        """Build file with facts, dimensions and marts, before they are published."""
        return self.build / "insights.duckdb"

    @property
    def dbt(self) -> Path:
        """Folder with dbt's target and log folders."""
        return self.build / "dbt"

    @property
    def changed_by_erasure(self) -> Path:
        """Folder with raw rows that an erasure changed, until the build without the people is made."""
        return self.build / "changed_by_erasure"

    @property
    def data_docs(self) -> Path:
        """Folder with the Data Docs of the last audit, green or red."""
        return self.build / "data_docs"

    @property
    def builds(self) -> Path:
        """Folder with one folder per published build."""
        return self.root / "builds"

    @property
    def published(self) -> Path:
        """Link to the folder of the build that readers see."""
        return self.root / "published"

    @property
    def published_build(self) -> Path | None:
        """Folder that the link `published` leads to; None if no build was ever published."""
        folder = self.published.resolve()
        return folder if self.published.is_symlink() and folder.exists() else None

    def build_folder(self, build_id: str) -> Path:
        """Return the folder of a published build."""
        return self.builds / build_id

    def partial_folder(self, build_id: str) -> Path:
        """Return the folder in which a build is put together before it is published."""
        return self.builds / f"{build_id}{PARTIAL}"
