"""Promises about pages, forms, websites and redirect URLs can fail: one change breaks just their checks."""

from __future__ import annotations

from collections.abc import Callable

from tests.expectations.breaks import MARTS, Break, cases
from tests.expectations.conftest import Build, broken

A_DAY = "date '2026-01-03'"


def mart(name: str, changes: str, where: str = "true") -> tuple[str]:
    return (f"update {MARTS}.mart_{name} set {changes} where {where}",)


def lost(name: str, where: str) -> tuple[str]:
    return (f"delete from {MARTS}.{name} where {where}",)


def pages_and_forms(entity: str, key: str) -> tuple[Break, ...]:
    """The same breaks for both: they have the same tabs."""
    of_key = f"{entity}_id = '{key}'"
    days = frozenset({f"{entity}_days_equal_totals"})
    return (
        Break(
            f"a visit too many of a {entity}",
            f"{entity}_totals_equal_visits",
            mart(
                f"{entity}_kpis", "visits = visits + 1, conversion_rate = submissions / (visits + 1)", of_key
            ),
            days,
            "the days are without it",
        ),
        Break(
            f"a visitor of a {entity} counted twice",
            f"{entity}_totals_equal_visits",
            mart(f"{entity}_kpis", "visitors = visitors - 1", of_key),
        ),
        Break(
            f"a submission of a {entity} too many",
            f"{entity}_totals_equal_submissions",
            mart(
                f"{entity}_kpis",
                "submissions = submissions + 1, conversion_rate = (submissions + 1) / visits",
                of_key,
            ),
            days,
            "the days are without it",
        ),
        Break(
            f"a lead of a {entity} on no day",
            f"{entity}_days_equal_totals",
            mart(f"{entity}_kpis_daily", "leads_created = 0", of_key),
        ),
        Break(
            f"an averaged conversion rate of a {entity}",
            f"{entity}_totals_stay_within_bounds",
            mart(f"{entity}_kpis", "conversion_rate = conversion_rate / 2", of_key),
        ),
        Break(
            f"more people than visits of a {entity}",
            f"{entity}_totals_stay_within_bounds",
            mart(f"{entity}_kpis", "visitors_human = visits_human + 1", of_key),
            frozenset({f"{entity}_totals_equal_visits"}),
            "people are recounted",
        ),
    )


PAGES_AND_FORMS = (
    *pages_and_forms("page", "p0"),
    *pages_and_forms("form", "f0"),
    Break(
        "a page's visit in no place",
        "page_geography_equals_days",
        mart("page_geography", "visits = visits - 1", f"interaction_date = {A_DAY}"),
    ),
)

WEBSITES = (
    Break(
        "a website's visit too many on a day",
        "website_days_equal_visits",
        mart("website_daily", "visits = visits + 1", f"visit_date = {A_DAY}"),
        frozenset({"website_pages_equal_days", "website_geography_equals_days"}),
        "URLs and places are without it",
    ),
    Break(
        "a URL lost",
        "website_pages_equal_days",
        lost("mart_website_pages", "page_rank = 3"),
    ),
    Break(
        "a place on another day",
        "website_geography_equals_days",
        mart("website_geography", "visit_date = date '2026-01-25'", f"visit_date = {A_DAY}"),
    ),
    Break(
        "more sessions than visits",
        "website_days_stay_within_bounds",
        mart("website_daily", "sessions = visits + 1", f"visit_date = {A_DAY}"),
    ),
    Break(
        "a rank twice",
        "website_pages_are_ranked",
        mart("website_pages", "page_rank = 2", "page_rank = 3"),
    ),
)

REDIRECTS = (
    Break(
        "a click of a redirect URL lost on a day",
        "redirect_url_days_equal_clicks",
        lost("mart_redirect_url_daily", "click_date = date '2026-01-04'"),
        frozenset({"redirect_url_geography_equals_days"}),
        "places have it",
    ),
    Break(
        "a click in two places",
        "redirect_url_geography_equals_days",
        mart("redirect_url_geography", "clicks = clicks + 1"),
    ),
    Break(
        "more clickers than clicks",
        "redirect_url_days_stay_within_bounds",
        mart("redirect_url_daily", "clickers = clicks + 1"),
    ),
)

LISTS = (
    Break(
        "a form's visit that is no row",
        "web_lists_equal_activities",
        (*lost("mart_form_visits", "interaction_id = 'a03-11'"),),
        frozenset({"form_totals_equal_visits"}),
        "the form's visits are its rows",
    ),
    Break(
        "a page without its dimension row",
        "page_visits_find_their_dimensions",
        lost("dim_page", "page_id = 'p1'"),
    ),
    Break(
        "a visit of a form that nobody knows",
        "form_visits_find_their_dimensions",
        (f"update {MARTS}.fct_form_visits set form_id = 'f9' where interaction_id = 'a03-11'",),
    ),
    Break(
        "a submission of somebody without a dimension row",
        "form_submissions_find_their_dimensions",
        (f"update {MARTS}.fct_form_submissions set page_id = 'p9' where submission_id = 's2'",),
    ),
    Break(
        "a visit of a website without its dimension row",
        "website_visits_find_their_dimensions",
        (f"update {MARTS}.fct_website_visits set website_id = 'w9' where interaction_id = 'a03-10w'",),
    ),
    Break(
        "a click on a website without its dimension row",
        "website_clicks_find_their_dimensions",
        (f"update {MARTS}.fct_website_clicks set website_id = null where interaction_id = 'a01-18'",),
    ),
    Break(
        "a redirect URL without its dimension row",
        "redirect_clicks_find_their_dimensions",
        lost("dim_redirect_url", "redirect_url_id = 'r0'"),
    ),
)


@cases(*PAGES_AND_FORMS, *WEBSITES, *REDIRECTS, *LISTS)
def test_only_the_promise_about_it_breaks(changed_build: Callable[..., Build], breach: Break) -> None:
    assert broken(changed_build(breach.change).judged()) == {breach.check, *breach.also}
