"""What Superset gets: datasets that say what the marts and the KPI dictionary say, charts that find them.

The last tests need Superset itself: they run where `deploy/superset/superset.sh install` was run before.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from expectations import kpis
from orchestration.tools import superset
from tests.harness import browser
from tests.harness.paths import CHECKOUT
from tests.harness.worlds import World

SCRIPT = CHECKOUT / "deploy" / "superset" / "superset.sh"
INSTALLED = Path(os.environ.get("SUPERSET_HOME", CHECKOUT / "data" / "superset")) / "venv"
needs_superset = pytest.mark.skipif(
    not (INSTALLED / "bin" / "superset").exists(),
    reason="Superset is not installed (deploy/superset/superset.sh install; SUPERSET_HOME names its folder)",
)
PORT = 8449


def charts() -> dict[str, dict[str, Any]]:
    paths = sorted((superset.ASSETS / "charts").rglob("*.yaml"))
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


def dashboard() -> dict[str, Any]:
    (path,) = (superset.ASSETS / "dashboards").glob("*.yaml")
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def metrics_of(dataset: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {metric["metric_name"]: metric for metric in dataset["metrics"]}


def test_a_metric_has_the_words_and_the_formula_of_its_kpi() -> None:
    metrics = metrics_of(superset.datasets()["mart_email_kpis_daily"])
    for kpi in kpis.shown_in("mart_email_kpis"):
        assert metrics[kpi.name]["verbose_name"] == kpi.label
        assert metrics[kpi.name]["description"] == kpi.words
    assert metrics["sent"]["expression"] == "SUM(sent)"
    assert metrics["open_rate"]["expression"] == (
        "CAST(SUM(opened_unique) AS DOUBLE PRECISION) / NULLIF(SUM(delivered), 0)"
    )


def test_what_does_not_add_up_is_no_metric_or_warns() -> None:
    datasets = superset.datasets()
    assert "website_visitors" not in metrics_of(datasets["mart_website_daily"])
    assert "members" not in metrics_of(datasets["mart_segment_daily"])
    warned = metrics_of(datasets["mart_email_segment_kpis"])["sent"]["warning_text"]
    assert "not over segments" in warned
    assert metrics_of(datasets["mart_email_kpis"])["sent"]["warning_text"] is None


def test_a_rate_is_offered_once_and_of_its_own_subject() -> None:
    metrics = metrics_of(superset.datasets()["mart_page_kpis_daily"])
    assert "page_conversion_rate" in metrics
    assert "form_conversion_rate" not in metrics


def test_personal_columns_stay_out() -> None:
    columns = {column["column_name"] for one in superset.datasets().values() for column in one["columns"]}
    assert not columns & {"submitted_values", "answers"}
    assert "contact_id" in columns


@pytest.mark.parametrize(
    ("mart", "column"),
    [
        ("mart_email_kpis_daily", "send_date"),
        ("mart_conversions", "occurred_at"),
        ("mart_email_recipients", "sent_at"),
        ("mart_contact_email_kpis", None),
    ],
)
def test_time_filters_take_the_time_that_a_row_is_about(mart: str, column: str | None) -> None:
    assert superset.datasets()[mart]["main_dttm_col"] == column


def test_every_word_is_plain() -> None:
    text = json.dumps(superset.datasets())
    assert "{{" not in text
    assert all(column["description"] for one in superset.datasets().values() for column in one["columns"])


@pytest.mark.parametrize("name", sorted(charts()))
def test_a_chart_finds_what_it_shows(name: str) -> None:
    chart = charts()[name]
    dataset = next(one for one in superset.datasets().values() if one["uuid"] == chart["dataset_uuid"])
    columns = {column["column_name"] for column in dataset["columns"]}
    shown = chart["params"]
    asked = [
        *shown.get("metrics", ()),
        *filter(None, [shown.get("metric"), shown.get("timeseries_limit_metric")]),
    ]
    assert {metric for metric in asked if isinstance(metric, str)} <= metrics_of(dataset).keys()
    sql = " ".join(metric["sqlExpression"] for metric in asked if isinstance(metric, dict))
    subjects = [one["subject"] for one in shown["adhoc_filters"] if "subject" in one]
    used = {*shown.get("groupby", ()), *filter(None, [shown.get("x_axis")]), *subjects}
    assert used | set(re.findall(r"[a-z_]+", sql)) <= columns
    assert chart["description"].endswith(".")


def test_the_dashboard_shows_every_chart() -> None:
    position = dashboard()["position"]
    placed = {entry["meta"]["uuid"] for entry in position.values() if str(entry).count("'CHART'")}
    assert placed == {chart["uuid"] for chart in charts().values()}


def test_the_page_says_how_many_there_are() -> None:
    page = (CHECKOUT / "docs" / "bi.md").read_text(encoding="utf-8")
    assert f"{len(superset.datasets())} datasets, {len(charts())} charts" in page


def test_the_folder_is_written_anew(tmp_path: Path) -> None:
    (tmp_path / "to" / "datasets").mkdir(parents=True)
    (tmp_path / "to" / "datasets" / "of_yesterday.yaml").touch()
    assert superset.main(["--home", str(tmp_path), "--to", str(tmp_path / "to")]) == 0
    written = yaml.safe_load((tmp_path / "to" / "databases" / "Touchpoint.yaml").read_text())
    assert written["sqlalchemy_uri"] == f"duckdb:///{tmp_path}/published/insights.duckdb"
    assert written["extra"]["engine_params"] == {"connect_args": {"read_only": True}}
    assert not (tmp_path / "to" / "datasets" / "of_yesterday.yaml").exists()
    uri = "postgresql+psycopg2://analyst@server/insights"
    assert superset.main(["--to", str(tmp_path / "to"), "--uri", uri]) == 0
    written = yaml.safe_load((tmp_path / "to" / "databases" / "Touchpoint.yaml").read_text())
    assert (written["sqlalchemy_uri"], written["extra"]["engine_params"]) == (uri, {})


@pytest.mark.slow
def test_datasets_agree_with_what_is_published(faulty_world: World) -> None:
    with duckdb.connect(str(faulty_world.published), read_only=True) as connection:
        for name, dataset in superset.datasets().items():
            columns = {
                column: (kind, comment)
                for column, kind, comment in connection.execute(
                    "select column_name, data_type, comment from duckdb_columns()"
                    " where schema_name = 'marts' and table_name = ?",
                    [name],
                ).fetchall()
            }
            for column in dataset["columns"]:
                kind, comment = columns[column["column_name"]]
                assert (column["type"], column["description"]) == (kind, " ".join(comment.split())), name
            expressions = ", ".join(metric["expression"] for metric in dataset["metrics"])
            assert connection.execute(f"select {expressions} from marts.{name}").fetchone()


@dataclass(frozen=True)
class Running:
    """A Superset that has loaded the assets of a published home."""

    address: str
    token: str

    def ask(self, path: str, body: object = None) -> Any:
        return asked(self.address + path, body, self.token)

    def dataset_ids(self) -> dict[str, int]:
        found = self.ask("/api/v1/dataset/?q=(page_size:100)")["result"]
        return {one["table_name"]: one["id"] for one in found}


def asked(url: str, body: object = None, token: str | None = None) -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(
        urllib.request.Request(url, data=data, headers=headers), timeout=60
    ) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def running(faulty_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Superset with a new database of its own, in the environment that is installed."""
    home = tmp_path_factory.mktemp("superset")
    (home / "venv").symlink_to(INSTALLED)
    environment = {
        **os.environ,
        "SUPERSET_HOME": str(home),
        "SUPERSET_ADMIN_PASSWORD": "not a secret",
        "SUPERSET_BIND": f"127.0.0.1:{PORT}",
        "TOUCHPOINT_HOME": str(faulty_world.home),
        "TOUCHPOINT_PYTHON": sys.executable,
    }
    for step in ("prepare", "load"):
        done = subprocess.run([SCRIPT, step], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
    server = subprocess.Popen(
        [SCRIPT, "serve"], env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        address = f"http://127.0.0.1:{PORT}"
        wait_for(f"{address}/health")
        person = {"username": "admin", "password": "not a secret", "provider": "db"}
        yield Running(address, asked(f"{address}/api/v1/security/login", person)["access_token"])
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def wait_for(url: str) -> None:
    give_up = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, TimeoutError):
            assert time.monotonic() < give_up, "Superset does not start"
            time.sleep(0.5)


@pytest.mark.slow
@needs_superset
def test_superset_answers_every_metric_as_the_mart_does(running: Running, faulty_world: World) -> None:
    ids = running.dataset_ids()
    assert ids.keys() == superset.datasets().keys()
    with duckdb.connect(str(faulty_world.published), read_only=True) as connection:
        for name, dataset in superset.datasets().items():
            metrics = metrics_of(dataset)
            query = {"columns": [], "metrics": list(metrics), "filters": [], "row_limit": 10}
            body = {
                "datasource": {"id": ids[name], "type": "table"},
                "queries": [query],
                "result_format": "json",
            }
            (told,) = running.ask("/api/v1/chart/data", {**body, "result_type": "full"})["result"][0]["data"]
            expressions = ", ".join(metric["expression"] for metric in metrics.values())
            row = connection.execute(f"select {expressions} from marts.{name}").fetchone()
            assert row is not None
            assert [told[metric] for metric in metrics] == pytest.approx(list(row), rel=1e-9), name


@pytest.mark.slow
@needs_superset
@browser.needs_browser
def test_the_dashboard_opens_without_an_error(running: Running) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.BROWSER, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = chromium.new_page(viewport={"width": 1400, "height": 2200})
        page.goto(f"{running.address}/login/")
        page.locator("input[name=username], #username").fill("admin")
        page.locator("input[name=password], #password").fill("not a secret")
        page.keyboard.press("Enter")
        page.wait_for_url("**/welcome/**", timeout=60_000)
        page.goto(f"{running.address}/superset/dashboard/touchpoint/")
        page.wait_for_selector(".slice_container canvas", timeout=60_000)
        page.wait_for_load_state("networkidle", timeout=60_000)
        text = page.inner_text("body")
        chromium.close()
    assert [chart["slice_name"] for chart in charts().values() if chart["slice_name"] not in text] == []
    assert "Data error" not in text
    assert "No results were returned" not in text
