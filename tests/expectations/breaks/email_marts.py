"""What breaks promises about e-mail marts, and about marts that the KPI dictionary alone checks."""

from __future__ import annotations

from expectations import kpis
from expectations.suites import CHECKS
from tests.expectations.breaks.sql import Changes, delete, insert, update


def mart(name: str, changes: str, where: str = "true") -> str:
    return update(f"mart_email_{name}", changes, where)


#: Whatever mart comes next.
_OTHERS: Changes = {
    check.name: {
        "a count too many": update(mart, f"{(count := kpis.shown_in(mart)[0].column)} = {count} + 1")
    }
    for check in CHECKS
    for mart in [check.table.removeprefix("marts.")]
    if check.name == f"{mart}_equals_its_facts"
}

BREAKS: Changes = _OTHERS | {
    "email_daily_equals_messages": {
        "a forward too many in one cell": mart("kpis_daily", "forwarded = forwarded + 1"),
        "a cell on another day": mart("kpis_daily", "send_date = send_date + 100"),
    },
    "email_daily_adds_up": {
        "more delivered than sent and not bounced": mart("kpis_daily", "delivered = delivered + 1")
    },
    "email_daily_stays_within_bounds": {
        "more opened messages than opens": mart("kpis_daily", "opened_unique = opened_total + 1")
    },
    "email_totals_equal_daily": {
        "a forward too many in a total": mart("kpis", "forwarded = forwarded + 1"),
        "an email lost": delete("mart_email_kpis", "sent > 0"),
    },
    "email_totals_add_up": {
        "a total that does not add up": mart(
            "kpis", "bounced_total = bounced_total + 1, delivered = delivered - 1", "delivered > 0"
        )
    },
    "email_totals_rates": {
        "an averaged rate": mart("kpis", "open_rate = open_rate / 2", "open_rate > 0"),
        "a null over something": mart("kpis", "hard_bounce_rate = null", "sent > 0"),
    },
    "email_domains_rates": {
        "a zero over zero": mart("domains", "click_to_open_rate_human = 0", "opened_unique_human = 0")
    },
    "email_journeys_equal_daily": {
        "a click too many in a journey": mart("journey_kpis", "clicked_total = clicked_total + 1"),
        "a journey twice": insert("mart_email_journey_kpis"),
    },
    "email_journeys_rates": {
        "a journey's rate of something else": mart("journey_kpis", "click_rate = 0", "clicked_unique > 0")
    },
    "email_domains_equal_messages": {
        "a domain by another name": mart("domains", "recipient_domain = 'other.example'")
    },
    "email_recipients_equal_messages": {
        "a recipient lost": delete("mart_email_recipients"),
        "a recipient with another status": mart(
            "recipients", "delivery_status = 'delivered'", "delivery_status <> 'delivered'"
        ),
    },
    "email_interactions_equal_events": {"an interaction lost": delete("mart_email_interactions")},
    "email_hours_equal_daily": {
        "a human click lost in an hour": mart(
            "responses_hourly",
            "interactions_human = interactions_human - 1",
            "interaction_type = 'email_clicked'",
        )
    },
    "email_geography_equals_daily": {
        "an open too many in a country": mart("geography", "opens = opens + 1"),
        "a machine's open called a person's": mart("geography", "opens_human = opens", "opens_human < opens"),
    },
    "email_clients_equal_daily": {"a client on another day": mart("clients", "send_date = send_date + 100")},
    "email_links_equal_totals": {
        "a click too many on a link": mart("links", "clicks_total = clicks_total + 1")
    },
    "email_links_recounted_from_events": {
        "a link by another name": mart("links", "link_url = 'https://c.example/'"),
        "a person's click lost": mart("links", "clicks_unique_human = 0", "clicks_unique_human > 0"),
    },
    "email_links_rates": {
        "a rate above one": mart("links", "click_through_rate = 1.5"),
        "a rate of another whole": mart("links", "click_through_rate = click_through_rate / 2"),
    },
    "email_links_daily_equal_links": {
        "a clicker too many on a day": mart("links_daily", "clicks_unique = clicks_unique + 1")
    },
}
