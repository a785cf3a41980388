"""Real payloads of the providers, from landing zone to interaction.

The payloads and the events expected of them lie outside the project (`../shared/data`); without them these tests
skip and say so. Run with -s to read the table per provider.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import build

SHARED = Path(__file__).parents[3] / "shared" / "data"
CASES = SHARED / "webhook_cases" / "symfony_cases.ndjson"
SAMPLES = SHARED / "webhook_samples"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CASES.is_file(), reason=f"real payloads are not here: {CASES} does not exist"),
]

FEEDS = {
    "brevo": "brevo",
    "mailchimp": "mandrill",
    "mailgun": "mailgun",
    "postmark": "postmark",
    "sendgrid": "sendgrid",
}

#: What an expected event's name means in interactions.
MEANINGS = {
    "received": {"email_sent"},
    "delivered": {"email_delivered"},
    "deferred": {"email_deferred"},
    "bounce": {"email_bounced"},
    "dropped": {"email_blocked", "email_sending_failed"},
    "open": {"email_opened"},
    "click": {"email_clicked"},
    "spam": {"email_feedback_loop"},
    "unsubscribe": {"email_unsubscribed"},
}

#: Where we mean something else than the expected event says, and why. No meaning: the record is ignored.
ON_PURPOSE = {
    "symfony-postmark-subscription_change": (
        {"consent_changed"},
        "suppressed for a hard bounce, with the zero id: no message's and no unsubscribe",
    ),
    **{
        f"symfony-postmark-{name}": (set[str](), "the zero id of the test button: ignored as a test")
        for name in ("bounce", "delivery", "link_click", "open", "spam_complaint")
    },
}

SAMPLE_TYPES = {
    "ses_firehose_examples.ndjson": [
        "email_bounced", "email_feedback_loop", "email_delivered", "email_sent", "email_sending_failed",
        "email_opened", "email_clicked", "email_sending_failed", "email_deferred", "email_unsubscribed",
    ],
    "ses_sns_notification_examples.ndjson": [
        "email_bounced", "email_bounced", "email_feedback_loop", "email_feedback_loop", "email_delivered",
    ],
    "mailgun_event_examples.ndjson": [
        "email_sent", "email_sent", "email_delivered", "email_blocked", "email_bounced", "email_deferred",
        "email_opened", "email_clicked", "email_unsubscribed", "email_feedback_loop", None, "email_sending_failed",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of the record on one line of a file."""

    interactions: tuple[str, ...]
    quarantined: str | None


@pytest.fixture(scope="module")
def cases() -> list[dict]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if case["provider"] in FEEDS]


@pytest.fixture(scope="module")
def home(cases: list[dict], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every payload landed as it was posted, one file per payload, and built."""
    root = tmp_path_factory.mktemp("real")
    for case in cases:
        folder = root / "landing" / FEEDS[case["provider"]] / "2026-11-01"
        folder.mkdir(parents=True, exist_ok=True)
        # Copies that differ only in the test's name would be duplicates of each other.
        (folder / f"{case['case_id']}.json").write_text(case["raw_body"], encoding="utf-8")
    for name in SAMPLE_TYPES:
        folder = root / "landing" / name.split("_")[0] / "2026-11-02"
        folder.mkdir(parents=True, exist_ok=True)
        for number, line in enumerate((SAMPLES / name).read_text(encoding="utf-8").splitlines()):
            (folder / f"{name}-{number:02d}.json").write_text(line + "\n", encoding="utf-8")
    build(root / "landing", root / "home")
    return root / "home"


@pytest.fixture(scope="module")
def outcomes(home: Path) -> dict[str, Outcome]:
    """What every file's records were staged as, before de-duplication."""
    with duckdb.connect(str(home / "build" / "work.duckdb"), read_only=True) as work:
        staged = work.execute(
            """select files.file, staged.interaction_type
            from intermediate.int_interactions_staged as staged
            inner join raw.files as files on staged.file_id = files.file_id
            order by 1, staged.line_number, staged.item_index, staged.row_index"""
        ).fetchall()
        bad = dict(work.execute("select file, reason_code from raw.quarantined_records").fetchall())
        ignored = dict(
            work.execute(
                """select files.file, 'ignored: ' || ignored.record_type
                from raw.ignored_records as ignored
                inner join raw.files as files on ignored.file_id = files.file_id"""
            ).fetchall()
        )
        names = [name for (name,) in work.execute("select file from raw.files").fetchall()]
    types = defaultdict(list)
    for file, interaction_type in staged:
        types[file].append(interaction_type)
    return {name: Outcome(tuple(types[name]), bad.get(name) or ignored.get(name)) for name in names}


def test_every_payload_is_staged_as_the_right_interaction(
    cases: list[dict], outcomes: dict[str, Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, table = [], []
    for case in cases:
        outcome = outcomes[f"{case['case_id']}.json"]
        expected = [event["name"] for event in case["events"]]
        meant, why = ON_PURPOSE.get(case["case_id"], (None, ""))
        allowed = [MEANINGS[name] for name in expected]
        if meant is not None:
            allowed = [meant] if meant else []
        got = list(outcome.interactions)
        fits = len(got) == len(allowed) and all(one in many for one, many in zip(got, allowed, strict=True))
        table.append((case["provider"], case["case_id"], expected, got or [outcome.quarantined], why))
        if not fits:
            wrong.append(table[-1])
    with capsys.disabled():
        _print(table)
    assert wrong == []


def test_every_documented_example_is_staged_or_ignored_for_a_reason(outcomes: dict[str, Outcome]) -> None:
    wrong = []
    for name, types in SAMPLE_TYPES.items():
        for number, expected in enumerate(types):
            outcome = outcomes[f"{name}-{number:02d}.json"]
            got = set(outcome.interactions)
            if got != ({expected} if expected else set()) or (expected is None and not outcome.quarantined):
                wrong.append((name, number, expected, outcome))
    assert wrong == []


def test_recipients_and_times_are_those_expected(cases: list[dict], home: Path) -> None:
    with duckdb.connect(str(home / "build" / "work.duckdb"), read_only=True) as work:
        work.execute("set TimeZone = 'UTC'")
        rows = work.execute(
            """select files.file, staged.recipient, epoch(staged.occurred_at)
            from intermediate.int_interactions_staged as staged
            inner join raw.files as files on staged.file_id = files.file_id
            order by 1, staged.line_number, staged.item_index"""
        ).fetchall()
    found = defaultdict(list)
    for file, recipient, seconds in rows:
        found[file].append((recipient, seconds))
    wrong = []
    for case in cases:
        if ON_PURPOSE.get(case["case_id"], ("anything",))[0] == set():
            continue
        for event, got in zip(case["events"], found[f"{case['case_id']}.json"], strict=True):
            expected = event["expected"]
            instant = duckdb.sql(f"select epoch(timestamptz '{expected['timestamp']}')").fetchone()
            assert instant is not None
            # Brevo's payloads give milliseconds where the expected event has whole seconds.
            if got[0] != expected["recipient"] or abs(got[1] - instant[0]) >= 1:
                wrong.append((case["case_id"], expected, got))
    assert wrong == []


def _print(table: list[tuple]) -> None:
    print()
    for provider, case, expected, got, why in table:
        print(f"{provider:10s} {case[8:]:45s} {', '.join(expected):22s} -> {', '.join(map(str, got))}  {why}")
