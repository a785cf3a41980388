"""Who is told of what, and how often: by a web hook and by mail, on servers that the test starts."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from expectations import CheckResult
from orchestration.cli.arguments import main
from orchestration.home import Home
from orchestration.watch.alerts import Alerts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Desk:
    """Whoever is told: keeps titles in order, and can be out of reach."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.texts: list[str] = []
        self.is_there = True
        self.complaints: list[str] = []
        self.now = NOON

    def send(self, address: str, title: str, text: str, kind: str) -> bool:
        if self.is_there:
            self.titles.append(title.removeprefix("Touchpoint: "))
            self.texts.append(text)
        return self.is_there

    def alerts(self, home: Path) -> Alerts:
        return Alerts(
            Home(home),
            self.complaints.append,
            addresses=["desk://secret"],
            send=self.send,
            now=lambda: self.now,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def check(name: str, observed: str = "", *, passed: bool = False) -> CheckResult:
    return CheckResult(name, "arrival", "t", passed, observed, "promise", f"not kept: {name}. {observed}")


def test_a_cause_is_told_once_and_once_more_when_it_is_over(tmp_path: Path, desk: Desk) -> None:
    alerts = desk.alerts(tmp_path)
    for count in ("3", "1,204"):
        alerts.after_build([check("silent", f"{count} files of feed ses"), check("fine", passed=True)])
    assert desk.titles == ["silent is red"]
    assert "feed ses" in desk.texts[0] and "Since 2026-03-01 12:00 UTC" in desk.texts[0]
    alerts.after_build([check("fine", passed=True)])
    alerts.after_build([check("fine", passed=True)])
    assert desk.titles == ["silent is red", "over: silent is red"]


def test_a_whole_audit_tells_of_its_own_checks_and_ends_no_other(tmp_path: Path, desk: Desk) -> None:
    alerts = desk.alerts(tmp_path)
    alerts.after_build([check("landing_is_read", "2 files"), check("sums_agree", passed=True)])
    alerts.after_audit([check("sums_agree", "7 too many")])
    alerts.after_audit([check("sums_agree", passed=True)])
    assert desk.titles == ["landing_is_read is red", "sums_agree is red", "over: sums_agree is red"]


def test_another_run_that_fails_for_the_same_reason_is_no_news(tmp_path: Path, desk: Desk) -> None:
    for run in ("28249974-7599-4a59", "8be5bbdb-217a-49f3"):
        desk.alerts(tmp_path).after_failure("audit: 5 checks failed", f"Run {run} in Dagster.")
    desk.alerts(tmp_path).after_failure("land: the disk is full", "Run 6cb1c765-04b9 in Dagster.")
    assert desk.titles == ["a build failed, and what was published before stays"] * 2
    assert "28249974-7599-4a59" in desk.texts[0]


def test_another_feed_under_the_same_check_is_news(tmp_path: Path, desk: Desk) -> None:
    desk.alerts(tmp_path).after_build([check("silent", "0 files of feed ses on 2026-03-01")])
    desk.alerts(tmp_path).after_build([check("silent", "0 files of feed brevo on 2026-03-02")])
    assert desk.titles == ["silent is red"] * 2


def test_each_finding_of_a_check_on_what_is_usual_is_a_cause_of_its_own(tmp_path: Path, desk: Desk) -> None:
    def red(*feeds: str, day: str) -> CheckResult:
        broken = [
            (
                f"records of feed {feed} arrived on {day}",
                f"12 records of feed {feed} arrived on {day} (expected 90)",
            )
            for feed in feeds
        ]
        words = "; ".join(found for _, found in broken)
        return CheckResult(
            "arrival_volume_is_expected",
            "arrival",
            "t",
            False,
            words,
            "as usual",
            f"not kept. Found: {words}. Do.",
            broken,
        )

    alerts = desk.alerts(tmp_path)
    alerts.after_build([red("ses", "brevo2", day="2026-03-01")])
    alerts.after_build([red("ses", "brevo3", day="2026-03-02")])
    alerts.after_build([])
    titles = ["12 records of feed ses arrived on 2026-03-01 (expected 90)"]
    titles += [f"12 records of feed brevo{i} arrived on 2026-03-0{i - 1} (expected 90)" for i in (2, 3)]
    assert desk.titles == [*titles, f"over: {titles[1]}", f"over: {titles[0]}", f"over: {titles[2]}"]
    assert desk.texts[0].startswith(
        "not kept. Found: 12 records of feed ses arrived on 2026-03-01 (expected 90). Do."
    )


def test_a_failure_is_over_when_a_build_ends_and_leaves_red_checks_as_they_are(
    tmp_path: Path, desk: Desk
) -> None:
    alerts = desk.alerts(tmp_path)
    alerts.after_build([check("silent", "feed ses")])
    alerts.after_failure("the disk is full")
    alerts.after_failure("the disk is full")
    alerts.after_nothing_new()
    assert len(desk.titles) == 3 and desk.titles[1].startswith("a build failed")
    assert desk.titles[2].startswith("over: a build failed")


def test_no_build_is_told_until_one_ends(tmp_path: Path, desk: Desk) -> None:
    alerts = desk.alerts(tmp_path)
    alerts.after_nothing_new()
    desk.now = NOON + timedelta(hours=25)
    assert alerts.watch(timedelta(hours=26)) == []
    desk.now = NOON + timedelta(hours=27)
    assert alerts.watch(timedelta(hours=26)) == alerts.watch(timedelta(hours=26)) == ["no build for 26 hours"]
    assert "2026-03-01 12:00 UTC" in desk.texts[0]
    alerts.after_build([])
    assert desk.titles == ["no build for 26 hours", "over: no build for 26 hours"]


def test_what_nobody_took_is_tried_again_and_said_without_the_secret(tmp_path: Path, desk: Desk) -> None:
    desk.is_there = False
    desk.alerts(tmp_path).after_build([check("silent")])
    assert desk.titles == [] and len(desk.complaints) == 1
    assert "desk:" in desk.complaints[0] and "secret" not in desk.complaints[0]
    desk.is_there = True
    desk.alerts(tmp_path).after_build([check("silent")])
    assert desk.titles == ["silent is red"]


def test_a_damaged_memory_tells_again(tmp_path: Path, desk: Desk) -> None:
    desk.alerts(tmp_path).after_build([check("silent")])
    Home(tmp_path).alerts.write_text('{"told": {"x": 3}}')
    desk.alerts(tmp_path).after_build([check("silent")])
    assert desk.titles == ["silent is red"] * 2


def test_without_addresses_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TOUCHPOINT_ALERTS", raising=False)
    Alerts(Home(tmp_path), print).after_build([check("silent")])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web hook's address, and what was posted to it."""
    posted: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/", posted
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox() -> Iterator[tuple[str, list[str]]]:
    """A mail server's address, and the mails that came."""
    mails: list[str] = []

    class Box:
        async def handle_DATA(  # noqa: N802 - the name is the library's
            self, _server: object, _session: object, envelope: Any
        ) -> str:
            mail = message_from_bytes(envelope.content)
            part = next(each for each in mail.walk() if not each.is_multipart())
            text = part.get_payload(decode=True)
            mails.append(f"{mail['Subject']}\n{text.decode() if isinstance(text, bytes) else text}")
            return "250 taken"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    yield f"mailto://127.0.0.1:{port}/?from=touchpoint@example.com&to=team@example.com", mails
    controller.stop()


def test_a_failed_build_reaches_a_web_hook_and_a_mailbox(
    hook: tuple[str, list[dict[str, Any]]],
    mailbox: tuple[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TOUCHPOINT_ALERTS", f"{hook[0]} {mailbox[0]}")
    landing, home = tmp_path / "landing", tmp_path / "home"
    landing.mkdir()
    home.mkdir()
    # A ledger that is no database: no build can begin.
    (home / "ledger.duckdb").write_bytes(b"no database" * 1000)
    for _ in range(2):
        assert main(["build", "--landing", str(landing), "--home", str(home)]) == 3
    assert len(hook[1]) == len(mailbox[1]) == 1
    assert "a build failed" in hook[1][0]["title"] and "ledger.duckdb" in hook[1][0]["message"]
    assert "a build failed" in mailbox[1][0] and "ledger.duckdb" in mailbox[1][0]
    capsys.readouterr()
    assert main(["watch", "--home", str(home)]) == 1
    assert "no build for 26 hours" in capsys.readouterr().out
    assert len(hook[1]) == len(mailbox[1]) == 2
