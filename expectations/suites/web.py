"""Promises about pages, forms, websites and redirect URLs: every grain counts the same rows (invariant 7).

Belongs here: rows, days, places and totals of what people did on the web. Does not belong here: which
records are such an interaction (`activities.py`).
"""

from __future__ import annotations

from expectations import kpis
from expectations.check import Check, Probe
from expectations.measures import mart_agrees, rows_keep, totals_agree
from expectations.references import missing_members
from expectations.suites.email.events import ACTIVITIES

_MARTS = "insights.marts"
_STALE = (
    "A cell was lost, doubled or not refreshed: rebuild with --full-refresh; if it stays, the mart's join or"
    " its incremental selection is wrong."
)


def _audit(name: str, table: str, promise: str, if_broken: str = _STALE) -> Check:
    return Check(name, "audit", f"marts.{table}", promise, if_broken)


def _same(mart: str) -> dict[str, tuple[str, str]]:
    """The KPIs of a mart on both sides, without those that are no sums of its rows: distinct people."""
    shown = [kpi for kpi in kpis.shown_in(mart) if isinstance(kpi, kpis.Count)]
    return {kpi.column: (f"sum({kpi.column})", f"sum({kpi.column})") for kpi in shown if kpi.is_additive}


def _counted(of: str, mart: str) -> dict[str, tuple[str, str]]:
    """The KPIs of a semantic model that a mart shows, and how a list of the fact's rows counts them."""
    counts = kpis.counts_of(of).items()
    return {column: (f"sum({column})", kpi.sql) for column, kpi in counts if mart in kpi.shown_in}


_WITHIN = (
    "least({rows}, {rows}_human, {people}, {people}_human) >= 0 and {rows}_human <= {rows}"
    " and {people} <= {rows} and {people}_human <= {people} and {people}_human <= {rows}_human"
)
_CONVERTED = (
    "(conversion_rate is null and visits = 0"
    " or abs(conversion_rate - cast(submissions as double) / nullif(visits, 0)) < 1e-9)"
    " and least(submissions, contacts_created, contacts_updated, leads_created, leads_updated) >= 0"
    " and contacts_created + contacts_updated <= submissions and leads_created + leads_updated <= submissions"
)


def _pages_or_forms(entity: str) -> tuple[Probe, ...]:
    """Pages and forms have the same tabs."""
    key = (f"{entity}_id",)
    daily, totals = f"mart_{entity}_kpis_daily", f"mart_{entity}_kpis"
    visits, submissions = f"{_MARTS}.mart_{entity}_visits", f"{_MARTS}.mart_{entity}_submissions"
    return (
        mart_agrees(
            _audit(
                f"{entity}_totals_equal_visits",
                totals,
                f"visits are the rows of the {entity}'s visits, visitors the different people among them",
            ),
            visits,
            key,
            _counted(f"{entity}_visits", totals),
        ),
        mart_agrees(
            _audit(
                f"{entity}_totals_equal_submissions",
                totals,
                f"submissions are the rows of the {entity}'s submissions, each once",
            ),
            submissions,
            key,
            {"submissions": ("sum(submissions)", "count(distinct submission_id)")},
        ),
        mart_agrees(
            _audit(
                f"{entity}_days_equal_totals",
                daily,
                f"every count of a {entity}, visitors aside, sums to its total",
            ),
            f"{_MARTS}.{totals}",
            key,
            _same(daily),
        ),
        rows_keep(
            _audit(
                f"{entity}_totals_stay_within_bounds",
                totals,
                "people <= visits, human <= all, results <= submissions, conversion_rate is submissions by"
                " visits",
                "A count has the wrong column behind it: compare it with the KPI's definition.",
            ),
            f"{entity}_id",
            f"{_WITHIN.format(rows='visits', people='visitors')} and {_CONVERTED}",
        ),
    )


_PAGE_GEOGRAPHY = mart_agrees(
    _audit(
        "page_geography_equals_days",
        "mart_page_geography",
        "visits and submissions of all places sum to those of the page, journey and date",
    ),
    f"{_MARTS}.mart_page_kpis_daily",
    ("page_id", "journey_id", "interaction_date"),
    _same("mart_page_geography"),
)

_WEBSITES = (
    mart_agrees(
        _audit(
            "website_days_equal_visits",
            "mart_website_daily",
            "visits of all days are the rows of the website's timeline",
        ),
        f"{_MARTS}.mart_website_visits",
        ("website_id",),
        _counted("website_visits", "mart_website_geography"),
    ),
    mart_agrees(
        _audit(
            "website_pages_equal_days",
            "mart_website_pages",
            "visits of all URLs of a website sum to those of its days",
        ),
        f"{_MARTS}.mart_website_daily",
        ("website_id",),
        _same("mart_website_pages"),
    ),
    mart_agrees(
        _audit(
            "website_geography_equals_days",
            "mart_website_geography",
            "visits of all places sum to those of the website and date",
        ),
        f"{_MARTS}.mart_website_daily",
        ("website_id", "visit_date"),
        _same("mart_website_geography"),
    ),
    rows_keep(
        _audit(
            "website_days_stay_within_bounds",
            "mart_website_daily",
            "people <= visits, human <= all, sessions <= visits",
            "A count has the wrong column behind it: compare it with the KPI's definition.",
        ),
        "website_id || ' on ' || visit_date",
        f"{_WITHIN.format(rows='visits', people='visitors')} and sessions between 0 and visits",
    ),
    Probe(
        (
            ranked := _audit(
                "website_pages_are_ranked",
                "mart_website_pages",
                "page_rank numbers a website's URLs from 1, without a gap, by visits",
            ),
        ),
        (f"{_MARTS}.mart_website_pages",),
        totals_agree(
            ranked.name,
            keys=("website_id", "page_rank"),
            counts={"visits": ("sum(visits)", "sum(visits)"), "rows": ("count(*)", "count(*)")},
            here=("mart_website_pages", f"{_MARTS}.mart_website_pages"),
            there=(
                "a ranking",
                "(select website_id, visits, row_number() over (partition by website_id"
                f" order by visits desc, url) as page_rank from {_MARTS}.mart_website_pages)",
            ),
        ),
    ),
)

