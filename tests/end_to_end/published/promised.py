"""The output contract as data: each published table's key, columns and types.

Belongs here: what BI tools were promised, table by table. Does not belong here: how it is looked up
(`test_published_contract.py`), or what tables say of each other (`expectations/suites`).
"""

from __future__ import annotations

from dataclasses import dataclass

from expectations import kpis

TEXT, DATE, INSTANT, COUNT, RATE, FLAG, WHOLE = (
    "VARCHAR",
    "DATE",
    "TIMESTAMP WITH TIME ZONE",
    "BIGINT",
    "DOUBLE",
    "BOOLEAN",
    "INTEGER",
)

#: Types that names alone tell, by how they end; every other column of a table says its type.
_BY_SUFFIX = {"_id": TEXT, "_key": TEXT, "_date": DATE, "_at": INSTANT, "_rate": RATE, "_hour": INSTANT}


@dataclass(frozen=True)
class Promised:
    """A published table: its key, and the type of every column promised, key columns included."""

    key: tuple[str, ...]
    columns: dict[str, str]


def _table(key: str, *groups: dict[str, str], others: str = "") -> Promised:
    """A table whose key and `others` are listed by name, their types told by how names end."""
    columns = {name: _type(name) for name in [*key.split(), *others.split()]}
    for group in groups:
        columns |= group
    return Promised(tuple(key.split()), columns)


def _type(name: str) -> str:
    for suffix, kind in _BY_SUFFIX.items():
        if name.endswith(suffix):
            return kind
    return TEXT


def _counts(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), COUNT)


PLACE = {"latitude": RATE, "longitude": RATE}
MACHINE = {"is_machine": FLAG}
MESSAGE = _counts("opens clicks forwarded complained unsubscribed")
MESSAGE_COLUMNS = "email_id journey_id tile_id recipient_domain sent_at delivery_status reason first_opened_at first_clicked_at"
ATTRIBUTION = "attributed_message_key attributed_email_id attributed_journey_id"

