"""Draws everything that happens in a world: each step uses what the steps before it have drawn."""

from __future__ import annotations

from simulator.events.crm.submissions import attribute_submissions, generated_leads, plan_submissions
from simulator.events.email.correlation_ids import assign_ids
from simulator.events.email.delivery_events import draw_email_events
from simulator.events.email.messages import draw_messages
from simulator.events.journeys.passes import created_on_day, draw_passes
from simulator.events.marketing import make_marketing
from simulator.events.model import WorldEvents
from simulator.events.web.hits import draw_web_hits
from simulator.world.model import World
from simulator.world.web import make_web


def simulate_events(world: World, faults: frozenset[str]) -> WorldEvents:
    """Draw everything that happens in the world, with the chosen faults."""
    passes, visits = draw_passes(world)
    messages = draw_messages(world, passes, visits, faults)
    events, message_ids = assign_ids(world, messages, draw_email_events(world, messages, faults), faults)
    web = make_web(world, "hostile" in faults)
    planned = plan_submissions(world, messages, events, message_ids)
    web_hits = draw_web_hits(world, web, messages, events, message_ids, planned, faults)
    submissions = attribute_submissions(world, planned, web_hits.submitted)
    return WorldEvents(
        web=web,
        messages=messages,
        events=events,
        message_ids=message_ids,
        web_hits=web_hits,
        marketing=make_marketing(world, passes, visits, messages, events, message_ids, submissions, faults),
        created_on_day=created_on_day(world, passes),
        new_leads=generated_leads(messages, submissions),
    )
