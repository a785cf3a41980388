"""Who sees what, and what a browser may do with a page."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from insights_app.serve import OpenToOthersError, serve
from insights_app.server.access import TRIES_A_MINUTE, Rules
from insights_app.server.app import application
from tests.insights_app.conftest import HOSTS

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