EMAIL = {
    "mart_email_kpis_daily": _table("email_id journey_id tile_id send_date"),
    "mart_email_kpis": _table("email_id", others="email_name subject"),
    "mart_email_journey_kpis": _table("email_id journey_id"),
    "mart_email_responses_hourly": _table(
        "email_id journey_id interaction_type interaction_hour",
        _counts("interactions interactions_human"),
        {"local_hour": WHOLE},
    ),
    "mart_email_geography": _table("email_id journey_id send_date country region city", PLACE),
    "mart_email_clients": _table("email_id journey_id send_date device client operating_system"),
    "mart_email_recipients": _table("message_key", MESSAGE, others=f"{MESSAGE_COLUMNS} contact_id"),
    "mart_email_domains": _table("email_id recipient_domain"),
    "mart_email_domains_daily": _table("email_id recipient_domain send_date"),
    "mart_feed_kpis_daily": _table("feed send_date"),
    "mart_email_links": _table(
        "email_id link_url",
        {"link_rank": COUNT},
        others="link_name click_through_rate",
    ),
    "mart_email_links_daily": _table("email_id journey_id link_url send_date"),
    "mart_email_interactions": _table(
        "interaction_id",
        MACHINE,
        others="email_id journey_id contact_id occurred_at interaction_type link_url country",
    ),
}
JOURNEY = {
    "mart_journey_kpis": _table("journey_id", others="name"),
    "mart_journey_tile_volumes": _table("journey_id tile_id", others="tile_type name"),
    "mart_journey_tile_volumes_daily": _table("journey_id tile_id entry_date", others="tile_type name"),
    "mart_journey_tile_blocked": _table("journey_id tile_id reason", _counts("passes")),
    "mart_journey_tile_paths": _table("journey_id tile_id path", _counts("passes")),
    "mart_journey_tile_contacts": _table(
        "journey_id tile_id contact_id iteration_id", others="state reason path entered_at left_at"
    ),
}
CONTACT = {
    "mart_contact_timeline": _table(
        "interaction_id",
        others="contact_id occurred_at interaction_type entity_type entity_id entity_name detail",
    ),
    "mart_contact_interactions_daily": _table(
        "contact_id interaction_type interaction_date", _counts("interactions")
    ),
    "mart_contact_emails": _table("contact_id message_key", MESSAGE, others=MESSAGE_COLUMNS),
    "mart_contact_email_kpis": _table(
        "contact_id", {"suppressed_until": INSTANT}, others="suppression_status"
    ),
    "mart_contact_engagement": _table(
        "contact_id",
        _counts(
            "sent delivered opens_last_30_days clicks_last_30_days opens_last_90_days clicks_last_90_days"
            " opens_last_365_days clicks_last_365_days delivered_since_engaged"
        ),
        others="first_sent_date last_sent_date last_opened_at last_clicked_at last_engaged_date engagement_group",
    ),
    "mart_contact_cohorts": _table(
        "first_sent_month months_since",
        {"first_sent_month": DATE},
        _counts("months_since contacts contacts_sent contacts_opened contacts_clicked"),
    ),
    "mart_contact_growth_daily": _table(
        "growth_date",
        _counts(
            "contacts_created contacts_unsubscribed contacts_suppressed contacts_erased contacts_reachable"
        ),
    ),
    "mart_contact_web": _table(
        "contact_id website_id url link_url interaction_date",
        _counts("visits clicks"),
        others="first_at last_at",
    ),
    "mart_contact_events": _table("contact_id event_id", others="registered_at cancelled_at checked_in_at"),
    "mart_contact_surveys": _table(
        "interaction_id", {"score": RATE}, others="contact_id survey_id occurred_at answers"
    ),
    "mart_contact_forms": _table(
        "submission_id", others="contact_id form_id page_id submitted_at submitted_values"
    ),
}
LEAD = {
    "mart_lead_insights": _table(
        "lead_id",
        {"age_days": COUNT, "is_sales_ready": FLAG},
        others="contact_id topic stage status created_at source_email_id source_journey_id source_page_id"
        " source_form_id",
    ),
    "mart_lead_timeline": _table(
        "lead_id interaction_id",
        {"score": RATE, "score_before": RATE},
        others="occurred_at interaction_type change stage_before stage lead_scoring_model_id grade entity_type"
        " entity_id entity_name detail",
    ),
    "mart_lead_touches": _table(
        "lead_id touch", others="occurred_at interaction_type entity_type entity_id journey_id"
    ),
    "mart_lead_scores": _table("lead_id lead_scoring_model_id", {"score": RATE}, others="grade scored_at"),
    "mart_lead_scoring_daily": _table("lead_scoring_model_id scored_date"),
    "mart_segment_daily": _table("segment_id snapshot_date"),
    "mart_email_segment_kpis": _table("email_id segment_id", others="email_name segment_name"),
}
WEB = {
    "mart_page_kpis_daily": _table("page_id journey_id interaction_date"),
    "mart_page_kpis": _table("page_id"),
    "mart_page_geography": _table(
        "page_id journey_id interaction_date country region city",
        PLACE,
    ),
    "mart_page_submissions": _table(
        "submission_id", others=f"page_id journey_id contact_id submitted_at submitted_values {ATTRIBUTION}"
    ),
    "mart_page_visits": _table(
        "interaction_id",
        MACHINE,
        others="page_id journey_id contact_id visitor_key occurred_at url referrer country",
    ),
    "mart_form_kpis_daily": _table("form_id interaction_date"),
    "mart_form_kpis": _table("form_id"),
    "mart_form_submissions": _table(
        "submission_id",
        others="form_id page_id contact_id submitted_at contact_result lead_result submitted_values"
        f" {ATTRIBUTION}",
    ),
    "mart_form_visits": _table(
        "interaction_id", MACHINE, others="form_id page_id visitor_key occurred_at country"
    ),
    "mart_website_pages": _table("website_id url", {"page_rank": COUNT}, others="last_visit_at"),
    "mart_website_pages_daily": _table(
        "website_id url visit_date", {"page_rank": COUNT}, others="last_visit_at"
    ),
    "mart_website_daily": _table("website_id visit_date"),
    "mart_website_geography": _table("website_id visit_date country region city", PLACE),
    "mart_website_visits": _table(
        "interaction_id",
        MACHINE,
        others="website_id url referrer contact_id visitor_key occurred_at country",
    ),
    "mart_redirect_url_daily": _table("redirect_url_id click_date"),
    "mart_redirect_url_geography": _table("redirect_url_id click_date country region city", PLACE),
    "mart_redirect_url_clicks": _table(
        "interaction_id", MACHINE, others="redirect_url_id contact_id visitor_key occurred_at country"
    ),
}
TOUCHES = " ".join(
    f"{which}_touch_{what}"
    for which in ("first", "last")
    for what in ("type", "email_id", "email_name", "journey_id", "journey_name", "campaign")
)
CONVERSIONS = {
    "mart_conversions": _table(
        "interaction_id",
        {"amount": RATE},
        others=f"contact_id order_id occurred_at conversion_date currency {TOUCHES}",
    ),
    "mart_conversions_daily": _table(
        "conversion_date last_touch_type last_touch_email_id last_touch_journey_id last_touch_campaign currency",
        {"amount": RATE},
        others="last_touch_email_name last_touch_journey_name",
    ),
}
BUILD = {
    "build_files": _table(
        "feed arrival_date file",
        _counts("records_read records_landed duplicates ignored quarantined replayed"),
        {"file_quarantined": FLAG},
    ),
    "build_ignored": _table("feed arrival_date record_type reason", _counts("records")),
    "build_nulled": _table("feed arrival_date field", _counts("records")),
    "build_unmatched": _table("feed arrival_date cause", _counts("records")),
    "build_checks": _table(
        "build_id check_name table_name", {"passed": FLAG}, others="kind observed expected"
    ),
}
DIMENSIONS = {
    "dim_contact": _table(
        "contact_id",
        {"do_not_bulk_email": FLAG, "consent_level": WHOLE},
        others="email first_name last_name account_id country created_at",
    ),
    "dim_email": _table("email_id", others="name subject html"),
    "dim_journey": _table("journey_id", {"is_recurring": FLAG}, others="name status started_at"),
    "dim_journey_tile": _table(
        "journey_id tile_id",
        {"sort_order": WHOLE},
        others="tile_type name parent_tile_id parent_path email_id",
    ),
    "dim_lead": _table("lead_id", others="contact_id topic stage status created_at closed_at"),
    "dim_segment": _table("segment_id", others="name segment_type"),
    "dim_lead_scoring_model": _table(
        "lead_scoring_model_id", {"sales_ready_score": RATE}, others="name status"
    ),
    "dim_page": _table("page_id", others="name url form_id"),
    "dim_form": _table("form_id", others="name"),
    "dim_website": _table("website_id", others="name hosts"),
    "dim_redirect_url": _table("redirect_url_id", others="name path target_url"),
    "dim_event": _table("event_id", others="name starts_at ends_at"),
    "dim_survey": _table("survey_id", others="name"),
    "dim_date": Promised(("date_day",), {"date_day": DATE}),
}
FACTS = {
    "fct_conversions": _table("interaction_id"),
    "fct_email_messages": _table("message_key"),
    "fct_email_events": _table("interaction_id"),
    "fct_journey_passes": _table("journey_id tile_id contact_id iteration_id"),
    "fct_journey_participations": _table("journey_id contact_id iteration_id"),
    "fct_segment_changes": _table("interaction_id"),
    "fct_lead_scores": _table("interaction_id"),
    "fct_page_visits": _table("interaction_id"),
    "fct_form_visits": _table("interaction_id"),
    "fct_form_submissions": _table("submission_id"),
    "fct_website_visits": _table("interaction_id"),
    "fct_website_clicks": _table("interaction_id"),
    "fct_redirect_clicks": _table("interaction_id"),
    "fct_event_participations": _table("contact_id event_id"),
    "fct_survey_responses": _table("interaction_id"),
}