_REDIRECTS = (
    mart_agrees(
        _audit(
            "redirect_url_days_equal_clicks",
            "mart_redirect_url_daily",
            "clicks of all days are the rows of the redirect URL's timeline",
        ),
        f"{_MARTS}.mart_redirect_url_clicks",
        ("redirect_url_id",),
        _counted("redirect_clicks", "mart_redirect_url_geography"),
    ),
    mart_agrees(
        _audit(
            "redirect_url_geography_equals_days",
            "mart_redirect_url_geography",
            "clicks of all places sum to those of the redirect URL and date",
        ),
        f"{_MARTS}.mart_redirect_url_daily",
        ("redirect_url_id", "click_date"),
        _same("mart_redirect_url_geography"),
    ),
    rows_keep(
        _audit(
            "redirect_url_days_stay_within_bounds",
            "mart_redirect_url_daily",
            "people <= clicks, human <= all",
            "A count has the wrong column behind it: compare it with the KPI's definition.",
        ),
        "redirect_url_id || ' on ' || click_date",
        _WITHIN.format(rows="clicks", people="clickers"),
    ),
)

#: Each list of the web, the type of interaction it is made of, and the entity that must be known.
_LISTS = {
    "mart_page_visits": ("page_visited", "page_id"),
    "mart_form_visits": ("form_visited", "form_id"),
    "mart_website_visits": ("website_visited", "website_id"),
    "mart_redirect_url_clicks": ("redirect_clicked", "redirect_url_id"),
}
LISTS_EQUAL_ACTIVITIES = Check(
    name="web_lists_equal_activities",
    kind="audit",
    table="intermediate.int_activities",
    promise="visits of pages, forms and websites, clicks on redirect URLs and submissions of forms are the"
    " activities that name their entity, each once",
    if_broken=_STALE,
)
_LISTED = " union all ".join(
    f"select '{name}' as list, count(*) as rows_listed from {_MARTS}.{name}" for name in _LISTS
)
_LISTS_SQL = totals_agree(
    LISTS_EQUAL_ACTIVITIES.name,
    keys=("list",),
    counts={"rows": ("sum(rows_listed)", "sum(rows_listed)")},
    here=(
        "the lists",
        f"({_LISTED} union all select 'mart_form_submissions', count(*) from {_MARTS}.mart_form_submissions)",
    ),
    there=(
        "activities",
        "(select case interaction_type "
        + " ".join(f"when '{kind}' then '{name}'" for name, (kind, _) in _LISTS.items())
        + f" end as list, count(*) as rows_listed from {ACTIVITIES} where "
        + " or ".join(f"interaction_type = '{kind}' and {key} is not null" for kind, key in _LISTS.values())
        + " group by all union all select 'mart_form_submissions', count(*) from (select submission_id from"
        f" {ACTIVITIES} where interaction_type = 'form_submitted' group by submission_id"
        " having arg_min(coalesce(form_id, ''), (occurred_at, interaction_id)) <> ''))",
    ),
)

_REFERENCES = tuple(
    missing_members(
        _audit(
            f"{fact.removeprefix('fct_')}_find_their_dimensions",
            fact,
            "every entity and contact of a row has its dimension row",
            "An inner join to that dimension would lose rows: the dimension model misses mentioned ids.",
        ),
        f"{_MARTS}.{fact}",
        {"dim_contact": ("contact_id",), **dimensions},
    )
    for fact, dimensions in {
        "fct_page_visits": {"dim_page": ("page_id",), "dim_journey": ("journey_id",)},
        "fct_form_visits": {
            "dim_form": ("form_id",),
            "dim_page": ("page_id",),
            "dim_journey": ("journey_id",),
        },
        "fct_form_submissions": {
            "dim_form": ("form_id",),
            "dim_page": ("page_id",),
            "dim_journey": ("journey_id",),
        },
        "fct_website_visits": {"dim_website": ("website_id",)},
        "fct_website_clicks": {"dim_website": ("website_id",)},
        "fct_redirect_clicks": {"dim_redirect_url": ("redirect_url_id",)},
    }.items()
)

PROBES = (
    Probe(
        (LISTS_EQUAL_ACTIVITIES,),
        (ACTIVITIES, *(f"{_MARTS}.{name}" for name in (*_LISTS, "mart_form_submissions"))),
        _LISTS_SQL,
    ),
    *_pages_or_forms("page"),
    *_pages_or_forms("form"),
    _PAGE_GEOGRAPHY,
    *_WEBSITES,
    *_REDIRECTS,
    *_REFERENCES,
)
