"""A home, the data directory of one warehouse: every path under it. Its lock and permissions are beside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PARTIAL = ".partial"
#: Folder of the pseudonymised copy inside a published build.
PSEUDONYMISED = "pseudonymised"


@dataclass(frozen=True)
class Home:
    """One warehouse on disk."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held by the one build that may write."""
        return self.root / "build.lock"

    @property
    def alerts(self) -> Path:
        """What people were told of and is still wrong; only where there is somebody to tell."""
        return self.root / "alerts.json"

    @property
    def alerts_lock(self) -> Path:
        """Held by the one process that tells people."""
        return self.root / "alerts.lock"

    @property
    def ledger(self) -> Path:
        """What was read; ingestion's."""
        return self.root / "ledger.duckdb"

    @property
    def spill(self) -> Path:
        """What did not fit into memory; ingestion's."""
        return self.root / "tmp"

    @property
    def erasures(self) -> Path:
        """Whom to keep out, and the reports of erasures; ingestion's."""
        return self.root / "erasures"

    @property
    def pseudonym_key(self) -> Path:
        """What the hashes in pseudonymised copies are made with."""
        return self.root / "pseudonyms" / "key"

    @property
    def build(self) -> Path:
        """The two build files and dbt's own folders."""
        return self.root / "build"

    @property
    def work(self) -> Path:
        """Raw views, staging, intermediate."""
        return self.build / "work.duckdb"

    @property
    def insights(self) -> Path:
        """Facts, dimensions and marts while they are being built."""
        return self.build / "insights.duckdb"

    @property
    def dbt(self) -> Path:
        """dbt's target and log folders."""
        return self.build / "dbt"

    @property
    def data_docs(self) -> Path:
        """Pages of the last audit, green or red."""
        return self.build / "data_docs"

    @property
    def builds(self) -> Path:
        """One folder per published build."""
        return self.root / "builds"

    @property
    def published(self) -> Path:
        """Link to the build that readers see."""
        return self.root / "published"

    @property
    def published_build(self) -> Path | None:
        """Folder that the link `published` leads to; None where no build was ever published."""
        folder = self.published.resolve()
        return folder if self.published.is_symlink() and folder.exists() else None

    def build_folder(self, build_id: str) -> Path:
        """Give the folder of a published build."""
        return self.builds / build_id

    def partial_folder(self, build_id: str) -> Path:
        """Give the folder in which a build is put together before it is published."""
        return self.builds / f"{build_id}{PARTIAL}"