#: Every published table with a key; `quarantine` has none, several records of one line can be bad.
PROMISED = {**EMAIL, **JOURNEY, **CONTACT, **LEAD, **WEB, **CONVERSIONS, **BUILD, **DIMENSIONS, **FACTS}
#: Marts that charts are made of have the entity's name beside its id.
_EMAILS = (
    "kpis_daily journey_kpis domains domains_daily responses_hourly geography clients links links_daily"
    " recipients interactions"
)
_BY_JOURNEY = "kpis_daily journey_kpis responses_hourly geography clients links_daily recipients interactions"
_NAMED = {
    "email_name": [f"mart_email_{mart}" for mart in _EMAILS.split()],
    "journey_name": [
        *(f"mart_email_{mart}" for mart in _BY_JOURNEY.split()),
        *(
            f"mart_journey_tile_{mart}"
            for mart in ("volumes", "volumes_daily", "blocked", "paths", "contacts")
        ),
        *("mart_page_kpis_daily", "mart_page_geography", "mart_page_visits", "mart_lead_touches"),
    ],
    "tile_name": [
        *("mart_email_kpis_daily", "mart_email_recipients"),
        *(f"mart_journey_tile_{mart}" for mart in ("blocked", "paths", "contacts")),
    ],
    "event_name": ["mart_contact_events"],
    "survey_name": ["mart_contact_surveys"],
    "segment_name": ["mart_segment_daily"],
    "lead_scoring_model_name": ["mart_lead_scoring_daily", "mart_lead_scores"],
    "page_name": [
        *(f"mart_page_{mart}" for mart in ("kpis_daily", "kpis", "geography", "visits", "submissions")),
    ],
    "form_name": [f"mart_form_{mart}" for mart in ("kpis_daily", "kpis", "visits", "submissions")],
    "website_name": [
        *(f"mart_website_{mart}" for mart in ("pages", "pages_daily", "daily", "geography", "visits")),
    ],
    "redirect_url_name": [f"mart_redirect_url_{mart}" for mart in ("daily", "geography", "clicks")],
}
for _name, _marts in _NAMED.items():
    for _mart in _marts:
        _promise = PROMISED.get(_mart) or _table(" ".join(kpis.key_of(_mart)))
        PROMISED[_mart] = Promised(_promise.key, _promise.columns | {_name: TEXT})
#: The KPI dictionary promises the columns of KPIs, and marts that have little else.
for _mart in kpis.marts():
    _promise = PROMISED.get(_mart) or _table(" ".join(kpis.key_of(_mart)))
    _kpis = {kpi.column: RATE if isinstance(kpi, kpis.Rate) else COUNT for kpi in kpis.shown_in(_mart)}
    PROMISED[_mart] = Promised(_promise.key, _promise.columns | _kpis)
QUARANTINE = Promised(
    (),
    {
        "feed": TEXT,
        "arrival_date": DATE,
        "file": TEXT,
        "line": COUNT,
        "byte_offset": COUNT,
        "reason_code": TEXT,
        "message": TEXT,
    },
)
TABLES = {**PROMISED, "quarantine": QUARANTINE}
#: Tables of which the contract names no columns.
NAMED_ONLY = {"build_info"}
