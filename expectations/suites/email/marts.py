"""Promises about the `mart_email_*` tables: every grain has the same totals (invariants 1, 2, 5 and 7).

Belongs here: sums across grains, rates, and links. Does not belong here: what a message is (`messages.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.check import Check
from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import EVENTS, MARTS, MESSAGES, STALE, WRONG_COLUMN, audit
from expectations.suites.email.counts import (
    BOUNDS,
    EQUATIONS,
    RATES,
    of_counts,
    of_messages,
    rates_recomputed,
)

_DAILY = f"{MARTS}.mart_email_kpis_daily"
_TOTALS = f"{MARTS}.mart_email_kpis"
_LINKS = f"{MARTS}.mart_email_links"

_SUM_OF_MESSAGES = {kpi: (total, of_messages()[kpi]) for kpi, total in of_counts().items()}
_SUM_OF_DAYS = {kpi: (total, total) for kpi, total in of_counts().items()}
_OPENS_AND_CLICKS = {
    "opens": ("sum(opens)", "sum(opened_total)"),
    "clicks": ("sum(clicks)", "sum(clicked_total)"),
}
_ALL_AND_OF_PEOPLE = {
    **_OPENS_AND_CLICKS,
    "opens by people": ("sum(opens_human)", "sum(opened_total_human)"),
    "clicks by people": ("sum(clicks_human)", "sum(clicked_total_human)"),
}
_PLACES = ("email_id", "journey_id", "send_date")


def _equals(
    name: str,
    mart: str,
    promise: str,
    other: str,
    per: tuple[str, ...],
    counts: Mapping[str, tuple[str, str]],
    where: str = "",
) -> Check:
    """Return the check that a mart's counts equal another table's (in the mart's rows for which `where` is
    true).
    """
    return audit(
        name, mart, promise, TotalsAgree(table(f"{MARTS}.{mart}"), table(other, where), per, counts), STALE
    )


def _adds_up(name: str, mart: str, what: str, of: str, key: str) -> Check:
    """Return the check that sent, delivered and bounced counts add up in every row (invariant 1)."""
    return audit(
        name,
        mart,
        f"per {what}: sent = targeted - blocked - sending_failed, delivered = sent - bounced_total,"
        " bounced_total = hard + soft + other",
        RowsKeepRule(of, EQUATIONS, key, noun=f"{what}s break it"),
        if_broken="A count is not additive: its column of fct_email_messages or its sum is wrong.",
    )


def _rates(name: str, mart: str, key: str) -> Check:
    """Return the check that every rate is the quotient of the counts in its row."""
    return audit(
        name,
        mart,
        f"each of {len(RATES)} rates is its counts divided, null over zero; shares are at most 1",
        RowsKeepRule(f"{MARTS}.{mart}", rates_recomputed(), key),
        if_broken="A rate was averaged or divided by something else: use the rate macro on summed counts.",
    )


def _of_type(column: str, kind: str) -> str:
    return f"sum(case when interaction_type = 'email_{kind}' then {column} end)"


_DAYS = (
    "(select send_date, "
    + ", ".join(f"{total} as {kpi}" for kpi, total in of_counts().items())
    + f" from {_DAILY} group by send_date)"
)

_KPIS = (
    _equals(
        "email_daily_equals_messages",
        "mart_email_kpis_daily",
        "every count of every email, journey, tile and send date is the sum over its messages",
        MESSAGES,
        ("email_id", "journey_id", "tile_id", "send_date"),
        _SUM_OF_MESSAGES,
    ),
    _adds_up("email_daily_adds_up", "mart_email_kpis_daily", "day", _DAYS, "send_date"),
    audit(
        "email_daily_stays_within_bounds",
        "mart_email_kpis_daily",
        "in every row: unique <= total, unique <= messages, human <= all, confirmed <= delivered,"
        " did_not_open <= delivered, nothing negative",
        RowsKeepRule(_DAILY, BOUNDS, key="concat_ws(' / ', email_id, journey_id, tile_id, send_date)"),
        WRONG_COLUMN,
    ),
    _adds_up("email_totals_add_up", "mart_email_kpis", "email", _TOTALS, "email_id"),
    _equals(
        "email_totals_equal_daily",
        "mart_email_kpis",
        "every count of an email is the sum of its days",
        _DAILY,
        ("email_id",),
        _SUM_OF_DAYS,
    ),
    _rates("email_totals_rates", "mart_email_kpis", "email_id"),
    _equals(
        "email_journeys_equal_daily",
        "mart_email_journey_kpis",
        "every count of an email in a journey is the sum of its days",
        _DAILY,
        ("email_id", "journey_id"),
        _SUM_OF_DAYS,
    ),
    _rates("email_journeys_rates", "mart_email_journey_kpis", "email_id || ' / ' || journey_id"),
    _equals(
        "email_domains_equal_messages",
        "mart_email_domains",
        "every count of an email at a recipient domain is the sum over its messages",
        MESSAGES,
        ("email_id", "recipient_domain"),
        _SUM_OF_MESSAGES,
    ),
    _rates("email_domains_rates", "mart_email_domains", "email_id || ' / ' || recipient_domain"),
)

_DETAILS = (
    _equals(
        "email_recipients_equal_messages",
        "mart_email_recipients",
        "one row per message, with its status, opens, clicks and forwards",
        MESSAGES,
        ("email_id", "journey_id", "tile_id", "delivery_status"),
        {
            "rows": ("count(*)", "count(*)"),
            "messages": ("count(distinct message_key)", "count(*)"),
            **_OPENS_AND_CLICKS,
            "forwarded": ("sum(forwarded)", "sum(forwarded)"),
        },
    ),
    _equals(
        "email_interactions_equal_events",
        "mart_email_interactions",
        "one row per e-mail event",
        EVENTS,
        ("email_id", "journey_id", "interaction_type"),
        {"rows": ("count(*)", "count(*)")},
    ),
    _equals(
        "email_hours_equal_daily",
        "mart_email_responses_hourly",
        "opens and clicks of an email in a journey, all and human, sum to its daily totals",
        _DAILY,
        ("email_id", "journey_id"),
        {
            "opens": (_of_type("interactions", "opened"), "sum(opened_total)"),
            "clicks": (_of_type("interactions", "clicked"), "sum(clicked_total)"),
            "human opens": (_of_type("interactions_human", "opened"), "sum(opened_total_human)"),
            "human clicks": (_of_type("interactions_human", "clicked"), "sum(clicked_total_human)"),
        },
    ),
    _equals(
        "email_geography_equals_daily",
        "mart_email_geography",
        "opens and clicks of all places sum to those of the email, journey and send date",
        _DAILY,
        _PLACES,
        _ALL_AND_OF_PEOPLE,
    ),
    _equals(
        "email_clients_equal_daily",
        "mart_email_clients",
        "opens and clicks of all devices and clients sum to those of the email, journey and send date",
        _DAILY,
        _PLACES,
        _ALL_AND_OF_PEOPLE,
    ),
)

_LINKS_BESIDE_EMAILS = f"""(
    select
        links.email_id || ' / ' || links.link_url as link,
        links.clicks_unique,
        links.clicks_total,
        links.click_through_rate,
        totals.clicked_unique
    from {_LINKS} as links
    left join {_TOTALS} as totals on links.email_id = totals.email_id
)"""

_OF_LINKS = (
    _equals(
        "email_links_equal_totals",
        "mart_email_links",
        "clicks_total over an email's links is its clicked_total",
        _TOTALS,
        ("email_id",),
        {"clicks": ("sum(clicks_total)", "sum(clicked_total)")},
    ),
    _equals(
        "email_links_recounted_from_events",
        "mart_email_links",
        "clicks_total counts the link's clicks, clicks_unique the messages with one, all and of people",
        EVENTS,
        ("email_id", "link_url"),
        {
            "clicks_total": ("sum(clicks_total)", "count(*)"),
            "clicks_unique": ("sum(clicks_unique)", "count(distinct message_key)"),
            "clicks_total_human": (
                "sum(clicks_total_human)",
                "count(case when not is_machine then 1 end)",
            ),
            "clicks_unique_human": (
                "sum(clicks_unique_human)",
                "count(distinct case when not is_machine then message_key end)",
            ),
        },
        where="interaction_type = 'email_clicked'",
    ),
    audit(
        "email_links_rates",
        "mart_email_links",
        "click_through_rate is clicks_unique by the email's clicked_unique, from 0 to 1",
        RowsKeepRule(
            _LINKS_BESIDE_EMAILS,
            "click_through_rate >= 0 and click_through_rate <= 1 and clicks_unique <= clicks_total"
            " and abs(click_through_rate - cast(clicks_unique as double) / nullif(clicked_unique, 0)) < 1e-9",
            key="link",
            noun="links break it",
        ),
        if_broken="The heat map would show more than everybody: look at what the rate divides by.",
    ),
    _equals(
        "email_links_daily_equal_links",
        "mart_email_links_daily",
        "clicks_total and clicks_unique of all journeys and days sum to the link's",
        _LINKS,
        ("email_id", "link_url"),
        {
            name: (f"sum({name})", f"sum({name})")
            for name in ("clicks_total", "clicks_unique", "clicks_total_human", "clicks_unique_human")
        },
    ),
)

CHECKS = (*_KPIS, *_DETAILS, *_OF_LINKS)
