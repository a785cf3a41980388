"""Records of the native format for a random world: every type, repeated, and with conflicting contents."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from random import Random
from typing import Any

from reliability.experiments.worlds.shared_values import SharedValues

#: Interaction types by subject, with the ids they should have and how often they are drawn.
_FAMILIES: dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]] = {
    "email": (
        9,
        (
            *("email_sent", "email_delivered", "email_deferred", "email_bounced", "email_bounced"),
            *("email_blocked", "email_sending_failed", "email_opened", "email_opened", "email_clicked"),
            *("email_clicked", "email_forwarded", "email_feedback_loop", "email_unsubscribed"),
            "email_subscription_submitted",
        ),
        ("message_id", "email_id", "journey_id", "iteration_id", "tile_id"),
    ),
    "journey": (
        4,
        (
            *("journey_tile_entered", "journey_tile_processed"),
            *("journey_tile_blocked", "journey_tile_failed"),
        ),
        ("journey_id", "tile_id", "iteration_id"),
    ),
    "segment": (2, ("segment_joined", "segment_left", "segment_members_counted"), ("segment_id",)),
    "lead": (3, ("lead_scored", "lead_stage_changed"), ("lead_id", "lead_scoring_model_id")),
    "page": (2, ("page_visited",), ("page_id", "journey_id")),
    "form": (
        3,
        ("form_visited", "form_submitted", "form_submitted"),
        ("form_id", "page_id", "submission_id"),
    ),
    "website": (4, ("website_visited", "website_visited", "website_clicked"), ("website_id",)),
    "redirect": (1, ("redirect_clicked",), ("redirect_url_id",)),
    "event": (1, ("event_registered", "event_registration_cancelled", "event_checked_in"), ("event_id",)),
    "survey": (1, ("survey_responded",), ("survey_id",)),
    "consent": (1, ("consent_changed",), ()),
    "conversion": (3, ("converted",), ("order_id",)),
}
_TYPES = {kind: ids for _, kinds, ids in _FAMILIES.values() for kind in kinds}
_ANY_IDS = sorted({name for ids in _TYPES.values() for name in ids} | {"session_id"})
_ON_THE_WEB = ("website", "page", "form", "redirect")
_SCORED: dict[str, tuple[Any, ...]] = {"score": (0, 10, 49.5, 50, 90), "grade": ("A", "B")}
#: Fields that only some types have.
_DETAILS: dict[str, dict[str, tuple[Any, ...]]] = {
    "email_bounced": {
        "bounce_type": ("hard", "soft", "soft", "soft", "other"),
        "reason": ("mailbox full", "no such user ann@one.example"),
    },
    "email_blocked": {"reason": ("do_not_bulk_email", "suppressed", "nonsense")},
    "journey_tile_blocked": {"reason": ("unsubscribed", "consent")},
    "journey_tile_processed": {"path": ("yes", "no")},
    "segment_members_counted": {"members_count": (0, 3, 7)},
    "lead_scored": {**_SCORED, "is_sales_ready": (True, False)},
    "lead_stage_changed": {"stage": ("new", "warm", "hot")},
    # Sums of these doubles depend on the order in which they are added.
    "converted": {"amount": (0.1, 0.2, 0.7, 1e9, -5, "12,50"), "currency": ("EUR", "EUR", "usd", "euro")},
    "survey_responded": {**_SCORED, "properties": ({"answer": "yes"}, {"answer": "no"})},
    "form_submitted": {
        "contact_result": ("created", "updated", "none"),
        "lead_result": ("created", "created", "updated", "none"),
        "properties": ({"name": "Ann"}, {"name": "Bob"}),
    },
}
_AGENTS = ("Mozilla/5.0 (X11; Linux x86_64)", "Googlebot/2.1 (+http://www.google.com/bot.html)")
_COUNTRIES = ("DE", "us", "FR", "nowhere")


def records(random: Random, shared: SharedValues, arrived: date, prefix: str) -> list[dict[str, Any]]:
    """Return a file's records: new ones, repeated ones, and repeated ids with other contents."""
    made: list[dict[str, Any]] = []
    for _ in range(random.randint(5, 40)):
        if made and random.random() < 0.25:
            made.append(_again(random, shared, arrived, random.choice(made)))
        else:
            made.append(_record(random, shared, arrived, prefix))
    return made


