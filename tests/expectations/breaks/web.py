"""What breaks promises about pages, forms, websites and redirect URLs."""

from __future__ import annotations

from tests.expectations.breaks.sql import Changes, delete, update


def mart(name: str, changes: str, where: str = "true") -> str:
    return update(f"mart_{name}", changes, where)


def _pages_and_forms(entity: str) -> Changes:
    """The same breaks for both: they have the same tabs."""
    kpis = f"{entity}_kpis"
    return {
        f"{entity}_totals_equal_visits": {
            "a visit too many": mart(
                kpis, "visits = visits + 1, conversion_rate = submissions / (visits + 1)"
            ),
            "a visitor counted twice": mart(kpis, "visitors = visitors - 1", "visitors > 0"),
        },
        f"{entity}_totals_equal_submissions": {
            "a submission too many": mart(
                kpis, "submissions = submissions + 1, conversion_rate = (submissions + 1) / visits"
            )
        },
        f"{entity}_days_equal_totals": {
            "a lead on no day": mart(f"{kpis}_daily", "leads_created = 0", "leads_created > 0")
        },
        f"{entity}_totals_stay_within_bounds": {
            "an averaged conversion rate": mart(
                kpis, "conversion_rate = conversion_rate / 2", "conversion_rate > 0"
            ),
            "more people than visits": mart(kpis, "visitors_human = visits_human + 1"),
        },
    }


BREAKS: Changes = {
    **_pages_and_forms("page"),
    **_pages_and_forms("form"),
    "page_geography_equals_days": {
        "a visit in no place": mart("page_geography", "visits = visits - 1", "visits > 0")
    },
    "website_days_equal_visits": {"a visit too many on a day": mart("website_daily", "visits = visits + 1")},
    "website_pages_equal_days": {"a URL lost": delete("mart_website_pages")},
    "website_geography_equals_days": {
        "a place on another day": mart("website_geography", "visit_date = visit_date + 100")
    },
    "website_days_stay_within_bounds": {
        "more sessions than visits": mart("website_daily", "sessions = visits + 1")
    },
    "website_pages_are_ranked": {"a rank twice": mart("website_pages", "page_rank = 1", "page_rank = 2")},
    "website_page_days_equal_days": {
        "a page on another day": mart("website_pages_daily", "visit_date = visit_date + 100")
    },
    "website_page_days_equal_pages": {
        "a visit of another page": mart("website_pages_daily", "url = 'https://c.example'")
    },
    "website_page_days_stay_within_bounds": {
        "more people than visits": mart("website_pages_daily", "visitors = visits + 1")
    },
    "website_page_days_are_ranked": {
        "a rank that no page has": mart("website_pages_daily", "page_rank = page_rank + 1")
    },
    "redirect_url_days_equal_clicks": {"a day lost": delete("mart_redirect_url_daily")},
    "redirect_url_geography_equals_days": {
        "a click in two places": mart("redirect_url_geography", "clicks = clicks + 1")
    },
    "redirect_url_days_stay_within_bounds": {
        "more clickers than clicks": mart("redirect_url_daily", "clickers = clicks + 1")
    },
    "web_lists_equal_activities": {"a form's visit that is no row": delete("mart_form_visits")},
    "page_visits_find_their_dimensions": {
        "a page without its dimension row": delete(
            "dim_page", "page_id in (select page_id from fct_page_visits)"
        )
    },
    "form_visits_find_their_dimensions": {
        "a visit of a form that nobody knows": update("fct_form_visits", "form_id = 'f9'")
    },
    "form_submissions_find_their_dimensions": {
        "a submission on a page that nobody knows": update("fct_form_submissions", "page_id = 'p9'")
    },
    "website_visits_find_their_dimensions": {
        "a visit of a website without its row": update("fct_website_visits", "website_id = 'w9'")
    },
    "website_clicks_find_their_dimensions": {
        "a click on no website at all": update("fct_website_clicks", "website_id = null")
    },
    "redirect_clicks_find_their_dimensions": {
        "a redirect URL without its dimension row": delete(
            "dim_redirect_url", "redirect_url_id in (select redirect_url_id from fct_redirect_clicks)"
        )
    },
}
