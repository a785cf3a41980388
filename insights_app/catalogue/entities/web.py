"""Marketing pages, forms, websites and redirect URLs: what was visited, submitted, clicked."""

from __future__ import annotations

from insights_app.catalogue.blocks import Cards, Chart, Column, Entity, Tab, Table, Trend, WorldMap, trend

_CONTACT = Column("contact_id", "Contact", link="/contacts/{contact_id}")
_SUBMISSION = (
    Column("submitted_at", "Submitted"),
    _CONTACT,
    Column("contact_result", "Contact was"),
    Column("lead_result", "Lead was"),
    Column("submitted_values", "Values", kind="values"),
    Column("attributed_email_id", "After the e-mail", link="/emails/{attributed_email_id}"),
)
_VISIT = (
    Column("occurred_at", "When"),
    _CONTACT,
    Column("url", "Address", kind="url"),
    Column("referrer", "Came from", kind="url"),
    Column("country", "Country"),
    Column("is_machine", "Machine", kind="flag"),
)

#: Blocks that pages and forms share.
_KPIS = Cards(
    "kpis",
    "KPIs",
    kpis=(
        "visits",
        "visitors",
        "submissions",
        "conversion_rate",
        "contacts_created",
        "leads_created",
        "leads_updated",
    ),
)
_DAILY = Chart(
    "daily",
    "Visits and submissions by day",
    empty="Nobody visited in these days, and nothing was submitted.",
    x="day",
    y=("visits", "submissions"),
)
_VISITS = Tab(
    "visits",
    "Visits",
    has_people=True,
    blocks=(
        Table(
            "visits",
            "Visits",
            empty="Nobody visited: web feeds tell of visits, by addresses that the CRM knows.",
            sort="-occurred_at",
            columns=_VISIT,
        ),
    ),
)

PAGES = Entity(
    name="pages",
    path="pages",
    title="Pages",
    one="page",
    subject="web",
    filters=("days", "journey"),
    lines=(Column("url", kind="url"), Column("form_id", "form", link="/forms/{form_id}")),
    listed=Table(
        "pages",
        "Pages",
        sort="-visits",
        empty="No page was visited yet.",
        totals=("visits", "submissions"),
        columns=(
            Column("page", "Page", link="/pages/{page_id}"),
            Column("url", "Address", kind="url"),
            Column("visits", has_bar=True),
            trend(
                "Visits by week", Trend("mart_page_kpis_daily", "page_id", "interaction_date", "sum(visits)")
            ),
            Column("visitors"),
            Column("submissions"),
            Column("leads_created"),
            Column("conversion_rate", kind="rate"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            has_people=True,
            blocks=(
                _KPIS,
                _DAILY,
                WorldMap(
                    "geography",
                    "Where visits came from",
                    empty="No visit in these days tells its country.",
                    size="visits",
                    more=("submissions",),
                ),
            ),
        ),
        Tab(
            "submissions",
            "Submissions",
            blocks=(
                Table(
                    "submissions_of_page",
                    "Submissions",
                    empty="Nothing was submitted in these days.",
                    sort="-submitted_at",
                    columns=_SUBMISSION,
                ),
            ),
        ),
        _VISITS,
    ),
)

FORMS = Entity(
    name="forms",
    path="forms",
    title="Forms",
    one="form",
    subject="web",
    listed=Table(
        "forms",
        "Forms",
        sort="-submissions",
        empty="No form was visited yet.",
        totals=("visits", "submissions"),
        columns=(
            Column("form", "Form", link="/forms/{form_id}"),
            Column("visits"),
            Column("visitors"),
            Column("submissions", has_bar=True),
            trend(
                "Submissions by week",
                Trend("mart_form_kpis_daily", "form_id", "interaction_date", "sum(submissions)"),
            ),
            Column("contacts_created"),
            Column("leads_created"),
            Column("conversion_rate", kind="rate"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            has_people=True,
            blocks=(
                _KPIS,
                _DAILY,
                WorldMap(
                    "geography",
                    "Where visits came from",
                    empty="No visit in these days tells its country.",
                    size="visits",
                ),
            ),
        ),
        Tab(
            "submissions",
            "Submissions",
            blocks=(
                Table(
                    "submissions_of_form",
                    "Submissions",
                    empty="Nothing was submitted in these days.",
                    sort="-submitted_at",
                    columns=_SUBMISSION,
                ),
            ),
        ),
        _VISITS,
    ),
)

WEBSITES = Entity(
    name="websites",
    path="websites",
    title="Websites",
    one="website",
    subject="web",
    lines=(Column("hosts"),),
    listed=Table(
        "websites",
        "Websites",
        sort="-visits",
        empty="No website was visited yet.",
        totals=("visits", "visits_human", "sessions"),
        columns=(
            Column("website", "Website", link="/websites/{website_id}"),
            Column("hosts", "Hosts"),
            Column("visits", has_bar=True),
            trend("Visits by week", Trend("mart_website_daily", "website_id", "visit_date", "sum(visits)")),
            Column("visits_human"),
            Column("sessions"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            has_people=True,
            blocks=(
                Cards("kpis", "KPIs", kpis=("visits", "visitors", "sessions")),
                Chart(
                    "daily",
                    "Visits and sessions by day",
                    empty="Nobody visited in these days.",
                    x="day",
                    y=("visits", "sessions"),
                ),
                Table(
                    "popular",
                    "Popular pages",
                    empty="Nobody visited in these days.",
                    sort="-visits",
                    totals=("visits",),
                    columns=(
                        Column("url", "Page", kind="url"),
                        Column("visits", has_bar=True),
                        Column("visitors"),
                        Column("last_visit_at", "Last visit"),
                    ),
                ),
                WorldMap(
                    "geography",
                    "Where visits came from",
                    empty="No visit in these days tells its country.",
                    size="visits",
                ),
            ),
        ),
        Tab(
            "visits",
            "Visits",
            has_people=True,
            blocks=(
                Table(
                    "visits_of_website",
                    "Visits",
                    empty="Nobody visited in these days.",
                    sort="-occurred_at",
                    columns=_VISIT,
                ),
            ),
        ),
    ),
)

REDIRECT_URLS = Entity(
    name="redirect_urls",
    path="redirect-urls",
    title="Redirect URLs",
    one="redirect URL",
    subject="web",
    lines=(Column("path"), Column("target_url", "leads to", kind="url")),
    listed=Table(
        "redirect_urls",
        "Redirect URLs",
        sort="-clicks",
        empty="No redirect URL was clicked yet.",
        totals=("clicks", "clicks_human"),
        columns=(
            Column("redirect_url", "Redirect URL", kind="text", link="/redirect-urls/{redirect_url_id}"),
            Column("target_url", "Leads to", kind="url"),
            Column("clicks", has_bar=True),
            trend(
                "Clicks by week",
                Trend("mart_redirect_url_daily", "redirect_url_id", "click_date", "sum(clicks)"),
            ),
            Column("clicks_human"),
            Column("last_click_date", "Last click"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            has_people=True,
            blocks=(
                Cards("kpis", "KPIs", kpis=("clicks", "clickers")),
                Chart(
                    "daily", "Clicks by day", empty="Nobody clicked in these days.", x="day", y=("clicks",)
                ),
                WorldMap(
                    "geography",
                    "Where clicks came from",
                    empty="No click in these days tells its country.",
                    size="clicks",
                ),
                Table(
                    "clicks_of_redirect",
                    "Clicks",
                    empty="Nobody clicked in these days.",
                    sort="-occurred_at",
                    columns=_VISIT,
                ),
            ),
        ),
    ),
)