def lines(random: Random, shared: SharedValues, arrived: date) -> bytes:
    """Return records as one object per line, sometimes with a line that cannot be read."""
    texts = [json.dumps(record) for record in records(random, shared, arrived, "i")]
    if random.random() < 0.15:
        texts.insert(random.randrange(len(texts)), random.choice(['{"interaction_id": ', '{"x": 1}', "[]"]))
    return ("\n".join(texts) + "\n").encode()


def table(random: Random, shared: SharedValues, arrived: date) -> bytes:
    """Return records as a CSV table with a header."""
    made = records(random, shared, arrived, "i")
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for record in made for name in record)))
    writer.writeheader()
    for record in made:
        writer.writerow({name: _cell(value) for name, value in record.items()})
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value) if isinstance(value, dict) else value


def _record(random: Random, shared: SharedValues, arrived: date, prefix: str) -> dict[str, Any]:
    # So few ids that two files can use the same one, and then with the same type: versions of one event.
    interaction_id = f"{prefix}{random.randint(1, 200)}"
    kind = shared.types.setdefault(interaction_id, _any_type(random))
    record: dict[str, Any] = {
        "interaction_id": interaction_id,
        "interaction_type": kind,
        "occurred_at": shared.instant_text(random, arrived),
    }
    _fill(random, shared, record, kind)
    return record


def _any_type(random: Random) -> str:
    [family] = random.choices(list(_FAMILIES), [often for often, _, _ in _FAMILIES.values()])
    return random.choice(_FAMILIES[family][1])


def _again(random: Random, shared: SharedValues, arrived: date, known: dict[str, Any]) -> dict[str, Any]:
    record = dict(known)
    if random.random() < 0.5:
        for name in random.sample(list(record), min(2, len(record))):
            if name not in ("interaction_id", "interaction_type", "occurred_at"):
                del record[name]
        _fill(random, shared, record, record["interaction_type"])
    return record


def _fill(random: Random, shared: SharedValues, record: dict[str, Any], kind: str) -> None:
    """Give a record ids and details: most that its type should have and a few that it should not."""
    is_email = kind.startswith("email")
    chances = dict.fromkeys(_TYPES[kind], 0.75) | {"contact_id": 0.55, "visitor_id": 0.1 if is_email else 0.6}
    chances |= {name: 0.25 for name in random.sample(_ANY_IDS, 2) if name not in chances}
    for name, chance in chances.items():
        if random.random() < chance:
            record[name] = shared.id(random, name)
    if random.random() < (0.7 if is_email else 0.15):
        record["recipient"] = shared.address(random)
    if kind.startswith(_ON_THE_WEB) and random.random() < 0.7:
        record["url"] = shared.url(random)
    if kind.endswith("_clicked") and random.random() < 0.8:
        record |= {"link_url": shared.url(random), "link_name": random.choice(["Shop", "Blog"])}
    record |= _where_and_how(random) | {
        name: random.choice(values)
        for name, values in _DETAILS.get(kind, {}).items()
        if random.random() < 0.8
    }


def _where_and_how(random: Random) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if random.random() < 0.3:
        details |= {"country": random.choice(_COUNTRIES), "city": random.choice(["Bonn", "Ulm"])}
        details |= {"latitude": random.choice([50.7, 48.4]), "longitude": random.choice([7.1, 10.0])}
    if random.random() < 0.3:
        details["user_agent"] = random.choice(_AGENTS)
        details["ip"] = random.choice(["8.8.8.8", "192.0.2.1", "2a00:1450:4001::1"])
    if random.random() < 0.1:
        details["is_machine"] = True
    return details
