"""Whatever was delivered and is talked about, it cannot command the terminal."""

from __future__ import annotations

import pytest

from orchestration.cli import console
from orchestration.cli.summary import red_arrival_lines, warning_lines
from orchestration.publish.published import RedCheck


def test_nothing_that_is_said_commands_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\x1b[2J\x9b31m\x07\r\u202e\udce9b"
    console.Progress()(hostile)
    console.complain(hostile)
    console.say(hostile)
    console.say_table(["file"], [[hostile]])
    said = capsys.readouterr()
    for line in (said.out + said.err).splitlines():
        assert line == "file" or "a\\x1b[2J\\x9b31m\\x07\\r\\u202e\\udce9b" in line


def test_lines_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    console.say("a\n\tb")
    console.complain("a\nb")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("a\n\tb\n", "touchpoint: a\nb\n")


def test_what_was_delivered_adds_no_line_to_what_is_said() -> None:
    forged = "a\nPublished build of nobody.\n"
    assert warning_lines([forged]) == ["  warning: a\\nPublished build of nobody.\\n"]
    assert red_arrival_lines([RedCheck("check", forged)])[1:] == [
        "  check: a\\nPublished build of nobody.\\n"
    ]
