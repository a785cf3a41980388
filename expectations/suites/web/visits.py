"""Promises about pages, forms, websites and redirect URLs: all grains count the same rows (invariant 7).

Belongs here: rows, days, places and totals of what people did on the web. Does not belong here: which
records are such an interaction (`activities.py`).
"""

from __future__ import annotations

from expectations import kpis
from expectations.check import Check
from expectations.rules import RowsKeepRule, TotalsAgree, table
from expectations.suites.base import ACTIVITIES, MARTS, WRONG_COLUMN, audit, finds_dimensions


def _same(mart: str) -> dict[str, tuple[str, str]]:
    """Return a mart's additive KPIs with the aggregate for both sides.

    Counts of distinct people are left out.
    """
    shown = [kpi for kpi in kpis.shown_in(mart) if isinstance(kpi, kpis.Count)]
    return {kpi.column: (f"sum({kpi.column})", f"sum({kpi.column})") for kpi in shown if kpi.is_additive}


def _counted(of: str, mart: str) -> dict[str, tuple[str, str]]:
    """Return the KPIs of a semantic model that a mart shows, with the aggregates over a list of the fact's
    rows.
    """
    counts = kpis.counts_of(of).items()
    return {column: (f"sum({column})", kpi.sql) for column, kpi in counts if mart in kpi.shown_in}


def _equals(
    name: str, mart: str, promise: str, other: str, per: tuple[str, ...], counts: dict[str, tuple[str, str]]
) -> Check:
    """Return the check that a mart's counts equal another mart's."""
    return audit(
        name,
        mart,
        promise,
        TotalsAgree(table(f"{MARTS}.{mart}"), table(f"{MARTS}.{other}"), per=per, counts=counts),
    )


def _within_bounds(name: str, mart: str, promise: str, rule: str, key: str) -> Check:
    """Return the check that in no row of a mart a part is larger than its whole."""
    return audit(name, mart, promise, RowsKeepRule(f"{MARTS}.{mart}", rule, key), WRONG_COLUMN)


_WITHIN = (
    "least({rows}, {rows}_human, {people}, {people}_human) >= 0 and {rows}_human <= {rows}"
    " and {people} <= {rows} and {people}_human <= {people} and {people}_human <= {rows}_human"
)
_VISITS_WITHIN = _WITHIN.format(rows="visits", people="visitors")
_CONVERTED = (
    "(conversion_rate is null and visits = 0"
    " or abs(conversion_rate - cast(submissions as double) / nullif(visits, 0)) < 1e-9)"
    " and least(submissions, contacts_created, contacts_updated, leads_created, leads_updated) >= 0"
    " and contacts_created + contacts_updated <= submissions and leads_created + leads_updated <= submissions"
)


def _pages_or_forms(entity: str) -> tuple[Check, ...]:
    """Return the checks of page marts or form marts, which have the same columns."""
    key = (f"{entity}_id",)
    daily, totals = f"mart_{entity}_kpis_daily", f"mart_{entity}_kpis"
    return (
        _equals(
            f"{entity}_totals_equal_visits",
            totals,
            f"visits are the rows of the {entity}'s visits, visitors the different people among them",
            f"mart_{entity}_visits",
            key,
            _counted(f"{entity}_visits", totals),
        ),
        _equals(
            f"{entity}_totals_equal_submissions",
            totals,
            f"submissions are the rows of the {entity}'s submissions, each once",
            f"mart_{entity}_submissions",
            key,
            {"submissions": ("sum(submissions)", "count(distinct submission_id)")},
        ),
        _equals(
            f"{entity}_days_equal_totals",
            daily,
            f"every count of a {entity}, visitors aside, sums to its total",
            totals,
            key,
            _same(daily),
        ),
        _within_bounds(
            f"{entity}_totals_stay_within_bounds",
            totals,
            "people <= visits, human <= all, results <= submissions, conversion_rate is submissions by"
            " visits",
            f"{_VISITS_WITHIN} and {_CONVERTED}",
            f"{entity}_id",
        ),
    )


_PAGES_AND_FORMS = (
    *_pages_or_forms("page"),
    *_pages_or_forms("form"),
    _equals(
        "page_geography_equals_days",
        "mart_page_geography",
        "visits and submissions of all places sum to those of the page, journey and date",
        "mart_page_kpis_daily",
        ("page_id", "journey_id", "interaction_date"),
        _same("mart_page_geography"),
    ),
)


def _ranked(name: str, mart: str, within: tuple[str, ...]) -> Check:
    """Pages are numbered within each website, or each website and day."""
    per = ", ".join(within)
    ranking = f"""(
        select {per}, visits, row_number() over (partition by {per} order by visits desc, url) as page_rank
        from {MARTS}.{mart}
    )"""
    return audit(
        name,
        mart,
        f"page_rank numbers the URLs of each {' and '.join(within)} from 1, without a gap, by visits",
        TotalsAgree(
            table(f"{MARTS}.{mart}"),
            ("a ranking", ranking),
            per=(*within, "page_rank"),
            counts={"visits": ("sum(visits)", "sum(visits)"), "rows": ("count(*)", "count(*)")},
        ),
    )


