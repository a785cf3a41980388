"""Leads with their age, stage and scores, and the models that score them."""

from __future__ import annotations

from dataclasses import replace

from insights_app.catalogue import words
from insights_app.catalogue.blocks import Chart, Column, Entity, Facts, Tab, Table, Timeline, Trend, trend
from insights_app.catalogue.entities import contacts


def _of_contact(block: Table) -> Table:
    return replace(
        block, of_contact=True, empty="Nothing of the lead's contact in these days, or it has none."
    )


LEADS = Entity(
    name="leads",
    path="leads",
    title="Leads",
    one="lead",
    subject="leads",
    beside=(("First and last touch of won leads", "won-leads"),),
    lines=(
        Column("topic", kind="person"),
        Column("stage", "stage"),
        Column("status"),
        Column("age_days", "days old:", kind="count"),
    ),
    listed=Table(
        "leads",
        "Leads",
        sort="-created_at",
        empty="There is no lead yet.",
        columns=(
            Column("lead_id", "Lead", link="/leads/{lead_id}"),
            Column("topic", "Topic", kind="person"),
            Column("contact_id", "Contact", link="/contacts/{contact_id}"),
            Column("stage", "Stage"),
            Column("status", "Status"),
            Column("age_days", "Days old", kind="count"),
            Column("best_score", "Best score", kind="number", has_bar=True),
            trend(
                "Best score by week",
                Trend("fct_lead_scores", "lead_id", "scored_date", "max(score)", "number", "null"),
            ),
            Column("is_sales_ready", "Sales-ready", kind="flag"),
            Column("created_at", "Created"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            blocks=(
                Facts(
                    "facts",
                    "What is known",
                    columns=(
                        Column("contact_id", "Contact", link="/contacts/{contact_id}"),
                        Column("stage", "Stage"),
                        Column("status", "Status"),
                        Column("age_days", "Days old", kind="count"),
                        Column("created_at", "Created"),
                        Column("is_sales_ready", "Sales-ready", kind="flag"),
                        Column("source_email_id", "From the e-mail", link="/emails/{source_email_id}"),
                        Column("source_journey_id", "From the journey", link="/journeys/{source_journey_id}"),
                        Column("source_page_id", "From the page", link="/pages/{source_page_id}"),
                        Column("source_form_id", "From the form", link="/forms/{source_form_id}"),
                        Column("suppression_status", "Contact's address suppressed"),
                        Column("suppressed_until", "Suppressed until", kind="time"),
                    ),
                ),
                Chart(
                    "score_progress",
                    "Score over time, by model",
                    x="scored_at",
                    y=("score",),
                    series="model",
                    empty="No model scored this lead.",
                    is_wide=False,
                ),
                Table(
                    "stages",
                    "Stages",
                    sort="-reached_at",
                    empty="No stage of this lead was told.",
                    is_wide=False,
                    columns=(
                        Column("stage", "Stage"),
                        Column("stage_before", "Before"),
                        Column("reached_at", "Reached"),
                        Column("days_in_it", "Days in it", kind="count"),
                    ),
                ),
                Table(
                    "scores",
                    "Scores",
                    sort="-score",
                    empty="No model scored this lead.",
                    columns=(
                        Column("model", "Scoring model", link="/scoring-models/{lead_scoring_model_id}"),
                        Column("score", "Score", kind="number"),
                        Column("grade", "Grade"),
                        Column("sales_ready_score", "Sales-ready from", kind="number"),
                        Column("scored_at", "Scored"),
                    ),
                ),
                Table(
                    "touches",
                    "What its contact did first, and last before it was created and closed",
                    sort="occurred_at",
                    empty="The contact of this lead did nothing by itself yet, or the lead has none.",
                    columns=(
                        Column("touch", "Touch", words=words.TOUCHES),
                        Column("occurred_at", "When"),
                        Column("interaction_type", "What"),
                        Column("about", "About", link="/{path}/{entity_id}"),
                        Column("journey_id", "Journey", link="/journeys/{journey_id}"),
                    ),
                ),
                Chart(
                    "by_type",
                    "What happened, by type",
                    empty="Nothing is known of this lead and its contact in these days.",
                    x="interaction_type",
                    y=("interactions",),
                    mark="bar",
                ),
                Timeline(
                    "timeline",
                    "Timeline",
                    empty="Nothing is known of this lead and its contact in these days.",
                ),
            ),
        ),
        Tab("emails", "E-mails", blocks=(_of_contact(contacts.EMAILS),)),
        Tab("web", "Web", blocks=(_of_contact(contacts.WEB),)),
        Tab(
            "events",
            "Events, surveys, forms",
            blocks=tuple(map(_of_contact, (contacts.EVENTS, contacts.SURVEYS, contacts.FORMS))),
        ),
    ),
)

SCORING_MODELS = Entity(
    name="scoring_models",
    path="scoring-models",
    title="Scoring models",
    one="scoring model",
    subject="leads",
    lines=(Column("status"), Column("sales_ready_score", "sales-ready from", kind="number")),
    listed=Table(
        "scoring_models",
        "Scoring models",
        sort="-leads",
        empty="No model scored a lead yet.",
        totals=("leads", "sales_ready"),
        columns=(
            Column("model", "Model", link="/scoring-models/{lead_scoring_model_id}"),
            Column("status", "Status"),
            Column("leads", "Leads", kind="count", has_bar=True),
            trend(
                "Leads scored by week",
                Trend(
                    "mart_lead_scoring_daily", "lead_scoring_model_id", "scored_date", "sum(leads_processed)"
                ),
            ),
            Column("average_score", "Average score", kind="number"),
            Column("sales_ready_score", "Sales-ready from", kind="number"),
            Column("sales_ready", "Sales-ready", kind="count"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            blocks=(
                Chart(
                    "daily",
                    "Leads scored by day",
                    empty="No lead was scored in these days.",
                    x="day",
                    y=("leads_processed",),
                    mark="bar",
                    unit="leads",
                ),
                Chart(
                    "grades",
                    "Grades of today's scores",
                    empty="This model scored no lead yet.",
                    x="grade",
                    y=("leads",),
                    mark="bar",
                    is_wide=False,
                ),
                Table(
                    "best",
                    "The best tenth",
                    empty="This model scored no lead yet.",
                    sort="-score",
                    is_wide=False,
                    columns=(
                        Column("lead_id", "Lead", link="/leads/{lead_id}"),
                        Column("topic", "Topic", kind="person"),
                        Column("stage", "Stage"),
                        Column("score", "Score", kind="number", has_bar=True),
                        Column("grade", "Grade"),
                    ),
                ),
            ),
        ),
    ),
)

_NOTHING = "No contact of a lead that was won did anything before, as far as the feeds go back."
_COUNTS = tuple(Column(name, label, kind="count", has_bar=True) for name, label in words.TOUCHES.items())

WON_LEADS = Entity(
    name="won_leads",
    path="won-leads",
    title="Touches of won leads",
    one="won lead",
    subject="leads",
    listed=None,
    tabs=(
        Tab(
            "touches",
            "Touches",
            blocks=(
                Chart(
                    "touches_by_kind",
                    "What contacts of won leads did first, and last before",
                    x="interaction_type",
                    y=tuple(words.TOUCHES),
                    mark="bar",
                    unit="leads",
                    labels=words.TOUCHES,
                    empty=_NOTHING,
                ),
                Table(
                    "touched_things",
                    "E-mails, pages and others that touched them",
                    sort="-first",
                    empty=_NOTHING,
                    totals=tuple(words.TOUCHES),
                    columns=(
                        Column("about", "What", link="/{path}/{entity_id}"),
                        Column("entity_type", "Kind", words=words.THINGS),
                        *_COUNTS,
                    ),
                ),
                Table(
                    "journeys_touched",
                    "Journeys whose e-mails touched them",
                    sort="-first",
                    empty=_NOTHING,
                    totals=tuple(words.TOUCHES),
                    columns=(Column("journey", "Journey", link="/journeys/{journey_id}"), *_COUNTS),
                ),
                Table(
                    "leads_won",
                    "Won leads, by the day they were created",
                    sort="-created_at",
                    empty="No lead was won of those that were created in these days.",
                    columns=(
                        Column("lead_id", "Lead", link="/leads/{lead_id}"),
                        Column("contact_id", "Contact", link="/contacts/{contact_id}"),
                        Column("created_at", "Created"),
                        Column("age_days", "Days to won", kind="count"),
                        Column("first_at", "First touch"),
                        Column("first_touch", "First: what", kind="touch"),
                        Column("last_before_created", "Last before it was created", kind="touch"),
                        Column("last_before_closed", "Last before it was won", kind="touch"),
                    ),
                ),
            ),
        ),
    ),
)
