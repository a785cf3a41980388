"""Deliverability: how much arrives, by recipients' domain and by feed."""

from __future__ import annotations

from insights_app.catalogue.blocks import Cards, Chart, Column, Entity, Tab, Table

_COUNTS = ("sent", "delivered", "bounced_total", "feedback_loops", "unsubscribed")


def _rates(first: Column) -> tuple[Column, ...]:
    return (
        first,
        Column("sent", has_bar=True),
        Column("delivery_rate"),
        Column("hard_bounce_rate"),
        Column("soft_bounce_rate"),
        Column("complaint_rate"),
        Column("unsubscribe_rate"),
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
            blocks=(
                Cards(
                    "kpis",
                    "KPIs",
                    kpis=(
                        *("sent", "delivery_rate", "hard_bounce_rate", "soft_bounce_rate"),
                        *("block_rate", "complaint_rate", "unsubscribe_rate"),
                    ),
                ),
                Chart(
                    "daily",
                    "Bounces, complaints and unsubscribes by day sent",
                    x="day",
                    y=("bounce_rate", "complaint_rate", "unsubscribe_rate"),
                    unit="%",
                ),
                Table(
                    "domains",
                    "Recipients' domains",
                    sort="-sent",
                    totals=(*_COUNTS, "bounced_hard", "bounced_soft"),
                    columns=_rates(Column("recipient_domain", "Domain", kind="text")),
                ),
                Table(
                    "feeds",
                    "Feeds",
                    sort="-sent",
                    totals=(*_COUNTS, "bounced_hard", "bounced_soft"),
                    columns=_rates(Column("feed", "Feed")),
                ),
                Table(
                    "reasons",
                    "Why messages did not arrive",
                    sort="-messages",
                    totals=("messages",),
                    columns=(
                        Column("outcome", "Outcome"),
                        Column("reason", "Reason"),
                        Column("messages", "Messages", kind="count", has_bar=True),
                    ),
                ),
            ),
        ),
    ),
)
