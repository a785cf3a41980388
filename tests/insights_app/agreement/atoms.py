"""What is counted, one row each, made of the published facts, and how it is counted.

Written apart from the app and from the marts that it reads: a message's KPIs are counted from its events and from
`delivery_status`, not from the flags that the marts sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class Atoms:
    """Rows that are counted.

    sql: gives them, their day as `day`. counts: columns that pages show, as aggregates over the rows; `$people`
    in them. machines: whether rows of machines are left out where only people count.
    """

    sql: str
    counts: Mapping[str, str]
    machines: bool = False


def _if(condition: str) -> str:
    return f"count(*) filter ({condition})"


_OPENED = "case when $people then opens_human else opens end"
_CLICKED = "case when $people then clicks_human else clicks end"
_VISITS = {
    "visits": "count(*)",
    "visitors": "count(distinct visitor_key)",
    "visits_human": _if("not is_machine"),
}
#: Facts keep what concerns no known record; no list and no record shows it.
_VISIT = "select *, cast(occurred_at as date) as day from"
_SUBMISSION = "select *, cast(submitted_at as date) as day from fct_form_submissions"
_SUBMISSIONS = {
    "submissions": "count(*)",
    "contacts_created": _if("contact_result = 'created'"),
    "leads_created": _if("lead_result = 'created'"),
    "leads_updated": _if("lead_result = 'updated'"),
}

ATOMS: dict[str, Atoms] = {
    "messages": Atoms(
        """
        select messages.* exclude (reason), coalesce(messages.reason, '') as reason, send_date as day,
            coalesce(opens, 0) as opens, coalesce(opens_human, 0) as opens_human, coalesce(clicks, 0) as clicks,
            coalesce(clicks_human, 0) as clicks_human, coalesce(forwards, 0) as forwards,
            coalesce(complaints, 0) as complaints, coalesce(goodbyes, 0) as goodbyes, coalesce(leads, 0) as leads
        from fct_email_messages as messages
        left join (
            select message_key,
                count(*) filter (interaction_type = 'email_opened') as opens,
                count(*) filter (interaction_type = 'email_opened' and not is_machine) as opens_human,
                count(*) filter (interaction_type = 'email_clicked') as clicks,
                count(*) filter (interaction_type = 'email_clicked' and not is_machine) as clicks_human,
                count(*) filter (interaction_type = 'email_forwarded') as forwards,
                count(*) filter (interaction_type = 'email_feedback_loop') as complaints,
                count(*) filter (interaction_type = 'email_unsubscribed') as goodbyes
            from fct_email_events group by message_key
        ) as events using (message_key)
        left join (
            select attributed_message_key as message_key, count(*) as leads
            from fct_form_submissions where lead_result = 'created' group by all
        ) as leads using (message_key)
        """,
        {
            "targeted": "count(*)",
            "messages": "count(*)",
            "blocked": _if("delivery_status = 'blocked'"),
            "sending_failed": _if("delivery_status = 'sending_failed'"),
            "sent": _if("delivery_status not in ('blocked', 'sending_failed')"),
            "bounced_hard": _if("delivery_status = 'bounced_hard'"),
            "bounced_soft": _if("delivery_status = 'bounced_soft'"),
            "bounced_other": _if("delivery_status = 'bounced_other'"),
            "bounced_total": _if("delivery_status like 'bounced%'"),
            "delivered": _if("delivery_status = 'delivered'"),
            "opened_unique": _if(f"{_OPENED} > 0"),
            "clicked_unique": _if(f"{_CLICKED} > 0"),
            "opened_total": f"sum({_OPENED})",
            "clicked_total": f"sum({_CLICKED})",
            "feedback_loops": _if("complaints > 0"),
            "unsubscribed": _if("goodbyes > 0"),
            "forwarded": "sum(forwards)",
            "generated_leads": "sum(leads)",
        },
    ),
    "responses": Atoms(
        """
        select events.*, messages.send_date as day
        from fct_email_events as events inner join fct_email_messages as messages using (message_key)
        where interaction_type in ('email_opened', 'email_clicked')
        """,
        {
            "opens": _if("interaction_type = 'email_opened'"),
            "clicks": _if("interaction_type = 'email_clicked'"),
            "clicks_total": _if("interaction_type = 'email_clicked'"),
            "clicks_unique": "count(distinct message_key) filter (interaction_type = 'email_clicked')",
        },
        machines=True,
    ),
    "email_events": Atoms(
        "select *, cast(occurred_at as date) as day from fct_email_events",
        {
            "opens": _if("interaction_type = 'email_opened'"),
            "clicks": _if("interaction_type = 'email_clicked'"),
            "sent": _if("interaction_type = 'email_sent'"),
            "delivered": _if("interaction_type = 'email_delivered'"),
            "bounced": _if("interaction_type = 'email_bounced'"),
            "unsubscribed": _if("interaction_type = 'email_unsubscribed'"),
        },
        machines=True,
    ),
    "passes": Atoms(
        """
        select passes.*, cast(entered_at as date) as day, coalesce(tiles.name, passes.tile_id) as tile
        from fct_journey_passes as passes left join dim_journey_tile as tiles using (journey_id, tile_id)
        """,
        {
            "passes": "count(*)",
            "inflow": "count(*)",
            **{state: _if(f"state = '{state}'") for state in ("processing", "blocked", "failed", "processed")},
        },
    ),
    "participations": Atoms(
        "select *, cast(entered_at as date) as day from fct_journey_participations",
        {
            "entered": "count(*)",
            "in_progress": _if("is_in_progress"),
            "completed": _if("was_completed"),
            "stopped": _if("was_stopped"),
        },
    ),
    "page_visits": Atoms(f"{_VISIT} fct_page_visits where page_id <> 'unknown'", _VISITS, machines=True),
    "form_visits": Atoms(f"{_VISIT} fct_form_visits where form_id <> 'unknown'", _VISITS, machines=True),
    "website_visits": Atoms(
        f"{_VISIT} fct_website_visits where website_id <> 'unknown'", {**_VISITS, "sessions": _if("is_session_start")}, machines=True
    ),
    "redirect_clicks": Atoms(
        f"{_VISIT} fct_redirect_clicks",
        {
            "clicks": "count(*)",
            "clickers": "count(distinct visitor_key)",
            "clicks_human": _if("not is_machine"),
            "last_click_date": "max(day)",
        },
        machines=True,
    ),
    "submissions": Atoms(_SUBMISSION, _SUBMISSIONS),
    "page_submissions": Atoms(f"{_SUBMISSION} where page_id <> 'unknown'", _SUBMISSIONS),
    "form_submissions": Atoms(f"{_SUBMISSION} where form_id <> 'unknown'", _SUBMISSIONS),
    "segment_changes": Atoms(
        "select *, cast(occurred_at as date) as day from fct_segment_changes",
        {"members_joined": _if("has_joined"), "members_left": _if("has_left")},
    ),
    # No fact holds members: the CRM states them, in snapshots that are not published.
    "segment_days": Atoms(
        "select *, snapshot_date as day from mart_segment_daily", {"members": "arg_max(members, snapshot_date)"}
    ),
    "scores": Atoms(
        "select *, cast(scored_at as date) as day from fct_lead_scores",
        {"leads_processed": "count(distinct lead_id)"},
    ),
    "leads": Atoms("select *, cast(created_at as date) as day from dim_lead where lead_id <> 'unknown'", {}),
    "contact_interactions": Atoms(
        "select *, cast(occurred_at as date) as day from mart_contact_timeline", {"interactions": "count(*)"}
    ),
    "contact_visits": Atoms(
        """
        select *, cast(occurred_at as date) as day from (
            select contact_id, website_id, page_address as url, '' as link_url, occurred_at, true as is_visit
            from fct_website_visits
            union all
            select contact_id, website_id, page_address, coalesce(link_url, 'unknown'), occurred_at, false
            from fct_website_clicks
        ) where contact_id <> 'unknown'
        """,
        {"visits": _if("is_visit"), "clicks": _if("not is_visit")},
    ),
    "surveys": Atoms("select *, cast(occurred_at as date) as day from fct_survey_responses", {}),
    "files": Atoms(
        "select *, arrival_date as day from build_files",
        {
            "files": "count(*)",
            **{name: f"sum({name})" for name in ("records_read", "records_landed", "duplicates", "ignored", "quarantined")},
        },
    ),
}  # fmt: skip


def make(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep the atoms as tables of the connection."""
    for name, atoms in ATOMS.items():
        connection.execute(f"create temp table {name} as {atoms.sql}")
