"""Marts that say the same in other grains: each pair of queries gives equal rows.

Belongs here: the pairs, as SQL over the published file. Does not belong here: what the figures should be
(the simulator's truth says that).
"""

from __future__ import annotations

EMAIL = {
    "daily sums to email": (
        "select email_id, sum(sent), sum(opened_unique), sum(clicked_total) from marts.mart_email_kpis_daily group by 1",
        "select email_id, sent, opened_unique, clicked_total from marts.mart_email_kpis",
    ),
    "journeys sum to email": (
        "select email_id, sum(delivered), sum(unsubscribed) from marts.mart_email_journey_kpis group by 1",
        "select email_id, delivered, unsubscribed from marts.mart_email_kpis",
    ),
    "domains sum to email": (
        "select email_id, sum(targeted), sum(bounced_total) from marts.mart_email_domains group by 1",
        "select email_id, targeted, bounced_total from marts.mart_email_kpis",
    ),
    "recipients by status are the e-mail KPIs": (
        """select email_id, count(*), count(*) filter (delivery_status = 'blocked'),
            count(*) filter (delivery_status = 'delivered'), sum(opens), sum(clicks), sum(forwarded),
            sum(complained), sum(unsubscribed) from marts.mart_email_recipients group by 1""",
        """select email_id, targeted, blocked, delivered, opened_total, clicked_total, forwarded, feedback_loops,
            unsubscribed from marts.mart_email_kpis""",
    ),
    "places have every open and click": (
        "select email_id, sum(opens), sum(clicks) from marts.mart_email_geography group by 1",
        "select email_id, opened_total, clicked_total from marts.mart_email_kpis where opened_total + clicked_total > 0",
    ),
    "clients have every open and click": (
        "select email_id, sum(opens), sum(clicks) from marts.mart_email_clients group by 1",
        "select email_id, opened_total, clicked_total from marts.mart_email_kpis where opened_total + clicked_total > 0",
    ),
    "links have every click": (
        "select email_id, sum(clicks_total) from marts.mart_email_links group by 1",
        "select email_id, clicked_total from marts.mart_email_kpis where clicked_total > 0",
    ),
    "hours have every interaction": (
        "select email_id, interaction_type, sum(interactions) from marts.mart_email_responses_hourly group by 1, 2",
        "select email_id, interaction_type, count(*) from marts.mart_email_interactions group by 1, 2",
    ),
}

_STATES = (
    "count(*), count(*) filter (state = 'processing'), count(*) filter (state = 'blocked'),"
    " count(*) filter (state = 'failed'), count(*) filter (state = 'processed')"
)
JOURNEY = {
    "tile contacts by state are the volumes": (
        f"select journey_id, tile_id, {_STATES} from marts.mart_journey_tile_contacts group by 1, 2",
        """select journey_id, tile_id, inflow, processing, blocked, failed, processed
            from marts.mart_journey_tile_volumes""",
    ),
    "days sum to tiles": (
        """select journey_id, tile_id, sum(inflow), sum(processing), sum(blocked), sum(failed), sum(processed)
            from marts.mart_journey_tile_volumes_daily group by 1, 2""",
        """select journey_id, tile_id, inflow, processing, blocked, failed, processed
            from marts.mart_journey_tile_volumes""",
    ),
    "paths have every pass on": (
        "select journey_id, tile_id, sum(passes) from marts.mart_journey_tile_paths group by 1, 2",
        "select journey_id, tile_id, processed from marts.mart_journey_tile_volumes where processed > 0",
    ),
    "reasons have every pass blocked": (
        "select journey_id, tile_id, sum(passes) from marts.mart_journey_tile_blocked group by 1, 2",
        "select journey_id, tile_id, blocked from marts.mart_journey_tile_volumes where blocked > 0",
    ),
    "contacts and iterations on tiles have entered": (
        "select journey_id, count(distinct (contact_id, iteration_id)) from marts.mart_journey_tile_contacts group by 1",
        "select journey_id, entered from marts.mart_journey_kpis where entered > 0",
    ),
    "nobody is in two states of a journey": (
        "select journey_id, entered from marts.mart_journey_kpis",
        "select journey_id, in_progress + stopped + completed from marts.mart_journey_kpis",
    ),
    "emails sum to journey": (
        "select journey_id, sum(sent), sum(clicked_unique) from marts.mart_email_journey_kpis group by 1",
        "select journey_id, sent, clicked_unique from marts.mart_journey_kpis where targeted > 0",
    ),
}

