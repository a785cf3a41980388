"""Everything that happens in a world, in the order in which one thing depends on another."""

from __future__ import annotations

from simulator.events.crm.submissions import generated_leads, plan_submissions, settle_submissions
from simulator.events.email.correlation_ids import label
from simulator.events.email.delivery import tell
from simulator.events.email.messages import draw_messages
from simulator.events.journeys.contact_creation import created_on_day
from simulator.events.journeys.passes import draw_walks
from simulator.events.marketing import make_marketing
from simulator.events.model import WorldEvents
from simulator.events.web.hits import tell_web
from simulator.world.model import World
from simulator.world.web import make_web


def simulate_events(world: World, faults: frozenset[str]) -> WorldEvents:
    """Draw everything that happens in the world."""
    walks, steps = draw_walks(world)
    messages = draw_messages(world, walks, steps, faults)
    events, labels = label(world, messages, tell(world, messages, faults), faults)
    web = make_web(world, "hostile" in faults)
    planned = plan_submissions(world, messages, events, labels)
    web_hits = tell_web(world, web, messages, events, labels, planned, faults)
    submissions = settle_submissions(world, planned, web_hits.submitted)
    return WorldEvents(
        web=web,
        messages=messages,
        events=events,
        labels=labels,
        web_hits=web_hits,
        marketing=make_marketing(world, walks, steps, messages, events, labels, submissions, faults),
        created_on_day=created_on_day(world, walks),
        new_leads=generated_leads(messages, submissions),
    )
