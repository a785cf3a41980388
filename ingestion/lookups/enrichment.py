"""Looks up country, device, client and known machine once per distinct address or user agent, offline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.ledger import TABLES, Part
from ingestion.sql import arrow_table, parquet_sql, registered

if TYPE_CHECKING:
    from ingestion.lookups.countries import Countries

_DESKTOP_SYSTEMS = (
    "Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Debian", "Chrome OS", "FreeBSD", "OpenBSD",
)  # fmt: skip
_MOBILE_SYSTEMS = ("iOS", "Android", "Windows Phone", "BlackBerry OS", "Firefox OS", "KaiOS", "Symbian OS")
_LARGEST_AGENT = 2000
_GATHERED = {"ip_addresses": "ip", "user_agents": "user_agent"}


class Enrichment:
    """Looks up addresses and user agents of landed rows that the ledger does not know yet.

    stands_for: token (in an erased person's rows) -> the address or user agent to look up for it.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, stands_for: Mapping[str, str] | None = None
    ) -> None:
        self._connection = connection
        self._stands_for = stands_for if stands_for is not None else {}
        for table, key in _GATHERED.items():
            connection.execute(f"create or replace temp table gathered_{table} ({key} varchar)")

    def gather(self, rows_sql: str) -> None:
        """Collect addresses and user agents from rows with the columns `ip` and `user_agent`."""
        for table, key in _GATHERED.items():
            self._connection.execute(
                f"insert into gathered_{table}"
                f" select distinct {key} from {rows_sql} as landed where {key} != ''"
            )

    def gather_parts(self, home: Path, parts: Iterable[Part]) -> None:
        """Collect addresses and user agents from Parquet parts."""
        paths = [home / part.path for part in parts]
        if paths:
            self.gather(parquet_sql(paths))

    def look_up(self) -> None:
        """Look up all collected addresses and user agents that the ledger does not know yet, and store the
        results.
        """
        addresses = self._take_new("ip_addresses")
        if addresses:
            countries = self._countries.of(self._plain(addresses))
            self._insert("ip_addresses", zip(addresses, countries, strict=True))
        agents = self._take_new("user_agents")
        pairs = zip(agents, self._plain(agents), strict=True)
        self._insert("user_agents", [(agent, *self._agent(plain)) for agent, plain in pairs])

    def _plain(self, values: list[str]) -> list[str]:
        """Return the values with each token replaced by the erased person's address or user agent behind
        it.
        """
        return [self._stands_for.get(value, value) for value in values]

    def _take_new(self, table: str) -> list[str]:
        key = _GATHERED[table]
        found = self._connection.execute(
            f"""select distinct {key} from gathered_{table} as gathered
            where not exists (from main.{table} as known where known.{key} = gathered.{key})"""
        ).fetch_arrow_table()
        self._connection.execute(f"truncate gathered_{table}")
        values: list[str] = found.column(0).to_pylist()
        return values

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with registered(self._connection, "looked_up", arrow_table(TABLES[table], rows)):
            self._connection.execute(f"insert into main.{table} select * from looked_up")

    @cached_property
    def _countries(self) -> Countries:
        # Import late: a run without new addresses need not load the data into memory.
        from ingestion.lookups.countries import Countries

        return Countries()

    @cached_property
    def _readers(self) -> tuple[Any, Any]:
        from ua_parser import parse

        from ingestion.lookups.machines import is_machine

        return is_machine, parse

    def _agent(self, agent: str) -> tuple[str, str | None, str | None, bool]:
        is_machine, parse = self._readers
        text = agent[:_LARGEST_AGENT]
        found = parse(text)
        client = found.user_agent.family if found.user_agent else None
        system = found.os.family if found.os else None
        model = f"{found.device.family} {found.device.brand}" if found.device else ""
        return _device(text, system, model), client, system, is_machine(text)


def _device(agent: str, system: str | None, model: str) -> str:
    if "Spider" in model:
        return "other"
    if "iPad" in model or "Tablet" in model or "Kindle" in model or "Tablet" in agent:
        return "tablet"
    if system == "Android":
        # Google's rule for Android: phones write Mobile, tablets do not. Devices that write TV are neither.
        return "other" if "TV" in agent else "mobile" if "Mobile" in agent else "tablet"
    if system in _MOBILE_SYSTEMS or "Smartphone" in model or "Feature Phone" in model:
        return "mobile"
    if system is not None and any(system.startswith(name) for name in _DESKTOP_SYSTEMS) and "TV" not in agent:
        return "desktop"
    return "other" if system or model else "unknown"
