"""The end of `make demo`: prints a few figures of the published build, and what to look at next."""

from __future__ import annotations

import argparse
import sys

from orchestration import connections
from orchestration.cli import console
from orchestration.home import Home
from orchestration.publish import site
from orchestration.settings import Settings

_KPIS = """
    select email_name, sent, delivered, opened_unique, clicked_unique, open_rate_human, click_rate_human,
        bounced_total, unsubscribed
    from marts.mart_email_kpis
    order by sent desc, email_name
    limit 10
"""

#: SQL with one row per kind of thing: how many there are, and the first figure that a marketer asks for.
_ENTITIES = """
    select 'contacts' as entity, (select count(*) - 1 from marts.dim_contact) as known,
        'interactions' as counted,
        (select sum(interactions) from marts.mart_contact_interactions_daily) as figure
    union all
    select 'leads', (select count(*) from marts.mart_lead_insights), 'sales-ready',
        (select count(*) filter (where is_sales_ready) from marts.mart_lead_insights)
    union all
    select 'segments', (select count(*) - 1 from marts.dim_segment), 'members today',
        (select sum(members) from marts.mart_segment_daily
            where snapshot_date = (select max(snapshot_date) from marts.mart_segment_daily))
    union all
    select 'journeys', (select count(*) - 1 from marts.dim_journey), 'passes begun',
        (select sum(entered) from marts.mart_journey_kpis)
    union all
    select 'e-mails', (select count(*) - 1 from marts.dim_email), 'messages sent',
        (select sum(sent) from marts.mart_email_kpis)
    union all
    select 'scoring models', (select count(*) - 1 from marts.dim_lead_scoring_model), 'leads scored, by day',
        (select sum(leads_processed) from marts.mart_lead_scoring_daily)
    union all
    select 'pages', (select count(*) - 1 from marts.dim_page), 'visits',
        (select sum(visits) from marts.mart_page_kpis)
    union all
    select 'forms', (select count(*) - 1 from marts.dim_form), 'submissions',
        (select sum(submissions) from marts.mart_form_kpis)
    union all
    select 'websites', (select count(*) - 1 from marts.dim_website), 'sessions',
        (select sum(sessions) from marts.mart_website_daily)
    union all
    select 'redirect URLs', (select count(*) - 1 from marts.dim_redirect_url), 'clicks',
        (select sum(clicks) from marts.mart_redirect_url_daily)
"""

#: SQL for red arrival checks, which say what is wrong with the landed files.
_LOST = """
    select check_name, observed
    from marts.build_checks
    where kind = 'arrival' and not passed
    order by check_name
"""


def main() -> int:
    """Print the ten largest e-mails, a figure per kind of thing and the red arrival checks; return 0."""
    parser = argparse.ArgumentParser(prog="python -m orchestration.tools.demo", description=__doc__)
    parser.add_argument("--home", help="the warehouse")
    home = Home(Settings.from_environment(home=parser.parse_args().home).home)
    database = home.published / home.insights.name
    with connections.read(database) as connection:
        for query in (_KPIS, _ENTITIES):
            cursor = connection.execute(query)
            headings = [column[0] for column in cursor.description or ()]
            console.say()
            console.say_table(headings, cursor.fetchall())
        lost = connection.execute(_LOST).fetchall()
    for line in [*_explained(lost), *_next_steps(home)]:
        console.say(line)
    return 0


def _explained(lost: list[tuple[str, str]]) -> list[str]:
    """Return lines that explain the red arrival checks, which the demo's simulated faults cause."""
    if not lost:
        return []
    return [
        "",
        "The feeds have a little of what real ones have: events delivered twice, addresses in other",
        "spellings, types that nobody models, records that no reader can take, a file that arrived torn.",
        "Nothing of it is counted, and nothing of it vanished: `touchpoint quarantine list` and `touchpoint",
        "status` show it. So an arrival check is red, which warns and leaves the rest published:",
        *(f"  {name}: {observed}" for name, observed in lost),
        "  In real life: deliver the file again under a new name, and build.",
    ]


def _next_steps(home: Home) -> list[str]:
    return [
        "",
        f"Published: {home.published / home.insights.name} (schema marts; open it read-only)",
        f"           {home.published / 'parquet'} (the same tables as Parquet)",
        f"Pages:     {home.published / site.SITE / 'index.html'} (dictionary, KPIs, lineage, checks)",
        "",
        "Go on with",
        "  .venv/bin/touchpoint serve  the same as pages: e-mails, journeys, contacts (127.0.0.1:8321)",
        "  make dev                    Dagster on this machine: lineage, runs, checks, schedule",
        "  .venv/bin/touchpoint --help",
    ]


if __name__ == "__main__":
    sys.exit(main())
