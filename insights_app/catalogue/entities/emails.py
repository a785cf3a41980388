"""E-mails: their list, and of each its KPIs, delivery, links on the message, interactions."""

from __future__ import annotations

from insights_app.catalogue.blocks import Cards, Chart, Column, Entity, Funnel, HeatMap, Tab, Table, WorldMap

_RESPONSES = {"opens": "Opens", "clicks": "Clicks"}
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
            Column("click_rate"),
            Column("click_to_open_rate"),
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
                    steps=("targeted", "sent", "delivered", "opened_unique", "clicked_unique"),
                    falls={"sent": ("blocked", "sending_failed"), "delivered": ("bounced_total",)},
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
                        Column("email", "Address", kind="address"),
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
                        Column("email", "Address", kind="address"),
                        Column("link_url", "Link", kind="url"),
                        Column("reason", "Reason"),
                        Column("country", "Country"),
                        Column("client", "Mail program"),
                        Column("is_machine", "Machine", kind="flag"),
                    ),
                ),
            ),
        ),
    ),
)