_WEBSITES = (
    _equals(
        "website_days_equal_visits",
        "mart_website_daily",
        "visits of all days are the rows of the website's timeline",
        "mart_website_visits",
        ("website_id",),
        _counted("website_visits", "mart_website_geography"),
    ),
    _equals(
        "website_pages_equal_days",
        "mart_website_pages",
        "visits of all URLs of a website sum to those of its days",
        "mart_website_daily",
        ("website_id",),
        _same("mart_website_pages"),
    ),
    _equals(
        "website_geography_equals_days",
        "mart_website_geography",
        "visits of all places sum to those of the website and date",
        "mart_website_daily",
        ("website_id", "visit_date"),
        _same("mart_website_geography"),
    ),
    _within_bounds(
        "website_days_stay_within_bounds",
        "mart_website_daily",
        "people <= visits, human <= all, sessions <= visits",
        f"{_VISITS_WITHIN} and sessions between 0 and visits",
        "website_id || ' on ' || visit_date",
    ),
    _ranked("website_pages_are_ranked", "mart_website_pages", ("website_id",)),
    _equals(
        "website_page_days_equal_days",
        "mart_website_pages_daily",
        "visits of all URLs of a website and date sum to those of the date",
        "mart_website_daily",
        ("website_id", "visit_date"),
        _same("mart_website_pages_daily"),
    ),
    _equals(
        "website_page_days_equal_pages",
        "mart_website_pages_daily",
        "visits of a URL on all dates sum to its total",
        "mart_website_pages",
        ("website_id", "url"),
        _same("mart_website_pages_daily"),
    ),
    _within_bounds(
        "website_page_days_stay_within_bounds",
        "mart_website_pages_daily",
        "people <= visits, human <= all",
        _VISITS_WITHIN,
        "website_id || ' ' || url || ' on ' || visit_date",
    ),
    _ranked("website_page_days_are_ranked", "mart_website_pages_daily", ("website_id", "visit_date")),
)

_REDIRECTS = (
    _equals(
        "redirect_url_days_equal_clicks",
        "mart_redirect_url_daily",
        "clicks of all days are the rows of the redirect URL's timeline",
        "mart_redirect_url_clicks",
        ("redirect_url_id",),
        _counted("redirect_clicks", "mart_redirect_url_geography"),
    ),
    _equals(
        "redirect_url_geography_equals_days",
        "mart_redirect_url_geography",
        "clicks of all places sum to those of the redirect URL and date",
        "mart_redirect_url_daily",
        ("redirect_url_id", "click_date"),
        _same("mart_redirect_url_geography"),
    ),
    _within_bounds(
        "redirect_url_days_stay_within_bounds",
        "mart_redirect_url_daily",
        "people <= clicks, human <= all",
        _WITHIN.format(rows="clicks", people="clickers"),
        "redirect_url_id || ' on ' || click_date",
    ),
)

#: Each list mart of the web, the interaction type of its rows, and the entity that must be known.
_LISTS = {
    "mart_page_visits": ("page_visited", "page_id"),
    "mart_form_visits": ("form_visited", "form_id"),
    "mart_website_visits": ("website_visited", "website_id"),
    "mart_redirect_url_clicks": ("redirect_clicked", "redirect_url_id"),
}
_LISTED = " union all ".join(
    f"select '{name}' as list, count(*) as rows_listed from {MARTS}.{name}"
    for name in (*_LISTS, "mart_form_submissions")
)
_LIST_OF_TYPE = " ".join(f"when '{kind}' then '{name}'" for name, (kind, _) in _LISTS.items())
_NAMES_ITS_ENTITY = " or ".join(
    f"interaction_type = '{kind}' and {key} is not null" for kind, key in _LISTS.values()
)
# A submission can have several interactions; its form is that of the first one.
_ACTIVITIES_PER_LIST = f"""(
    select case interaction_type {_LIST_OF_TYPE} end as list, count(*) as rows_listed
    from {ACTIVITIES}
    where {_NAMES_ITS_ENTITY}
    group by all
    union all
    select 'mart_form_submissions', count(*)
    from (
        select submission_id
        from {ACTIVITIES}
        where interaction_type = 'form_submitted'
        group by submission_id
        having arg_min(coalesce(form_id, ''), (occurred_at, interaction_id)) <> ''
    )
)"""

_LISTS_EQUAL_ACTIVITIES = audit(
    "web_lists_equal_activities",
    "intermediate.int_activities",
    "visits of pages, forms and websites, clicks on redirect URLs and submissions of forms are the activities"
    " that name their entity, each once",
    TotalsAgree(
        ("the lists", f"({_LISTED})"),
        ("activities", _ACTIVITIES_PER_LIST),
        per=("list",),
        counts={"rows": ("sum(rows_listed)", "sum(rows_listed)")},
    ),
)

_ON_PAGES = {"dim_page": ("page_id",), "dim_journey": ("journey_id",)}
_REFERENCES = tuple(
    finds_dimensions(
        f"{fact.removeprefix('fct_')}_find_their_dimensions",
        fact,
        "every entity and contact of a row has its dimension row",
        {"dim_contact": ("contact_id",), **dimensions},
    )
    for fact, dimensions in {
        "fct_page_visits": _ON_PAGES,
        "fct_form_visits": {"dim_form": ("form_id",), **_ON_PAGES},
        "fct_form_submissions": {"dim_form": ("form_id",), **_ON_PAGES},
        "fct_website_visits": {"dim_website": ("website_id",)},
        "fct_website_clicks": {"dim_website": ("website_id",)},
        "fct_redirect_clicks": {"dim_redirect_url": ("redirect_url_id",)},
    }.items()
)

CHECKS = (_LISTS_EQUAL_ACTIVITIES, *_PAGES_AND_FORMS, *_WEBSITES, *_REDIRECTS, *_REFERENCES)
