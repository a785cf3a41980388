"""Deliverability: how much arrives, by recipients' domain and by feed, and how the trade judges it."""

from __future__ import annotations

from insights_app.catalogue import words
from insights_app.catalogue.blocks import Cards, Chart, Choice, Column, Entity, Tab, Table

_COUNTS = ("sent", "delivered", "bounced_total", "feedback_loops", "unsubscribed")
_CLASSES = ("bounced_hard", "bounced_soft")


def _rates(first: Column) -> tuple[Column, ...]:
    return (
        first,
        Column("sent", has_bar=True),
        Column("delivery_rate"),
        Column("bounce_rate"),
        Column("hard_bounce_rate"),
        Column("soft_bounce_rate"),
        Column("complaint_rate"),
        Column("unsubscribe_rate"),
    )


_NOTHING_SENT = "No message was sent in these days."


def _by_day(query: str, title: str, rate: str) -> Chart:
    same_as = "" if query == "daily" else "daily"
    return Chart(
        query,
        title,
        same_as=same_as,
        x="day",
        y=(rate,),
        unit="%",
        bands_of=rate,
        is_wide=False,
        empty=_NOTHING_SENT,
    )


DELIVERABILITY = Entity(
    name="deliverability",
    path="deliverability",
    title="Deliverability",
    one="deliverability",
    subject="email",
    listed=None,
    default_days=28,
    tabs=(
        Tab(
            "insights",
            "Insights",
            choices=(
                Choice("domain", "Domain", "domain_names"),
                Choice("feed", "Feed", "feed_names"),
            ),
            blocks=(
                Cards(
                    "kpis",
                    "KPIs",
                    kpis=(
                        *("sent", "delivery_rate", "bounce_rate", "hard_bounce_rate", "soft_bounce_rate"),
                        *("block_rate", "complaint_rate", "unsubscribe_rate"),
                    ),
                ),
                _by_day("daily", "Bounces by day sent", "bounce_rate"),
                _by_day("complaints", "Complaints by day sent", "complaint_rate"),
                _by_day("unsubscribes", "Unsubscribes by day sent", "unsubscribe_rate"),
                Chart(
                    "classes",
                    "Bounces by kind, by day sent",
                    empty=_NOTHING_SENT,
                    same_as="daily",
                    x="day",
                    y=("bounced_hard", "bounced_soft", "bounced_other"),
                    mark="stacked",
                    unit="messages",
                    is_wide=False,
                ),
                Table(
                    "domains",
                    "Recipients' domains",
                    empty=_NOTHING_SENT,
                    sort="-sent",
                    totals=(*_COUNTS, *_CLASSES),
                    columns=_rates(Column("recipient_domain", "Domain", kind="text", chooses="domain")),
                ),
                Table(
                    "feeds",
                    "Feeds",
                    empty=_NOTHING_SENT,
                    sort="-sent",
                    totals=(*_COUNTS, *_CLASSES),
                    columns=_rates(Column("feed", "Feed", chooses="feed")),
                ),
                Table(
                    "reasons",
                    "Why messages did not arrive",
                    sort="-messages",
                    totals=("messages",),
                    empty="Every message of these days arrived.",
                    columns=(
                        Column("outcome", "Outcome", words=words.OUTCOMES),
                        Column("reason", "Reason", words=words.NONE_GIVEN),
                        Column("messages", "Messages", kind="count", has_bar=True),
                        Column("domains", "Domains", kind="count"),
                    ),
                ),
            ),
        ),
    ),
)