CONTACT = {
    "contact e-mails are the recipients": (
        "select message_key, contact_id, email_id, delivery_status, opens, clicks from marts.mart_contact_emails",
        "select message_key, contact_id, email_id, delivery_status, opens, clicks from marts.mart_email_recipients",
    ),
    "contact e-mail KPIs are its messages": (
        "select contact_id, targeted, opened_total, clicked_total from marts.mart_contact_email_kpis where targeted > 0",
        "select contact_id, count(*), sum(opens), sum(clicks) from marts.mart_contact_emails group by 1",
    ),
    "contact days are its timeline": (
        "select contact_id, interaction_type, sum(interactions) from marts.mart_contact_interactions_daily group by 1, 2",
        "select contact_id, interaction_type, count(*) from marts.mart_contact_timeline group by 1, 2",
    ),
    "timelines have every e-mail interaction of somebody known": (
        """select interaction_id, contact_id, interaction_type from marts.mart_contact_timeline
            where entity_type = 'email'""",
        """select interaction_id, contact_id, interaction_type from marts.mart_email_interactions
            where contact_id <> 'unknown'""",
    ),
    "web histories are the timeline's visits and clicks": (
        "select contact_id, sum(visits), sum(clicks) from marts.mart_contact_web group by 1",
        """select contact_id, count(*) filter (interaction_type = 'website_visited'),
            count(*) filter (interaction_type = 'website_clicked')
            from marts.mart_contact_timeline where entity_type = 'website' group by 1""",
    ),
    "event histories are the timeline's": (
        "select contact_id, event_id, registered_at from marts.mart_contact_events",
        """select contact_id, entity_id, min(occurred_at) filter (interaction_type = 'event_registered')
            from marts.mart_contact_timeline where entity_type = 'event' group by 1, 2""",
    ),
    "survey histories are the timeline's": (
        "select interaction_id, survey_id from marts.mart_contact_surveys where contact_id <> 'unknown'",
        "select interaction_id, entity_id from marts.mart_contact_timeline where entity_type = 'survey'",
    ),
    "form histories are the forms' submissions of somebody known": (
        "select submission_id, contact_id from marts.mart_contact_forms where form_id <> 'unknown'",
        "select submission_id, contact_id from marts.mart_form_submissions where contact_id <> 'unknown'",
    ),
}

LEAD = {
    "scores are of leads that were processed": (
        "select distinct lead_scoring_model_id from marts.mart_lead_scores",
        "select distinct lead_scoring_model_id from marts.mart_lead_scoring_daily",
    ),
    "a lead's timeline has its contact's": (
        """select leads.lead_id, timeline.interaction_id from marts.mart_lead_insights as leads
            inner join marts.mart_contact_timeline as timeline using (contact_id)""",
        """select lead_id, interaction_id from marts.mart_lead_timeline
            semi join marts.mart_lead_insights as leads using (lead_id)
            where interaction_id in (
                select interaction_id from marts.mart_contact_timeline
                inner join marts.mart_lead_insights as leads using (contact_id)
                where leads.lead_id = mart_lead_timeline.lead_id
            )""",
    ),
    "the last stage of a timeline is the lead's": (
        """select lead_id, arg_max(stage, (occurred_at, interaction_id)) from marts.mart_lead_timeline
            semi join marts.mart_lead_insights as leads using (lead_id)
            where change = 'stage' group by 1""",
        """select lead_id, stage from marts.mart_lead_insights where lead_id in (
            select lead_id from marts.mart_lead_timeline where change = 'stage')""",
    ),
}


def _visited(entity: str) -> dict[str, tuple[str, str]]:
    """Pages and forms have the same tabs."""
    key, kpis = f"{entity}_id", f"marts.mart_{entity}_kpis"
    return {
        f"visits rows of a {entity} are its visits": (
            f"""select {key}, count(*), count(distinct visitor_key), count(*) filter (not is_machine)
                from marts.mart_{entity}_visits group by 1""",
            f"select {key}, visits, visitors, visits_human from {kpis} where visits > 0",
        ),
        f"submission rows of a {entity} are its submissions": (
            f"select {key}, count(*) from marts.mart_{entity}_submissions group by 1",
            f"select {key}, submissions from {kpis} where submissions > 0",
        ),
        f"days sum to a {entity}": (
            f"""select {key}, sum(visits), sum(visits_human), sum(submissions), sum(contacts_created),
                sum(leads_created), sum(leads_updated) from {kpis}_daily group by 1""",
            f"""select {key}, visits, visits_human, submissions, contacts_created, leads_created, leads_updated
                from {kpis}""",
        ),
    }


WEB = {
    **_visited("page"),
    **_visited("form"),
    "places have every visit and submission of a page": (
        "select page_id, sum(visits), sum(submissions) from marts.mart_page_geography group by 1",
        "select page_id, visits, submissions from marts.mart_page_kpis",
    ),
    "visits rows of a website are its visits": (
        "select website_id, count(*), count(*) filter (not is_machine) from marts.mart_website_visits group by 1",
        "select website_id, sum(visits), sum(visits_human) from marts.mart_website_daily group by 1",
    ),
    "popular pages have every visit of a website": (
        "select website_id, sum(visits) from marts.mart_website_pages group by 1",
        "select website_id, sum(visits) from marts.mart_website_daily group by 1",
    ),
    "places have every visit of a website": (
        "select website_id, visit_date, sum(visits) from marts.mart_website_geography group by 1, 2",
        "select website_id, visit_date, visits from marts.mart_website_daily",
    ),
    "click rows of a redirect URL are its clicks": (
        """select redirect_url_id, count(*), count(*) filter (not is_machine)
            from marts.mart_redirect_url_clicks group by 1""",
        "select redirect_url_id, sum(clicks), sum(clicks_human) from marts.mart_redirect_url_daily group by 1",
    ),
    "places have every click of a redirect URL": (
        "select redirect_url_id, click_date, sum(clicks) from marts.mart_redirect_url_geography group by 1, 2",
        "select redirect_url_id, click_date, clicks from marts.mart_redirect_url_daily",
    ),
}

AGREEMENTS = {**EMAIL, **JOURNEY, **CONTACT, **LEAD, **WEB}
