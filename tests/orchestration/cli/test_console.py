"""Whatever was delivered and is talked about, it cannot command the terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from expectations import CheckResult
from orchestration.cli import console
from orchestration.cli.summary import red_check_lines, warning_lines


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
    assert red_check_lines([CheckResult("check", "arrival", "t", False, forged, "", "")])[1:] == [
        "  check: a\\nPublished build of nobody.\\n"
    ]


def test_what_a_check_found_is_cut_between_two_words_and_says_where_all_of_it_stands() -> None:
    sentence = "sendgrid/2026-01-01/a.ndjson: changed after it was read."
    check = CheckResult("landing", "arrival", "t", False, " ".join([sentence] * 50), "", "")
    [_, line] = red_check_lines([check])
    found, _, advice = line.partition(" … ")
    assert found == f"  landing: {' '.join([sentence] * 8)} sendgrid/2026-01-01/a.ndjson: changed after"
    assert advice == (
        "All of it: touchpoint sql \"select observed from marts.build_checks where check_name = 'landing'\""
    )


#: A command that says what a build says, then ends in the way that the argument names.
COMMAND = """
import os, signal, sys, time
from orchestration.cli import console, interruption
interruption.end_on_signals()
def command():
    progress = console.Progress()
    for message in ("reading a\\x1b[2Jb", "transforming what is new", "transformed 10 of 20 models"):
        progress(message)
        time.sleep(0.2)
    if sys.argv[1] == "SIGTERM":
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(20)
    elif sys.argv[1] == "_exit":
        os._exit(1)
    console.say("Published build b.")
    return 0
sys.exit(interruption.run(command))
"""


def on_a_terminal(end: str) -> tuple[int, str]:
    """Exit code of the command, and everything that the terminal got."""
    terminal, ours = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, end],
        stdout=ours,
        stderr=ours,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    os.close(ours)
    got = b""
    try:
        while read := os.read(terminal, 4096):
            got += read
    except OSError:
        pass  # closed at the other end
    return process.wait(), got.decode()


@pytest.mark.parametrize(("end", "code"), [("return", 0), ("SIGTERM", 143), ("_exit", 1)])
def test_on_a_terminal_a_bar_shows_the_step_and_the_cursor_is_never_hidden(end: str, code: int) -> None:
    ended, got = on_a_terminal(end)
    assert ended == code
    assert "step 2 of 4: transforming" in got
    assert "50%" in got
    assert "s  transformed 10 of 20 models\r\n" in got
    assert "\x1b[?25l" not in got
    assert "\x1b[2J" not in got
    last = {"return": "Published build b.", "SIGTERM": "touchpoint: stopped by SIGTERM", "_exit": ""}[end]
    # The line of the bar was cleared before.
    assert not last or got.rsplit("\x1b[2K", 1)[1].lstrip("\r").startswith(last)


def test_without_a_terminal_there_are_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    console.Progress()("transformed 10 of 20 models")
    assert capsys.readouterr().err.endswith("s  transformed 10 of 20 models\n")
