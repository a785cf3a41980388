"""E-mails: their list, and of each its KPIs, delivery, links on the message, interactions."""

from __future__ import annotations

from insights_app.catalogue.blocks import (
    ADDRESS,
    Cards,
    Chart,
    Column,
    Comparison,
    Entity,
    Funnel,
    HeatMap,
    OtherRecord,
    Tab,
    Table,
    Trend,
    WorldMap,
    trend,
)
from insights_app.catalogue.entities.timing import TIMING

_RESPONSES = {"opens": "Opens", "clicks": "Clicks"}
_STEPS = ("targeted", "sent", "delivered", "opened_unique", "clicked_unique")
_FALLS = {"sent": ("blocked", "sending_failed"), "delivered": ("bounced_total",)}
#: What happened more often to an e-mail whose rate is higher.
_SAID = {
    "delivery_rate": "was delivered",
    "open_rate": "was opened",
    "click_rate": "was clicked",
    "click_to_open_rate": "was clicked by those who opened it",
    "hard_bounce_rate": "bounced hard",
    "soft_bounce_rate": "bounced softly",
    "block_rate": "was blocked",
    "complaint_rate": "was reported as spam",
    "unsubscribe_rate": "led to unsubscribing",
}
_CHOOSE = "Choose another e-mail above."
_CONTACT = Column("contact_id", "Contact", link="/contacts/{contact_id}")

