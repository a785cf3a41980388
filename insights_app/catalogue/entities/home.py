"""The first screen: KPIs over everything, compared with the period of equal length before."""

from __future__ import annotations

from insights_app.catalogue.blocks import Cards, Chart, Column, Entity, Tab, Table
from insights_app.catalogue.entities.timing import TIMING

#: Whether two rates differ by 1.96 standard deviations or more, as changes are judged everywhere.
_BEYOND = Column("is_beyond_chance", "More than chance", kind="flag")
_DEVIATIONS = Column("deviations", "Standard deviations", kind="number")

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
                Cards(
                    "participation",
                    "Journeys together",
                    subject="journeys",
                    kpis=("entered", "completed", "stopped"),
                ),
                Chart(
                    "volumes",
                    "Messages by day sent",
                    empty="No message was sent in these days.",
                    x="day",
                    y=("delivered", "bounced_total"),
                    mark="stacked",
                    unit="messages",
                ),
                Chart(
                    "rates",
                    "Open and click rate by day sent",
                    empty="Nothing was delivered in these days.",
                    x="day",
                    y=("open_rate", "click_rate"),
                    unit="%",
                ),
                Table(
                    "changed",
                    "What changed most, against as many days before",
                    sort="-deviations",
                    empty="No e-mail was delivered both in these days and in as many days before.",
                    columns=(
                        Column("email", "E-mail", link="/emails/{email_id}"),
                        Column("kpi", "What", kind="kpi"),
                        Column("rate", "Now", kind="rate"),
                        Column("rate_before", "Before", kind="rate"),
                        Column("whole", "Delivered", kind="count"),
                        _BEYOND,
                        _DEVIATIONS,
                    ),
                ),
                Table(
                    "worse_delivery",
                    "Where delivery got worse, against as many days before",
                    sort="-deviations",
                    empty="At no domain did more bounce than in as many days before.",
                    columns=(
                        Column("recipient_domain", "Domain", kind="text"),
                        Column("bounce_rate", "Bounced", kind="rate"),
                        Column("bounce_rate_before", "Before", kind="rate"),
                        Column("sent"),
                        _BEYOND,
                        _DEVIATIONS,
                    ),
                ),
                Table(
                    "freshness",
                    "Newest file of each feed",
                    empty="No file was read yet.",
                    sort="-days_behind",
                    columns=(
                        Column("feed", "Feed"),
                        Column("last_arrival_date", "Newest arrival"),
                        Column("days_behind", "Days behind the build", kind="count"),
                        Column("records_read", "Records read", kind="count"),
                        Column("quarantined", "Quarantined", kind="count"),
                    ),
                ),
            ),
        ),
        TIMING,
    ),
)
