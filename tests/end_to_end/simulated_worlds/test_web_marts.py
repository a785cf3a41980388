"""Visitors by hand: four days on two websites, whose hosts, pages and people become known after the visits."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.harness.worlds import Rows, arrived, ask, write_lines

pytestmark = pytest.mark.slow

DAYS = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]

#: The CRM comes a day after the first visits; two days later a host belongs to another website.
CRM = {
    "2026-03-03": {
        "contacts": ["contact_id,email", "c1,ada@a.example", "c2,bob@a.example", "c3,eve@a.example"],
        "websites": ["website_id,name,hosts", "w1,Shop,shop.example;www.shop.example"],
        "pages": ["page_id,name,url,form_id", "p1,Offer,http://shop.example/offer/,f1"],
        "forms": ["form_id,name", "f1,Order"],
    },
    "2026-03-05": {
        "websites": ["website_id,name,hosts", "w1,Shop,shop.example", "w2,Brand,www.shop.example"],
        "redirect_urls": [
            "redirect_url_id,name,path,target_url",
            "r1,Spring,/r/spring,https://shop.example/",
        ],
    },
}

CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

Call = dict[str, Any]


def call(number: int, kind: str, at: str, visitor: str, **more: Any) -> Call:
    return {
        "type": kind,
        "messageId": f"s{number:02}",
        "timestamp": f"2026-{at}:00Z",
        "anonymousId": visitor,
        **more,
    }


def page(number: int, at: str, visitor: str, url: str, **context: Any) -> Call:
    return call(number, "page", at, visitor, context={"page": {"url": url}, **context})


def track(number: int, event: str, at: str, visitor: str, **properties: Any) -> Call:
    return call(number, "track", at, visitor, event=event, properties=properties)


def native(number: int, interaction_type: str, at: str, **more: Any) -> Call:
    return {
        "interaction_id": f"i{number:02}",
        "interaction_type": interaction_type,
        "occurred_at": f"2026-{at}:00Z",
        **more,
    }


SEGMENT = {
    "2026-03-02": [
        page(1, "03-02T10:00", "v1", "https://shop.example/offer?utm=mail"),
        page(2, "03-02T10:10", "v1", "https://www.shop.example/about/"),
        page(3, "03-02T10:51", "v1", "https://Shop.example/offer#top"),
        page(4, "03-02T11:00", "v2", "https://nobody.example/offer"),
        page(5, "03-02T12:00", "v3", "https://shop.example/about", userAgent=CRAWLER, ip="192.0.2.1"),
        track(6, "Redirect Clicked", "03-02T11:00", "v2", redirect_url_id="r1"),
    ],
    "2026-03-03": [
        call(10, "identify", "03-03T09:00", "v1", userId="c1"),
        track(11, "Form Viewed", "03-03T09:04", "v1", form_id="f1", page_id="p1"),
        # Nobody is named: the visitor tells who it was, and the page which e-mail led there.
        track(12, "Form Submitted", "03-03T09:05", "v1", form_id="f1", page_id="p1", submission_id="s1",
              contact_result="updated", lead_result="created", values={"size": "XL"}),
    ],
    "2026-03-04": [
        # The same device, somebody else.
        call(20, "identify", "03-04T08:00", "v1", traits={"email": "Bob@a.example"}),
        page(21, "03-04T08:30", "v1", "https://shop.example/offer"),
    ],
    # A visit that arrives late fills the pause between two others.
    "2026-03-05": [page(30, "03-02T10:25", "v1", "https://shop.example/about")],
}  # fmt: skip

NATIVE = {
    "2026-03-02": [
        native(1, "email_clicked", "03-02T09:59", recipient="ada@a.example", message_id="m1", email_id="e1",
               journey_id="j1", link_url="https://shop.example/offer/"),
        native(2, "website_clicked", "03-02T10:11", visitor_id="v1", url="https://www.shop.example/about",
               link_url="https://b.example/"),
    ],
    "2026-03-03": [
        # The same submission, told by another feed a little later, and one that names no page.
        native(10, "form_submitted", "03-03T09:06", contact_id="c1", form_id="f1", submission_id="s1",
               lead_result="created"),
        native(11, "form_submitted", "03-03T10:00", contact_id="c9", form_id="f1"),
    ],
    "2026-03-04": [
        native(20, "email_clicked", "03-04T10:00", contact_id="c3", visitor_id="v2", message_id="m2", email_id="e1"),
    ],
    "2026-03-05": [],
}  # fmt: skip


def deliver(landing: Path, day: str) -> None:
    """What arrives on one day."""
    for entity, lines in CRM.get(day, {}).items():
        write_lines(landing / "crm" / day / f"{entity}.csv", lines)
    write_lines(landing / "segment" / day / "calls.ndjson", map(json.dumps, SEGMENT[day]))
    if NATIVE[day]:
        write_lines(landing / "interactions" / day / "events.ndjson", map(json.dumps, NATIVE[day]))


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one build of everything."""
    return arrived(tmp_path_factory.mktemp("web"), DAYS, deliver)


@pytest.fixture(scope="module")
def rows(at_once: Path) -> Rows:
    """Runs a query over what was published."""
    return partial(ask, at_once)


