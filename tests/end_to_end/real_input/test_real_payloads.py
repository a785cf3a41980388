"""Real payloads of the providers, from landing zone to interaction.

The payloads and the events expected of them lie outside the project (`../shared/data`); without them these tests
skip and say so. Run with -s to read the table per provider.
"""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from ingestion.adapters.registry import ADAPTERS
from tests.end_to_end.providers.cases import Case, Outcome, outcomes
from tests.harness.paths import REAL_DATA

CASES = REAL_DATA / "webhook_cases" / "symfony_cases.ndjson"
SAMPLES = REAL_DATA / "webhook_samples"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CASES.is_file(), reason=f"real payloads are not here: {CASES} does not exist"),
]

#: Providers that the payloads call otherwise than we do.
OTHER_NAMES = {"mailchimp": "mandrill"}

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


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [case for case in map(json.loads, lines) if adapter_of(case) in ADAPTERS]


def adapter_of(case: dict[str, Any]) -> str:
    return OTHER_NAMES.get(case["provider"], case["provider"])


@pytest.fixture(scope="module")
def found(cases: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """What every payload and every line of the samples was staged as, landed as it was posted."""
    payloads = [(case["case_id"], adapter_of(case), case["raw_body"]) for case in cases]
    for name in SAMPLE_TYPES:
        for number, line in enumerate((SAMPLES / name).read_text(encoding="utf-8").splitlines()):
            payloads.append((f"{name}-{number:02d}", name.split("_")[0], line + "\n"))
    delivered = [
        Case(provider=provider, feed=feed, says=feed, files={"body.json": body}, arrival="2026-11-01")
        for feed, provider, body in payloads
    ]
    return outcomes(tmp_path_factory.mktemp("real"), delivered)


def test_every_payload_is_staged_as_the_right_interaction(
    cases: list[dict[str, Any]], found: dict[str, Outcome], capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, table = [], []
    for case in cases:
        outcome = found[case["case_id"]]
        expected = [event["name"] for event in case["events"]]
        meant, why = ON_PURPOSE.get(case["case_id"], (None, ""))
        allowed = [MEANINGS[name] for name in expected]
        if meant is not None:
            allowed = [meant] if meant else []
        got = [row["interaction_type"] for row in outcome.staged]
        fits = len(got) == len(allowed) and all(one in many for one, many in zip(got, allowed, strict=True))
        table.append((case["provider"], case["case_id"], expected, got or [outcome.ignored], why))
        if not fits:
            wrong.append(table[-1])
    with capsys.disabled():
        _print(table)
    assert wrong == []


def test_every_documented_example_is_staged_or_ignored_for_a_reason(found: dict[str, Outcome]) -> None:
    wrong = []
    for name, types in SAMPLE_TYPES.items():
        for number, expected in enumerate(types):
            outcome = found[f"{name}-{number:02d}"]
            got = {row["interaction_type"] for row in outcome.staged}
            if got != ({expected} if expected else set()) or (expected is None and not outcome.ignored):
                wrong.append((name, number, expected, outcome))
    assert wrong == []


def test_messages_recipients_and_times_are_those_expected(
    cases: list[dict[str, Any]], found: dict[str, Outcome]
) -> None:
    wrong = []
    for case in cases:
        if ON_PURPOSE.get(case["case_id"], ("anything",))[0] == set():
            continue
        for event, row in zip(case["events"], found[case["case_id"]].staged, strict=True):
            expected = event["expected"]
            apart = duckdb.execute(
                "select abs(epoch(cast($1 as timestamptz)) - epoch(cast($2 as timestamptz)))",
                [expected["timestamp"], row["occurred_at"]],
            ).fetchone()
            # The message, or where the provider has one the event.
            ids = (str(row["message_id"]), str(row["source_id"]))
            # Brevo's payloads give milliseconds where the expected event has whole seconds.
            fits = apart is not None and apart[0] < 1 and row["recipient"] == expected["recipient"]
            if not fits or (row["message_id"] and not event["id"].strip("<>").startswith(ids)):
                wrong.append((case["case_id"], event["id"], expected, row))
    assert wrong == []


def _print(table: list[tuple[Any, ...]]) -> None:
    print()
    for provider, case, expected, got, why in table:
        print(f"{provider:10s} {case[8:]:45s} {', '.join(expected):22s} -> {', '.join(map(str, got))}  {why}")
