"""Promises about the `mart_email_*` tables: every grain tells the same totals (invariants 1, 2, 5 and 7).

Belongs here: sums across grains, rates, and links. Does not belong here: what a message is
(`messages.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.check import Check, Probe
from expectations.measures import mart_agrees, rules_kept
from expectations.suites.email.counts import (
    BOUNDS,
    COUNTS,
    EQUATIONS,
    EVENTS,
    MESSAGES,
    RATES,
    of_counts,
    of_messages,
    rates_recomputed,
)

_DAILY = "insights.marts.mart_email_kpis_daily"
_LINKS = "insights.marts.mart_email_links"
_LINKS_DAILY = "insights.marts.mart_email_links_daily"
_STALE = (
    "A cell was lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the mart's join or"
    " its incremental selection is wrong."
)


def _audit(name: str, mart: str, promise: str, if_broken: str = _STALE) -> Check:
    return Check(name, "audit", f"marts.{mart}", promise, if_broken)


def _kpis(left: Mapping[str, str], right: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {kpi: (left[kpi], right[kpi]) for kpi in COUNTS}


def _rates(check: Check, key: str) -> Probe:
    mart = f"insights.{check.table}"
    return Probe(
        (check,),
        (mart,),
        rules_kept(mart, key=key, noun="rows break it", rules={check.name: rates_recomputed()}),
    )


_RATES_PROMISE = f"each of {len(RATES)} rates is its counts divided, null over zero; shares are at most 1"
_RATES_BROKEN = "A rate was averaged or divided by something else: use the rate macro on summed counts."

DAILY_EQUAL_MESSAGES = _audit(
    "email_daily_equals_messages",
    "mart_email_kpis_daily",
    "every count of every email, journey, tile and send date is the sum over its messages",
)
DAILY_ADDS_UP = _audit(
    "email_daily_adds_up",
    "mart_email_kpis_daily",
    "per day: sent = targeted - blocked - sending_failed, delivered = sent - bounced_total,"
    " bounced_total = hard + soft + other",
    "A count is not additive: its column of fct_email_messages or its sum is wrong.",
)
DAILY_BOUNDS = _audit(
    "email_daily_stays_within_bounds",
    "mart_email_kpis_daily",
    "in every row: unique <= total, unique <= messages, human <= all, confirmed <= delivered,"
    " did_not_open <= delivered, nothing negative",
    "A count has the wrong column behind it: compare it with the KPI's definition.",
)
TOTALS_EQUAL_DAILY = _audit(
    "email_totals_equal_daily", "mart_email_kpis", "every count of an email is the sum of its days"
)
TOTALS_ADD_UP = _audit(
    "email_totals_add_up",
    "mart_email_kpis",
    "per email: sent = targeted - blocked - sending_failed, delivered = sent - bounced_total,"
    " bounced_total = hard + soft + other",
    "A count is not additive: its column of fct_email_messages or its sum is wrong.",
)
TOTALS_RATES = _audit("email_totals_rates", "mart_email_kpis", _RATES_PROMISE, _RATES_BROKEN)
JOURNEYS_EQUAL_DAILY = _audit(
    "email_journeys_equal_daily",
    "mart_email_journey_kpis",
    "every count of an email in a journey is the sum of its days",
)
JOURNEYS_RATES = _audit("email_journeys_rates", "mart_email_journey_kpis", _RATES_PROMISE, _RATES_BROKEN)
DOMAINS_EQUAL_MESSAGES = _audit(
    "email_domains_equal_messages",
    "mart_email_domains",
    "every count of an email at a recipient domain is the sum over its messages",
)
DOMAINS_RATES = _audit("email_domains_rates", "mart_email_domains", _RATES_PROMISE, _RATES_BROKEN)
RECIPIENTS_EQUAL_MESSAGES = _audit(
    "email_recipients_equal_messages",
    "mart_email_recipients",
    "one row per message, with its status, opens, clicks and forwards",
)
INTERACTIONS_EQUAL_EVENTS = _audit(
    "email_interactions_equal_events", "mart_email_interactions", "one row per e-mail event"
)
HOURS_EQUAL_DAILY = _audit(
    "email_hours_equal_daily",
    "mart_email_responses_hourly",
    "opens and clicks of an email in a journey, all and human, sum to its daily totals",
)
GEOGRAPHY_EQUALS_DAILY = _audit(
    "email_geography_equals_daily",
    "mart_email_geography",
    "opens and clicks of all places sum to those of the email, journey and send date",
)
CLIENTS_EQUAL_DAILY = _audit(
    "email_clients_equal_daily",
    "mart_email_clients",
    "opens and clicks of all devices and clients sum to those of the email, journey and send date",
)
LINKS_EQUAL_TOTALS = _audit(
    "email_links_equal_totals", "mart_email_links", "clicks_total over an email's links is its clicked_total"
)
LINKS_EQUAL_EVENTS = _audit(
    "email_links_recounted_from_events",
    "mart_email_links",
    "clicks_total counts the link's clicks, clicks_unique the messages with one",
)
LINKS_RATES = _audit(
    "email_links_rates",
    "mart_email_links",
    "click_through_rate is clicks_unique by the email's clicked_unique, from 0 to 1",
    "The heat map would show more than everybody: look at what the rate divides by.",
)
LINKS_DAILY_EQUAL_LINKS = _audit(
    "email_links_daily_equal_links",
    "mart_email_links_daily",
    "clicks_total and clicks_unique of all journeys and days sum to the link's",
)

_OPENS_AND_CLICKS = {
    "opens": ("sum(opens)", "sum(opened_total)"),
    "clicks": ("sum(clicks)", "sum(clicked_total)"),
}
_PLACES = ("email_id", "journey_id", "send_date")


def _per(column: str, name: str) -> str:
    sums = ", ".join(f"{sql} as {kpi}" for kpi, sql in of_counts().items())
    return f"(select {column}, {sums} from {name} group by {column})"


def _of_type(column: str, kind: str) -> str:
    return f"sum(case when interaction_type = 'email_{kind}' then {column} end)"


_DAILY_RULES = (
    Probe(
        (DAILY_ADDS_UP,),
        (_DAILY,),
        rules_kept(_per("send_date", _DAILY), "send_date", "days break it", {DAILY_ADDS_UP.name: EQUATIONS}),
    ),
    Probe(
        (DAILY_BOUNDS,),
        (_DAILY,),
        rules_kept(
            _DAILY,
            "concat_ws(' / ', email_id, journey_id, tile_id, send_date)",
            "rows break it",
            {DAILY_BOUNDS.name: BOUNDS},
        ),
    ),
    Probe(
        (TOTALS_ADD_UP,),
        ("insights.marts.mart_email_kpis",),
        rules_kept(
            "insights.marts.mart_email_kpis", "email_id", "emails break it", {TOTALS_ADD_UP.name: EQUATIONS}
        ),
    ),
)

_LINK_RATES_SQL = rules_kept(
    f"""(
        select
            links.email_id || ' / ' || links.link_url as link,
            links.clicks_unique,
            links.clicks_total,
            links.click_through_rate,
            totals.clicked_unique
        from {_LINKS} as links
        left join insights.marts.mart_email_kpis as totals on links.email_id = totals.email_id
    )""",
    key="link",
    noun="links break it",
    rules={
        LINKS_RATES.name: "click_through_rate >= 0 and click_through_rate <= 1"
        " and clicks_unique <= clicks_total"
        " and abs(click_through_rate - cast(clicks_unique as double) / nullif(clicked_unique, 0)) < 1e-9"
    },
)

PROBES = (
    mart_agrees(
        DAILY_EQUAL_MESSAGES,
        MESSAGES,
        ("email_id", "journey_id", "tile_id", "send_date"),
        _kpis(of_counts(), of_messages()),
    ),
    *_DAILY_RULES,
    mart_agrees(TOTALS_EQUAL_DAILY, _DAILY, ("email_id",), _kpis(of_counts(), of_counts())),
    _rates(TOTALS_RATES, "email_id"),
    mart_agrees(JOURNEYS_EQUAL_DAILY, _DAILY, ("email_id", "journey_id"), _kpis(of_counts(), of_counts())),
    _rates(JOURNEYS_RATES, "email_id || ' / ' || journey_id"),
    mart_agrees(
        DOMAINS_EQUAL_MESSAGES, MESSAGES, ("email_id", "recipient_domain"), _kpis(of_counts(), of_messages())
    ),
    _rates(DOMAINS_RATES, "email_id || ' / ' || recipient_domain"),
    mart_agrees(
        RECIPIENTS_EQUAL_MESSAGES,
        MESSAGES,
        ("email_id", "journey_id", "tile_id", "delivery_status"),
        {
            "rows": ("count(*)", "count(*)"),
            "messages": ("count(distinct message_key)", "count(*)"),
            "opens": ("sum(opens)", "sum(opened_total)"),
            "clicks": ("sum(clicks)", "sum(clicked_total)"),
            "forwarded": ("sum(forwarded)", "sum(forwarded)"),
        },
    ),
    mart_agrees(
        INTERACTIONS_EQUAL_EVENTS,
        EVENTS,
        ("email_id", "journey_id", "interaction_type"),
        {"rows": ("count(*)", "count(*)")},
    ),
    mart_agrees(
        HOURS_EQUAL_DAILY,
        _DAILY,
        ("email_id", "journey_id"),
        {
            "opens": (_of_type("interactions", "opened"), "sum(opened_total)"),
            "clicks": (_of_type("interactions", "clicked"), "sum(clicked_total)"),
            "human opens": (_of_type("interactions_human", "opened"), "sum(opened_total_human)"),
            "human clicks": (_of_type("interactions_human", "clicked"), "sum(clicked_total_human)"),
        },
    ),
    mart_agrees(GEOGRAPHY_EQUALS_DAILY, _DAILY, _PLACES, _OPENS_AND_CLICKS),
    mart_agrees(CLIENTS_EQUAL_DAILY, _DAILY, _PLACES, _OPENS_AND_CLICKS),
    mart_agrees(
        LINKS_EQUAL_TOTALS,
        "insights.marts.mart_email_kpis",
        ("email_id",),
        {"clicks": ("sum(clicks_total)", "sum(clicked_total)")},
    ),
    mart_agrees(
        LINKS_EQUAL_EVENTS,
        EVENTS,
        ("email_id", "link_url"),
        {
            "clicks_total": ("sum(clicks_total)", "count(*)"),
            "clicks_unique": ("sum(clicks_unique)", "count(distinct message_key)"),
        },
        there_where="interaction_type = 'email_clicked'",
    ),
    Probe((LINKS_RATES,), (_LINKS, "insights.marts.mart_email_kpis"), _LINK_RATES_SQL),
    mart_agrees(
        LINKS_DAILY_EQUAL_LINKS,
        _LINKS,
        ("email_id", "link_url"),
        {
            "clicks_total": ("sum(clicks_total)", "sum(clicks_total)"),
            "clicks_unique": ("sum(clicks_unique)", "sum(clicks_unique)"),
        },
    ),
)
