"""Who sees what, and what a browser may do with a page."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
import yaml
from starlette.testclient import TestClient

from expectations import kpis
from insights_app.catalogue.blocks import Entity
from insights_app.catalogue.entities import ENTITIES
from insights_app.serve import OpenToOthersError, serve
from insights_app.server.access import TRIES_A_MINUTE, Rules
from insights_app.server.app import application
from tests.insights_app.conftest import HOSTS
from tests.insights_app.test_pages import RECORDS

TOKENS = Rules(token="plain-secret", people_token="people-secret")
PROXY = Rules(user_header="X-User", people=frozenset({"ann"}))


def asking(published: Path, rules: Rules) -> TestClient:
    return TestClient(application(published, rules, HOSTS), follow_redirects=False)


def test_nobody_reads_without_signing_in(published: Path) -> None:
    client = asking(published, TOKENS)
    for address in ("/", "/emails", "/search?q=a", "/emails?download=emails&format=csv", "/messages/x"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), address
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(("token", "sees_people"), [("plain-secret", False), ("people-secret", True)])
def test_a_token_signs_in_and_decides_whether_people_are_shown(
    token: str, sees_people: bool, published: Path
) -> None:
    client = asking(published, TOKENS)
    answer = client.post("/sign-in", content=f"token={token}")
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    page = client.get("/contacts").text
    assert ("@" in page) == sees_people
    assert ('class="hidden"' in page) != sees_people
    file = client.get("/contacts?download=contacts&format=csv").text
    assert ("@" in file) == sees_people
    client.post("/sign-out")
    assert client.get("/contacts").status_code == 303


def test_a_wrong_token_is_refused_and_trying_on_is_stopped(published: Path) -> None:
    client = asking(published, TOKENS)
    answers = [client.post("/sign-in", content="token=guess").status_code for _ in range(TRIES_A_MINUTE + 1)]
    assert answers == [*[403] * TRIES_A_MINUTE, 429]


def test_a_proxys_user_is_believed_and_an_empty_one_is_not(published: Path) -> None:
    client = asking(published, PROXY)
    assert client.get("/contacts").status_code == 303
    assert "@" in client.get("/contacts", headers={"X-User": "ann"}).text
    assert "@" not in client.get("/contacts", headers={"X-User": "bob"}).text


def test_it_serves_others_only_where_they_must_sign_in(published: Path) -> None:
    with pytest.raises(OpenToOthersError, match="TOUCHPOINT_APP_TOKEN"):
        serve(published, "0.0.0.0", 0, Rules(), [], lambda: None)


def test_a_port_that_is_taken_is_an_error(published: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(published, "127.0.0.1", taken.getsockname()[1], Rules(), [], lambda: None)


def test_a_foreign_name_of_this_machine_is_refused(client: TestClient) -> None:
    assert client.get("/emails", headers={"Host": "evil.example"}).status_code == 400


def test_a_page_may_load_nothing_from_elsewhere(client: TestClient) -> None:
    policy = client.get("/emails").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert "script-src 'self' 'nonce-" in policy


SECRET = "told-by-a-person"


def personal_columns() -> list[tuple[str, str]]:
    """The published tables, and their columns that the dbt project tags as personal."""
    files = (
        path for kind in ("dimensions", "facts", "marts") for path in kpis.MODELS.glob(f"*/{kind}/**/*.yml")
    )
    models = [model for path in files for model in yaml.load(path.read_text(), yaml.CSafeLoader)["models"]]
    return [
        (model["name"], column["name"])
        for model in models
        for column in model["columns"]
        if "personal" in column.get("config", {}).get("tags", ())
    ]


def test_nothing_of_a_person_is_shown_to_who_may_not_see_people(
    small_build: Callable[[str, str], Path], marts: duckdb.DuckDBPyConnection
) -> None:
    tables = {row[0] for row in marts.execute("select table_name from duckdb_tables()").fetchall()}
    columns = [(table, column) for table, column in personal_columns() if table in tables]
    assert len(columns) > 8
    # Other entities are named in the timelines too, which is nothing of a person.
    only = {"entity_name": "where entity_type in ('lead', 'contact')"}
    told = (f"update {table} set {column} = '{SECRET}' {only.get(column, '')}" for table, column in columns)
    client = asking(small_build("told", ";".join(told)), PROXY)
    addresses = ["/search?q=told", *(f"/{entity.path}" for entity in ENTITIES)]
    # What is hidden cannot be asked for either: nothing of it is found.
    found = {
        user: client.get("/contacts?find=told", headers={"X-User": user}).text for user in ("ann", "bob")
    }
    assert "<tbody>" in found["ann"] and "<tbody>" not in found["bob"]
    for entity in ENTITIES:
        for record in records_of(marts, entity):
            page = f"/{entity.path}{record}"
            addresses += [f"{page}?tab={tab.name}" for tab in entity.tabs]
            addresses += [f"{page}?download={block}&format=csv" for block in entity.blocks()]
    shown = {
        user: {
            address for address in addresses if SECRET in client.get(address, headers={"X-User": user}).text
        }
        for user in ("ann", "bob")
    }
    assert shown["bob"] == set()
    assert len(shown["ann"]) > 20


def records_of(marts: duckdb.DuckDBPyConnection, entity: Entity) -> list[str]:
    """The ends of addresses of some records; of a screen that is no record, of itself."""
    if entity.name not in RECORDS:
        return [""]
    table, column = RECORDS[entity.name]
    rows = marts.execute(f"select distinct {column} from {table} order by 1 limit 12").fetchall()
    return ["/" + quote(row[0], safe="") for row in rows]


def test_hidden_values_give_no_order(published: Path) -> None:
    client = asking(published, PROXY)
    assert client.get("/contacts?contacts.sort=email", headers={"X-User": "ann"}).status_code == 200
    assert client.get("/contacts?contacts.sort=email", headers={"X-User": "bob"}).status_code == 400


def test_a_form_of_any_length_is_not_read(published: Path) -> None:
    assert asking(published, TOKENS).post("/sign-in", content="token=" + "x" * 100_000).status_code == 400
