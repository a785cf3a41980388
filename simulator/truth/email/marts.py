"""The expected email marts: messages and their events grouped by each mart's grain."""

from __future__ import annotations

import pandas as pd

from simulator.truth.email.kpis import email_counts, email_rates
from simulator.truth.geography import with_coordinates
from simulator.truth.rows import Rows, instants, records
from simulator.world.feeds import FEEDS
from simulator.world.model import World


def tables(
    world: World, messages: pd.DataFrame, events: pd.DataFrame, detail: bool, time_zone: str
) -> dict[str, Rows]:
    """Return every email mart; those with a row per message or event only with `detail`."""
    summaries = {
        "mart_email_kpis_daily": email_counts(messages, ["email_id", "journey_id", "tile_id", "send_date"]),
        "mart_email_kpis": _described(world, email_rates(email_counts(messages, ["email_id"]))),
        "mart_email_journey_kpis": email_rates(email_counts(messages, ["email_id", "journey_id"])),
        "mart_email_domains": email_rates(email_counts(messages, ["email_id", "recipient_domain"])),
        "mart_email_domains_daily": email_rates(
            email_counts(messages, ["email_id", "recipient_domain", "send_date"])
        ),
        "mart_feed_kpis_daily": email_rates(_by_feed(messages)),
        "mart_email_responses_hourly": _hourly(events, time_zone),
        "mart_email_geography": _geography(events),
        "mart_email_clients": _by_response(events, ["device", "client", "operating_system"]),
        "mart_email_links": _links(events, messages),
        "mart_email_links_daily": _link_counts(events, ["email_id", "journey_id", "link_url", "send_date"]),
    }
    if detail:
        summaries["mart_email_recipients"] = _recipients(messages)
        summaries["mart_contact_emails"] = _recipients(messages).drop(columns="iteration_id")
        summaries["mart_email_interactions"] = _interactions(events)
    return {name: records(frame) for name, frame in summaries.items()}


def _described(world: World, frame: pd.DataFrame) -> pd.DataFrame:
    names = {email.email_id: email.name for email in world.emails}
    subjects = {email.email_id: email.subject for email in world.emails}
    frame.insert(1, "email_name", frame["email_id"].map(names))
    frame.insert(2, "subject", frame["email_id"].map(subjects))
    return frame


def _by_feed(messages: pd.DataFrame) -> pd.DataFrame:
    names = [feed.name for feed in FEEDS]
    return email_counts(messages.assign(feed=messages["feed"].map(names.__getitem__)), ["feed", "send_date"])


def _hourly(events: pd.DataFrame, time_zone: str) -> pd.DataFrame:
    hour = events["occurred_at"] // 3_600_000_000 * 3_600_000_000
    frame = events.assign(interaction_hour=hour, interactions=1, interactions_human=~events["is_machine"])
    keys = ["email_id", "journey_id", "interaction_type", "interaction_hour"]
    counts = frame.groupby(keys, as_index=False)[["interactions", "interactions_human"]].sum()
    local = pd.to_datetime(counts["interaction_hour"], unit="us", utc=True).dt.tz_convert(time_zone)
    return counts.assign(interaction_hour=instants(counts["interaction_hour"]), local_hour=local.dt.hour)


def _by_response(events: pd.DataFrame, dimensions: list[str]) -> pd.DataFrame:
    kind = events["interaction_type"]
    frame = events.assign(opens=kind == "email_opened", clicks=kind == "email_clicked")
    frame = frame[frame["opens"] | frame["clicks"]]
    of_people = {f"{name}_human": frame[name] & ~frame["is_machine"] for name in ("opens", "clicks")}
    keys = ["email_id", "journey_id", "send_date", *dimensions]
    counts = ["opens", "clicks", *of_people]
    return frame.assign(**of_people).groupby(keys, as_index=False)[counts].sum()


def _geography(events: pd.DataFrame) -> pd.DataFrame:
    return with_coordinates(_by_response(events, ["country", "region", "city"]), events)


def _link_counts(events: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    clicks = events[events["interaction_type"] == "email_clicked"]
    clicks = clicks.assign(of_people=clicks["message"].where(~clicks["is_machine"]))
    return clicks.groupby(keys, as_index=False).agg(
        clicks_total=("message", "size"),
        clicks_unique=("message", "nunique"),
        clicks_total_human=("of_people", "count"),
        clicks_unique_human=("of_people", "nunique"),
    )


def _links(events: pd.DataFrame, messages: pd.DataFrame) -> pd.DataFrame:
    keys = ["email_id", "link_url"]
    frame = _link_counts(events, keys)
    named = events[events["link_name"].notna()].groupby(keys)["link_name"].agg(lambda names: min(names))
    frame.insert(2, "link_name", frame.join(named, on=keys)["link_name"] if len(named) else None)
    clicked = messages.groupby("email_id")["clicked_unique"].sum()
    frame["click_through_rate"] = frame["clicks_unique"] / frame["email_id"].map(clicked)
    ranked = frame.sort_values(["email_id", "clicks_total", "link_url"], ascending=[True, False, True])
    frame["link_rank"] = ranked.groupby("email_id").cumcount() + 1
    return frame


def _recipients(messages: pd.DataFrame) -> pd.DataFrame:
    frame = messages.sort_values("message")
    return pd.DataFrame({
        "email_id": frame["email_id"], "journey_id": frame["journey_id"], "tile_id": frame["tile_id"],
        "contact_id": frame["contact_id"], "iteration_id": frame["iteration_id"],
        "recipient_domain": frame["recipient_domain"], "sent_at": instants(frame["sent_at"]),
        "delivery_status": frame["delivery_status"], "reason": frame["reason"],
        "first_opened_at": instants(frame["first_opened_at"]), "opens": frame["opened_total"],
        "first_clicked_at": instants(frame["first_clicked_at"]), "clicks": frame["clicked_total"],
        "forwarded": frame["forwarded"], "complained": frame["feedback_loops"],
        "unsubscribed": frame["unsubscribed"],
    })  # fmt: skip


def _interactions(events: pd.DataFrame) -> pd.DataFrame:
    order = ["occurred_at", "message", "interaction_type", "link_url"]
    columns = ["email_id", "journey_id", "contact_id", "occurred_at", "interaction_type", "link_url"]
    frame = events.sort_values(order, kind="stable")[[*columns, "country", "is_machine"]]
    return frame.assign(occurred_at=instants(frame["occurred_at"]))
