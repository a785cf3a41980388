"""What feeds bring is shown as text: it neither runs, nor loads, nor becomes a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

from starlette.testclient import TestClient

from insights_app.pages import heat_map
from insights_app.server.access import Rules
from insights_app.server.app import application
from tests.insights_app.conftest import HOSTS

SCRIPT = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
MESSAGE = """<html><head><style>@import url(http://evil.example/a.css)</style></head><body onload="alert(1)">
<script>alert(1)</script><img src="http://evil.example/pixel.gif" alt="Shoes"><iframe src="http://evil.example"></iframe>
<a href="https://shop.example/?a=1&amp;b=2" style="color: red; background: url(http://evil.example/b)">Buy &lt;now&gt;</a>
<a href="javascript:alert(1)">Trick</a><form action="http://evil.example"><input name="a"></form></body></html>"""


def link(url: str, clicks: int) -> dict[str, object]:
    counts = {"clicks_total": clicks, "clicks_unique": clicks, "click_through_rate": clicks / 10}
    return {"html": MESSAGE, "link_url": url, "link_name": None, **counts}


def test_a_message_can_neither_run_nor_fetch() -> None:
    drawn = heat_map.drawn([link("https://shop.example/?a=1&b=2", 6), link("https://elsewhere.example", 2)])
    message = str(drawn["message"])
    assert not re.search(
        r"<script|<iframe|<form|<img|onload|href=|src=|url\(|javascript:", message, re.IGNORECASE
    )
    assert "evil.example" not in message
    assert "Buy &lt;now&gt;" in message
    assert "Shoes" in message


def test_a_link_is_shaded_by_its_share_and_one_that_is_not_there_is_listed() -> None:
    drawn = heat_map.drawn([link("https://shop.example/?a=1&b=2", 6), link("https://elsewhere.example", 2)])
    assert 'class="link shade-5"' in str(drawn["message"])
    assert "60.0 %" in str(drawn["message"])
    assert [each["is_in_message"] for each in drawn["links"]] == [True, False]


def test_names_are_text_on_every_page_and_no_formula_in_a_file(
    small_build: Callable[[str, str], Path],
) -> None:
    folder = small_build(
        "hostile",
        f"update dim_email set name = '{SCRIPT}', subject = '=cmd|calc'; update mart_email_kpis set"
        f" email_name = '{SCRIPT}', subject = '=cmd|calc'; update mart_email_links_daily set link_url = '{SCRIPT}'",
    )
    client = TestClient(application(folder, Rules(), HOSTS))
    listed = client.get("/emails").text
    assert "<script>alert" not in listed and "&lt;script&gt;alert" in listed
    (record,) = re.findall(r'href="(/emails/[^"?]+)"', listed)[:1]
    page = client.get(record).text
    assert "<script>alert" not in page and "<img src=x" not in page
    for spec in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL):
        json.loads(spec)
    file = client.get("/emails?download=emails&format=csv").content.decode("utf-8-sig")
    assert {row["subject"] for row in csv.DictReader(io.StringIO(file))} == {"'=cmd|calc"}
