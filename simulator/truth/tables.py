"""The true tables of a world: every mart's expected rows by name."""

from __future__ import annotations

from datetime import date

from simulator.events.model import WorldEvents
from simulator.truth import contacts, marketing
from simulator.truth.crm.dimensions import dimensions
from simulator.truth.crm.lead_timeline import lead_timeline
from simulator.truth.crm.lead_touches import lead_touches
from simulator.truth.email import marts as email_marts
from simulator.truth.email.engagement import cohorts, engagement
from simulator.truth.email.messages import event_frame, message_frame
from simulator.truth.email.suppressions import first_suppressed, suppressed
from simulator.truth.interactions import AllInteractions
from simulator.truth.rows import Rows, records
from simulator.truth.web import contacts as web_contacts
from simulator.truth.web import conversions
from simulator.truth.web import marts as web_marts
from simulator.truth.web.interactions import add_web_interactions, web_interactions
from simulator.world.model import World


def true_tables(
    world: World, happened: WorldEvents, as_of: date, reporting_time_zone: str, *, detailed: bool
) -> dict[str, Rows]:
    """Compute every expected mart; those with a row per message, event or contact day only with `detailed`.

    as_of: the newest arrival date. reporting_time_zone: an IANA name, for dates.
    """
    messages, events, message_ids = happened.messages, happened.events, happened.message_ids
    by_message = message_frame(world, messages, events, message_ids, happened.new_leads, reporting_time_zone)
    by_event = event_frame(world, messages, events, by_message)
    interactions = AllInteractions()
    marketing.add_marketing(world, happened.marketing, interactions)
    contacts.add_emails(world, by_event, interactions)
    on_web = web_interactions(world, happened.web, messages, happened.web_hits.hits, reporting_time_zone)
    add_web_interactions(world, happened.web, on_web, interactions)
    frames = marketing.tables(world, happened.marketing, by_message, as_of, reporting_time_zone, detailed)
    frames["mart_contact_email_kpis"] = contacts.email_kpis(
        by_message, suppressed(world, events, message_ids, as_of)
    )
    frames["mart_contact_engagement"] = engagement(by_message, by_event, as_of, reporting_time_zone)
    frames["mart_contact_cohorts"] = cohorts(by_message, by_event, as_of, reporting_time_zone)
    frames["mart_contact_growth_daily"] = contacts.growth(
        world,
        happened.created_on_day,
        by_event[by_event["interaction_type"] == "email_unsubscribed"],
        first_suppressed(events, message_ids),
        as_of,
        reporting_time_zone,
    )
    memberships, leads = happened.marketing.memberships, happened.marketing.leads
    frames |= dimensions(world, memberships, leads, interactions)
    if detailed:
        frames["mart_contact_interactions_daily"] = contacts.interactions_daily(
            interactions, reporting_time_zone
        )
        frames["mart_contact_timeline"] = contacts.timeline(interactions)
        frames["mart_lead_timeline"] = lead_timeline(world, leads, interactions)
        frames["mart_lead_touches"] = lead_touches(world, leads, by_event, on_web)
    frames |= web_marts.tables(on_web, message_ids, detailed) | web_contacts.tables(on_web, detailed)
    frames |= conversions.tables(on_web, by_event, detailed)
    tables = email_marts.tables(world, by_message, by_event, detailed, reporting_time_zone)
    return tables | {name: records(frame) for name, frame in frames.items()}
