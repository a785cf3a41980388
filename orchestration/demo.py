"""The end of `make demo`: a few figures from what was published, and where to look next.

Belongs here: a first look for newcomers. Does not belong here: anything a build needs.
"""

from __future__ import annotations

import argparse
import sys

import duckdb

from orchestration import console
from orchestration.home import Home
from orchestration.settings import Settings

_KPIS = """
    select email_name, sent, delivered, opened_unique, clicked_unique, open_rate_human, click_rate_human,
        bounced_total, unsubscribed
    from marts.mart_email_kpis
    order by sent desc, email_name
    limit 10
"""


def main() -> int:
    """Show the ten largest e-mails."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.demo", description=__doc__)
    parser.add_argument("--home", help="the warehouse")
    home = Home(Settings.from_environment(home=parser.parse_args().home).home)
    database = home.published / home.insights.name
    with duckdb.connect(str(database), read_only=True) as connection:
        cursor = connection.execute(_KPIS)
        headings = [column[0] for column in cursor.description or ()]
        rows = cursor.fetchall()
    console.say()
    console.say_table(headings, rows)
    for line in _next_steps(home):
        console.say(line)
    return 0


def _next_steps(home: Home) -> list[str]:
    return [
        "",
        f"Published: {home.published / home.insights.name} (schema marts; open it read-only)",
        f"           {home.published / 'parquet'} (the same tables as Parquet)",
        f"Checks:    {home.published / 'data_docs' / 'index.html'}",
        "",
        "Go on with",
        "  make dev                    Dagster on this machine: lineage, runs, checks, schedule",
        "  make docs                   every table and column as one page",
        "  .venv/bin/touchpoint --help",
    ]


if __name__ == "__main__":
    sys.exit(main())