EMAILS = Entity(
    name="emails",
    path="emails",
    title="E-mails",
    one="e-mail",
    subject="email",
    filters=("days", "journey"),
    lines=(
        Column("subject"),
        Column("journeys", "journeys:", kind="count"),
        Column("first_sent", "first sent", kind="day"),
    ),
    listed=Table(
        "emails",
        "E-mails",
        sort="-last_send_date",
        empty="No e-mail was sent yet.",
        totals=(
            "sent",
            "delivered",
            "opened_unique",
            "clicked_unique",
            "bounced_total",
            "unsubscribed",
            "generated_leads",
        ),
        columns=(
            Column("email", "E-mail", link="/emails/{email_id}"),
            Column("subject", "Subject"),
            Column("last_send_date", "Last sent"),
            Column("sent", has_bar=True),
            Column("delivery_rate"),
            Column("open_rate"),
            trend(
                "Open rate by week",
                Trend(
                    "mart_email_kpis_daily",
                    "email_id",
                    "send_date",
                    "sum(opened_unique) / nullif(sum(delivered), 0)",
                    "rate",
                    "null",
                ),
            ),
            Column("click_rate"),
            Column("unsubscribed"),
            Column("generated_leads"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            has_people=True,
            blocks=(
                Cards(
                    "kpis",
                    "KPIs",
                    kpis=(
                        *(
                            "sent",
                            "delivered",
                            "delivery_rate",
                            "open_rate",
                            "click_rate",
                            "click_to_open_rate",
                        ),
                        *(
                            "bounce_rate",
                            "complaint_rate",
                            "unsubscribe_rate",
                            "forwarded",
                            "generated_leads",
                        ),
                    ),
                ),
                Funnel(
                    "funnel",
                    "From targeted to clicked",
                    same_as="kpis",
                    steps=_STEPS,
                    falls=_FALLS,
                    empty="Nothing was sent in these days.",
                ),
                Chart(
                    "responses",
                    "Opens and clicks by the day on which they happened",
                    x="day",
                    y=("opens", "clicks"),
                    unit="responses",
                    labels=_RESPONSES,
                ),
                Chart(
                    "top_links",
                    "Ten most clicked links",
                    x="link",
                    y=("clicks_total",),
                    mark="bar",
                    labels={"clicks_total": "Clicks"},
                    is_wide=False,
                ),
                Chart(
                    "clients",
                    "Mail programs",
                    x="client",
                    y=("opens", "clicks"),
                    mark="bar",
                    labels=_RESPONSES,
                    is_wide=False,
                ),
                WorldMap("geography", "Where it was opened", size="opens", more=("clicks",)),
                Table(
                    "devices",
                    "Devices",
                    sort="-opens",
                    is_wide=False,
                    totals=("opens", "clicks"),
                    columns=(
                        Column("device", "Device"),
                        Column("operating_system", "Operating system"),
                        Column("opens", "Opens", has_bar=True),
                        Column("clicks", "Clicks"),
                    ),
                ),
                Table(
                    "domains",
                    "Recipients' domains",
                    sort="-sent",
                    is_wide=False,
                    totals=("sent", "bounced_total", "delivered", "opened_unique", "clicked_unique"),
                    columns=(
                        Column("recipient_domain", "Domain", kind="text"),
                        Column("sent", has_bar=True),
                        Column("delivery_rate"),
                        Column("open_rate"),
                        Column("click_rate"),
                    ),
                ),
            ),
        ),
        Tab(
            "delivery",
            "Delivery",
            blocks=(
                Table(
                    "outcomes",
                    "Outcomes and reasons",
                    sort="-messages",
                    totals=("messages",),
                    columns=(
                        Column("delivery_status", "Outcome"),
                        Column("reason", "Reason"),
                        Column("messages", "Messages", kind="count", has_bar=True),
                    ),
                ),
                Table(
                    "recipients",
                    "Each recipient",
                    sort="-sent_at",
                    columns=(
                        _CONTACT,
                        ADDRESS,
                        Column("recipient_domain", "Domain", kind="text"),
                        Column("delivery_status", "Outcome"),
                        Column("reason", "Reason"),
                        Column("sent_at", "Sent"),
                        Column("first_opened_at", "First opened"),
                        Column("first_clicked_at", "First clicked"),
                        Column("was_unsubscribed", "Unsubscribed", kind="flag"),
                    ),
                ),
            ),
        ),
        Tab(
            "links",
            "Links",
            has_people=True,
            blocks=(
                HeatMap("links_of_message", "Clicks on the message", empty="Nobody clicked in these days."),
                Table(
                    "links",
                    "Links",
                    sort="-clicks_total",
                    totals=("clicks_total",),
                    empty="Nobody clicked in these days.",
                    columns=(
                        Column("link_url", "Link", kind="url"),
                        Column("link_name", "Name"),
                        Column("clicks_total", "Clicks", has_bar=True),
                        Column("clicks_unique", "People who clicked"),
                        Column("click_through_rate", "Share of those who clicked", kind="rate"),
                    ),
                ),
            ),
        ),
        Tab(
            "interactions",
            "Interactions",
            has_people=True,
            blocks=(
                Chart(
                    "interactions_daily",
                    "Interactions by the day on which they happened",
                    x="day",
                    y=("sent", "delivered", "bounced", "unsubscribed"),
                    unit="interactions",
                ),
                Table(
                    "interactions",
                    "Interactions",
                    sort="-occurred_at",
                    columns=(
                        Column("occurred_at", "When"),
                        Column("interaction_type", "What"),
                        _CONTACT,
                        ADDRESS,
                        Column("link_url", "Link", kind="url"),
                        Column("reason", "Reason"),
                        Column("country", "Country"),
                        Column("client", "Mail program"),
                        Column("is_machine", "Machine", kind="flag"),
                    ),
                ),
            ),
        ),
        TIMING,
        Tab(
            "compare",
            "Compare",
            has_people=True,
            blocks=(
                OtherRecord(
                    "suggestions",
                    "Compare with",
                    tiles="tiles_of_email",
                    empty="There is no other e-mail in this build.",
                ),
                Comparison(
                    "compared",
                    "KPIs of both",
                    kpis=(
                        *("sent", "delivery_rate", "open_rate", "click_rate", "click_to_open_rate"),
                        *("hard_bounce_rate", "soft_bounce_rate", "block_rate", "complaint_rate"),
                        *("unsubscribe_rate", "forwarded", "generated_leads"),
                    ),
                    said=_SAID,
                    empty=_CHOOSE,
                ),
                Funnel(
                    "funnels",
                    "From targeted to clicked, both",
                    same_as="compared",
                    of="name",
                    steps=_STEPS,
                    falls=_FALLS,
                    empty=_CHOOSE,
                ),
                Table(
                    "links_of_both",
                    "Links of both",
                    sort="-of_this",
                    empty="Nobody clicked a link of either in these days, or no other e-mail is chosen.",
                    columns=(
                        Column("link_url", "Link", kind="url"),
                        Column("of_this", "Clicked, this e-mail", kind="count", has_bar=True),
                        Column("of_this_rate", "Share of those who clicked"),
                        Column("of_other", "Clicked, the other", kind="count", has_bar=True),
                        Column("of_other_rate", "Share of those who clicked"),
                    ),
                ),
            ),
        ),
    ),
)
