"""CRM snapshots for the large world: contacts and leads that grow with it, and small entities.

A snapshot arrives once a week, and one on the day after the first build. In each, one contact in a hundred
has another address than before, and leads have moved on.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.worlds.size import Size
from benchmarks.worlds.world import EMAILS, JOURNEYS, TILES, address

_DAYS_BETWEEN = 7
_ADDRESS = f"""
    case when hash(range, 1) % 100 < {{week}} then 'moved.' else '' end || {address("range")}
"""
#: A message with twenty of the links that are clicked.
_HTML = """
    '<html><body>' || (
        select string_agg('<p><a href="https://shop.example/products/' || link || '">Product ' || link || '</a></p>', '')
        from range(20) as links(link)
    ) || '</body></html>'
"""
_ENTITIES = {
    "accounts": "select 'account-' || range as account_id, 'Account ' || range as name from range({contacts} // 50 + 1)",
    "contacts": f"""
        select
            'contact-' || range as contact_id, {_ADDRESS} as email, 'First' || range % 500 as first_name,
            'Last' || range % 5000 as last_name, 'account-' || range % ({{contacts}} // 50 + 1) as account_id,
            ['DE', 'FR', 'US', 'GB', 'SE'][1 + range % 5] as country, '2025-06-01T00:00:00Z' as created_at,
            range % 40 = 0 as do_not_bulk_email, range % 6 as consent_level
        from range({{contacts}})
    """,
    "leads": """
        select
            'lead-' || range as lead_id, 'contact-' || range * 7 % {contacts} as contact_id, 'Topic' as topic,
            ['new', 'contacted', 'qualified', 'proposal', 'closed'][1 + least(4, range % 3 + {week} // 2)] as stage,
            'open' as status, '2025-12-01T00:00:00Z' as created_at, 'email-' || range % 40 as source_email_id
        from range({leads})
    """,
    "segments": """
        select 'segment-' || range as segment_id, 'Segment ' || range as name, 'static' as segment_type from range(30)
    """,
    "segment_members": """
        select 'segment-' || (range + {week} // 2) % 30 as segment_id, 'contact-' || range as contact_id
        from range({contacts})
    """,
    "journeys": f"""
        select 'journey-' || range as journey_id, 'Journey ' || range as name, 'live' as status,
            '2025-12-31T09:00:00Z' as started_at, true as is_recurring
        from range({JOURNEYS})
    """,
    "journey_tiles": f"""
        select 'journey-' || range // {TILES} as journey_id, 'tile-' || tile as tile_id,
            ['segment', 'email', 'trigger', 'email', 'scheduler'][1 + tile] as tile_type, 'Tile ' || tile as name,
            case when tile > 0 then 'tile-' || (tile - 1) end as parent_tile_id,
            case when tile % 2 = 1 then 'email-' || range % {EMAILS} end as email_id, tile as sort_order
        from (select range, range % {TILES} as tile from range({JOURNEYS * TILES}))
    """,
    "emails": f"""
        select 'email-' || range as email_id, 'Email ' || range as name, 'News' as subject, {_HTML} as html
        from range({EMAILS})
    """,
    "lead_scoring_models": """
        select 'model-' || range as lead_scoring_model_id, 'Model ' || range as name, 'live' as status,
            80 as sales_ready_score
        from range(3)
    """,
    "pages": """
        select 'page-' || range as page_id, 'Page ' || range as name, 'https://shop.example/pages/' || range as url,
            'form-' || range as form_id
        from range(20)
    """,
    "forms": "select 'form-' || range as form_id, 'Form ' || range as name from range(20)",
    "websites": "select 'website-1' as website_id, 'Shop' as name, 'shop.example' as hosts",
    "redirect_urls": """
        select 'redirect-' || range as redirect_url_id, 'Redirect ' || range as name, '/r/' || range as path,
            'https://shop.example/' as target_url
        from range(20)
    """,
    "events": "select 'event-' || range as event_id, 'Event ' || range as name from range(20)",
    "surveys": "select 'survey-' || range as survey_id, 'Survey ' || range as name from range(20)",
}


def write(connection: duckdb.DuckDBPyConnection, landing: Path, size: Size) -> None:
    """Write every snapshot of every entity."""
    days = [*size.arrival_days[: size.days : _DAYS_BETWEEN], size.arrival_days[size.days]]
    for week, day in enumerate(days):
        folder = landing / "crm" / day.isoformat()
        folder.mkdir(parents=True)
        for entity, query in _ENTITIES.items():
            filled = query.format(contacts=size.contacts, leads=size.leads, week=week)
            connection.execute(f"copy ({filled}) to '{folder / entity}.csv' (format csv, header true)")
