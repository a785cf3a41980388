"""The large world of the benchmark: how large it is, its CRM, and its events as each feed writes them."""

from __future__ import annotations

from pathlib import Path

from benchmarks.worlds.size import Size

__all__ = ["Size", "write"]


def write(landing: Path, size: Size) -> None:
    """Write the world's landing zone."""
    # Imported here: who only measures must stay small, see `__main__.py`.
    import duckdb

    from benchmarks.worlds import crm, feeds

    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        crm.write(connection, landing, size)
        feeds.write(connection, landing, size)
