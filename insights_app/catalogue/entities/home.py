"""The first screen: KPIs over everything, compared with the period of equal length before."""

from __future__ import annotations

from insights_app.catalogue.blocks import Cards, Chart, Column, Entity, Tab, Table

HOME = Entity(
    name="home",
    path="home",
    title="Home",
    one="home",
    subject="email",
    listed=None,
    filters=("days", "journey"),
    default_days=28,
    tabs=(
        Tab(
            "insights",
            "Insights",
            has_people=True,
            blocks=(
                Cards(
                    "kpis",
                    "KPIs of all e-mails",
                    kpis=(
                        *("sent", "delivery_rate", "open_rate", "click_rate", "click_to_open_rate"),
                        *("bounce_rate", "complaint_rate", "unsubscribe_rate", "generated_leads"),
                    ),
                ),
                Chart(
                    "volumes",
                    "Messages by day sent",
                    x="day",
                    y=("delivered", "bounced_total"),
                    mark="stacked",
                    unit="messages",
                ),
                Chart(
                    "rates",
                    "Open and click rate by day sent",
                    x="day",
                    y=("open_rate", "click_rate"),
                    unit="%",
                ),
                Table(
                    "changed",
                    "What changed most, against the days before",
                    sort="-standard_deviations",
                    is_wide=False,
                    empty="No e-mail was delivered both in these days and in as many days before.",
                    columns=(
                        Column("email", "E-mail", link="/emails/{email_id}"),
                        Column("open_rate", kind="rate"),
                        Column("open_rate_before", "Before", kind="rate"),
                        Column("delivered"),
                        Column("standard_deviations", "Standard deviations", kind="number"),
                    ),
                ),
                Table(
                    "worse_delivery",
                    "Where delivery got worse",
                    sort="-worse_by_rate",
                    is_wide=False,
                    empty="At no domain did more bounce than in as many days before.",
                    columns=(
                        Column("recipient_domain", "Domain", kind="text"),
                        Column("bounce_rate", "Bounced", kind="rate"),
                        Column("bounce_rate_before", "Before", kind="rate"),
                        Column("worse_by_rate", "Worse by", kind="rate"),
                        Column("sent"),
                    ),
                ),
                Table(
                    "freshness",
                    "Newest file of each feed",
                    sort="feed",
                    columns=(
                        Column("feed", "Feed"),
                        Column("last_arrival_date", "Newest arrival"),
                        Column("records_read", "Records read", kind="count"),
                        Column("quarantined", "Quarantined", kind="count"),
                    ),
                ),
            ),
        ),
    ),
)