def test_visits_belong_to_whom_the_visitor_was(rows: Rows) -> None:
    found = rows(
        "select strftime(occurred_at, '%m-%d %H:%M'), website_id, url, contact_id, visitor_key, is_machine"
        " from marts.mart_website_visits order by 1, 2"
    )
    assert found == [
        ("03-02 10:00", "w1", "https://shop.example/offer?utm=mail", "c1", "c1", False),
        ("03-02 10:10", "w2", "https://www.shop.example/about/", "c1", "c1", False),
        ("03-02 10:25", "w1", "https://shop.example/about", "c1", "c1", False),
        ("03-02 10:51", "w1", "https://Shop.example/offer#top", "c1", "c1", False),
        ("03-02 12:00", "w1", "https://shop.example/about", "unknown", "v3", True),
        ("03-04 08:30", "w1", "https://shop.example/offer", "c2", "c2", False),
    ]


def test_websites_count_visits_visitors_and_sessions(rows: Rows) -> None:
    daily = rows(
        "select website_id, strftime(visit_date, '%m-%d'), visits, visits_human, visitors, visitors_human, sessions"
        " from marts.mart_website_daily order by all"
    )
    assert daily == [
        ("w1", "03-02", 4, 3, 2, 1, 2),
        ("w1", "03-04", 1, 1, 1, 1, 1),
        ("w2", "03-02", 1, 1, 1, 1, 1),
    ]
    pages = rows(
        "select website_id, page_rank, url, visits, visits_human, visitors, visitors_human,"
        " strftime(last_visit_at, '%m-%d %H:%M') from marts.mart_website_pages order by all"
    )
    assert pages == [
        ("w1", 1, "https://shop.example/offer", 3, 3, 2, 2, "03-04 08:30"),
        ("w1", 2, "https://shop.example/about", 2, 1, 2, 1, "03-02 12:00"),
        ("w2", 1, "https://www.shop.example/about", 1, 1, 1, 1, "03-02 10:10"),
    ]
    places = rows(
        "select website_id, visit_date::text, country, visits from marts.mart_website_geography order by all"
    )
    assert places == [
        ("w1", "2026-03-02", "unknown", 4),
        ("w1", "2026-03-04", "unknown", 1),
        ("w2", "2026-03-02", "unknown", 1),
    ]


def test_a_click_is_of_the_website_whose_host_it_was_on(rows: Rows) -> None:
    found = rows("select website_id, contact_id, page_address, link_url from marts.fct_website_clicks")
    assert found == [("w2", "c1", "https://www.shop.example/about", "https://b.example/")]


def test_pages_and_forms_count_what_concerns_them(rows: Rows) -> None:
    daily = rows(
        "select strftime(interaction_date, '%m-%d'), visits, visitors, submissions, contacts_created,"
        " contacts_updated, leads_created, leads_updated from marts.mart_page_kpis_daily"
        " where page_id = 'p1' and journey_id = 'unknown' order by all"
    )
    assert daily == [
        ("03-02", 2, 1, 0, 0, 0, 0, 0),
        ("03-03", 0, 0, 1, 0, 1, 1, 0),
        ("03-04", 1, 1, 0, 0, 0, 0, 0),
    ]
    totals = rows("select page_id, visits, visitors, submissions, conversion_rate from marts.mart_page_kpis")
    assert totals == [("p1", 3, 2, 1, pytest.approx(1 / 3))]
    forms = rows(
        "select form_id, visits, visitors, submissions, contacts_updated, leads_created, conversion_rate"
        " from marts.mart_form_kpis"
    )
    assert forms == [("f1", 1, 1, 2, 1, 1, 2.0)]
    assert rows("select form_id, page_id, visitor_key from marts.mart_form_visits") == [("f1", "p1", "c1")]


def test_a_submission_is_its_visitors_and_of_the_email_that_led_to_it(rows: Rows) -> None:
    found = rows(
        "select page_id, contact_id, contact_result, lead_result, submitted_values, attributed_email_id,"
        " attributed_journey_id from marts.mart_form_submissions order by submitted_at"
    )
    assert found == [
        ("p1", "c1", "updated", "created", '{"size":"XL"}', "e1", "j1"),
        ("unknown", "c9", None, None, None, None, None),
    ]
    of_pages = rows("select submission_id, contact_id, attributed_email_id from marts.mart_page_submissions")
    assert of_pages == [("s1", "c1", "e1")]
    assert rows("select generated_leads from marts.mart_email_kpis where email_id = 'e1'") == [(1,)]


def test_a_redirect_is_clicked_by_the_contact_of_a_later_email_click(rows: Rows) -> None:
    clicks = rows("select redirect_url_id, contact_id, visitor_key from marts.mart_redirect_url_clicks")
    assert clicks == [("r1", "c3", "c3")]
    daily = rows(
        "select redirect_url_id, click_date::text, clicks, clicks_human, clickers, clickers_human"
        " from marts.mart_redirect_url_daily"
    )
    assert daily == [("r1", "2026-03-02", 1, 1, 1, 1)]
    assert rows("select name, path from marts.dim_redirect_url where redirect_url_id = 'r1'") == [
        ("Spring", "/r/spring")
    ]


def test_what_matches_nothing_is_landed_and_counted_by_cause(rows: Rows, at_once: Path) -> None:
    landed = rows(
        "select feed, sum(records_read), sum(records_landed), sum(duplicates) from marts.build_files"
        " where feed <> 'crm' group by 1 order by 1"
    )
    assert landed == [("interactions", 5, 5, 0), ("segment", 12, 12, 0)]
    with duckdb.connect(str(at_once / "build" / "work.duckdb"), read_only=True) as work:
        outcomes = work.execute(
            "select outcome, cause, sum(records) from intermediate.int_record_outcomes where feed = 'segment'"
            " group by all order by all"
        ).fetchall()
    assert outcomes == [("identity", "none", 2), ("interaction", "none", 9), ("no_match", "unknown_host", 1)]
