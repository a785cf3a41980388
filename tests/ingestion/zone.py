"""A landing zone and a home in a temporary folder, and what a landing made of them.

Belongs here: what the core's tests share. Does not belong here: any provider's events beyond a plain one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.config import Config
from ingestion.landing.batch import LandingReport
from ingestion.landing.run import land

DAY = "2026-03-01"
#: 2026-03-01T00:00:00Z
NOON = 1_772_323_200


def event(number: int = 0, **changes: Any) -> str:
    """One SendGrid event as JSON text; a change to None leaves the field out."""
    fields = {
        "event": "open",
        "timestamp": NOON + number,
        "email": f"user{number}@example.com",
        "sg_event_id": f"e{number}",
        **changes,
    }
    return json.dumps(
        {name: value for name, value in fields.items() if value is not None}, ensure_ascii=False
    )


#: Names that a table of native interactions must have.
NATIVE_HEADER = "interaction_id,interaction_type,occurred_at"


def native(number: int) -> str:
    """A table of one native interaction, as CSV."""
    return f"{NATIVE_HEADER}\ni{number},email_sent,2026-03-01T00:00:00Z\n"


@dataclass
class Zone:
    """A landing zone beside its home."""

    root: Path

    @property
    def landing(self) -> Path:
        """The landing zone."""
        return self.root / "landing"

    @property
    def home(self) -> Path:
        """The home."""
        return self.root / "home"

    def put(
        self, content: bytes | str, name: str = "a.ndjson", day: str = DAY, feed: str = "sendgrid"
    ) -> Path:
        """Deliver a file."""
        path = self.landing / feed / day / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(self, config: Config | None = None, **options: Any) -> LandingReport:
        """Land what is new."""
        return land(self.home, self.landing, config or Config(), **options)

    def ledger(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the ledger."""
        with duckdb.connect(str(self.home / "ledger.duckdb"), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql).fetchall()

    def rows(
        self, columns: str, order: str = "line_number, item_index, byte_offset", feed: str = "%"
    ) -> list[tuple[Any, ...]]:
        """Ask every landed part, or those of a feed."""
        return self._read(f"feed like '{feed}'", columns, order)[1]

    def records(self, relation: str, order: str = "line_number") -> list[dict[str, Any]]:
        """Every landed row of a relation, by the names of its columns."""
        names, rows = self._read(f"relation = '{relation}'", "*", order)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _read(self, chosen: str, columns: str, order: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        parts = [str(self.home / path) for (path,) in self.ledger(f"select path from parts where {chosen}")]
        if not parts:
            return [], []
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            found = connection.read_parquet(parts).order(order).project(columns)
            return found.columns, found.fetchall()

    def quarantine(
        self, columns: str = "line, byte_offset, item_index, reason_code"
    ) -> list[tuple[Any, ...]]:
        """The quarantined records in file order."""
        return self.ledger(
            f"select {columns} from quarantined_records order by file, byte_offset, item_index"
        )

    def books(self) -> list[tuple[Any, ...]]:
        """Records read, readable, ignored, quarantined of each file."""
        return self.ledger(
            """select records_read, records_readable, ignored, quarantined from files
            order by feed, arrival_date, file"""
        )
