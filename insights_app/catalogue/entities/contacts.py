"""Contacts: who they are, what they did, what they were sent."""

from __future__ import annotations

from insights_app.catalogue import words
from insights_app.catalogue.blocks import (
    Cards,
    Chart,
    Column,
    Entity,
    Facts,
    Tab,
    Table,
    Timeline,
    Trend,
    trend,
)

#: Blocks about a contact; a lead's page shows them for its contact.
EMAILS = Table(
    "emails_of_contact",
    "Messages",
    empty="No message was sent in these days.",
    sort="-sent_at",
    columns=(
        Column("email_name", "E-mail", link="/emails/{email_id}"),
        Column("journey_id", "Journey", link="/journeys/{journey_id}"),
        Column("delivery_status", "Outcome"),
        Column("reason", "Reason"),
        Column("sent_at", "Sent"),
        Column("first_opened_at", "First opened"),
        Column("first_clicked_at", "First clicked"),
    ),
)

WEB = Table(
    "web",
    "Visits and clicks",
    empty="No visit: a visitor is known once a form, a click or a feed names the contact.",
    sort="-last_at",
    totals=("visits", "clicks"),
    columns=(
        Column("website_id", "Website", link="/websites/{website_id}"),
        Column("url", "Page", kind="url"),
        Column("link_url", "Link", kind="url"),
        Column("interaction_date", "Day"),
        Column("visits", "Visits", kind="count"),
        Column("clicks", "Clicks", kind="count"),
        Column("last_at", "Last"),
    ),
)

EVENTS = Table(
    "events",
    "Events",
    empty="No registration: a feed of interactions tells of events.",
    sort="-registered_at",
    columns=(
        Column("event", "Event"),
        Column("registered_at", "Registered"),
        Column("cancelled_at", "Cancelled"),
        Column("checked_in_at", "Checked in"),
    ),
)

SURVEYS = Table(
    "surveys",
    "Surveys",
    empty="No answer to a survey in these days.",
    sort="-occurred_at",
    columns=(
        Column("survey", "Survey"),
        Column("occurred_at", "When"),
        Column("score", "Score", kind="number"),
        Column("answers", "Answers", kind="values"),
    ),
)

FORMS = Table(
    "forms",
    "Forms",
    empty="No form was submitted in these days.",
    sort="-submitted_at",
    columns=(
        Column("form", "Form", link="/forms/{form_id}"),
        Column("submitted_at", "Submitted"),
        Column("submitted_values", "Values", kind="values"),
    ),
)

CONTACTS = Entity(
    name="contacts",
    path="contacts",
    title="Contacts",
    one="contact",
    subject="email",
    beside=(("Engagement", "engagement"), ("Cohorts", "engagement?tab=cohorts")),
    lines=(
        Column("name", kind="person"),
        Column("email", kind="address"),
        Column("account_name"),
        Column("country"),
        Column("suppression_status", "suppressed:"),
    ),
    listed=Table(
        "contacts",
        "Contacts",
        sort="contact_id",
        empty="The CRM delivered no contacts yet.",
        columns=(
            Column("contact_id", "Contact", link="/contacts/{contact_id}"),
            Column("email", "Address", kind="address"),
            Column("name", "Name", kind="person"),
            Column("account_name", "Account", kind="text"),
            Column("country", "Country"),
            Column("sent"),
            Column("opened_unique"),
            Column("clicked_unique"),
            trend(
                "Interactions by week",
                Trend(
                    "mart_contact_interactions_daily", "contact_id", "interaction_date", "sum(interactions)"
                ),
            ),
            Column("suppression_status", "Suppression"),
        ),
    ),
    tabs=(
        Tab(
            "timeline",
            "Timeline",
            blocks=(
                Facts(
                    "facts",
                    "What the CRM knows",
                    columns=(
                        Column("email", "Address", kind="address"),
                        Column("name", "Name", kind="person"),
                        Column("account_name", "Account", kind="text"),
                        Column("country", "Country"),
                        Column("created_at", "Created"),
                        Column("consent_level", "Consent level", kind="number"),
                        Column("do_not_bulk_email", "Do not send bulk e-mail", kind="flag"),
                        Column("engagement_group", "Engagement", words=words.ENGAGEMENT_GROUPS),
                        Column("last_opened_at", "Last opened"),
                        Column("last_clicked_at", "Last clicked"),
                    ),
                ),
                Facts(
                    "suppression",
                    "Suppression",
                    empty="Nothing was sent to this contact yet, and its address is not suppressed.",
                    columns=(
                        Column("suppression_status", "State"),
                        Column("why", "Why", words=words.SUPPRESSIONS),
                        Column("suppressed_until", "Until", kind="time"),
                        Column("told_at", "Last bounce or complaint"),
                        Column("told_of", "Of the e-mail", link="/emails/{email_id}"),
                        Column("reason", "The answer"),
                    ),
                ),
                Chart(
                    "by_type",
                    "What happened, by type",
                    empty="No event of these days names this contact, by its id or an address in the CRM.",
                    x="interaction_type",
                    y=("interactions",),
                    mark="bar",
                ),
                Timeline(
                    "timeline",
                    "Timeline",
                    empty="No event of these days names this contact, by its id or an address in the CRM.",
                ),
            ),
        ),
        Tab(
            "emails",
            "E-mails",
            has_people=True,
            blocks=(
                Cards(
                    "kpis",
                    "KPIs",
                    kpis=(
                        "sent",
                        "delivered",
                        "bounced_total",
                        "open_rate",
                        "click_rate",
                        "unsubscribed",
                        "generated_leads",
                    ),
                ),
                EMAILS,
            ),
        ),
        Tab(
            "web",
            "Web",
            blocks=(WEB,),
        ),
        Tab(
            "events",
            "Events, surveys, forms",
            blocks=(
                EVENTS,
                SURVEYS,
                FORMS,
            ),
        ),
    ),
)
