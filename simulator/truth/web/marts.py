"""The expected marts of pages, forms, websites and redirect URLs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from simulator.events.email.model import UNKNOWN, MessageIds
from simulator.truth.geography import with_coordinates
from simulator.truth.rows import instants
from simulator.truth.web.interactions import credits

PLACES = ["country", "region", "city"]
#: A longer gap between visits starts another session; microseconds.
GAP = 1_800_000_000
RESULTS = {
    "contacts_created": ("contact_result", "created"), "contacts_updated": ("contact_result", "updated"),
    "leads_created": ("lead_result", "created"), "leads_updated": ("lead_result", "updated"),
}  # fmt: skip


def tables(frame: pd.DataFrame, message_ids: MessageIds, detail: bool) -> dict[str, pd.DataFrame]:
    """Return every such mart; those with a row per interaction only with `detail`."""
    kind = frame["interaction_type"]
    submitted = submissions(frame)
    pages, forms = frame[(kind == "page_visited") & frame["page_id"].notna()], frame[kind == "form_visited"]
    forms = forms[forms["form_id"].notna()]
    on_pages, on_forms = submitted[submitted["page_id"].notna()], submitted[submitted["form_id"].notna()]
    sites = frame[(kind == "website_visited") & frame["website_id"].notna()]
    clicks = frame[(kind == "redirect_clicked") & frame["redirect_url_id"].notna()]
    page_day, form_day = ["page_id", "journey_id", "interaction_date"], ["form_id", "interaction_date"]
    site_place, click_place = (
        ["website_id", "visit_date", *PLACES],
        ["redirect_url_id", "click_date", *PLACES],
    )
    found = {
        "mart_page_kpis_daily": _counts(pages, on_pages, page_day),
        "mart_page_kpis": _converted(_counts(pages, on_pages, ["page_id"])),
        "mart_page_geography": _page_geography(pages, on_pages, page_day),
        "mart_form_kpis_daily": _counts(forms, on_forms, form_day),
        "mart_form_kpis": _converted(_counts(forms, on_forms, ["form_id"])),
        "mart_website_pages": _site_pages(sites, ["website_id"]),
        "mart_website_pages_daily": _site_pages(_by_visit_date(sites), ["website_id", "visit_date"]),
        "mart_website_daily": _site_days(sites),
        "mart_website_geography": _geography(_visits(_by_visit_date(sites), site_place), sites),
        "mart_redirect_url_daily": _clicks(clicks, ["redirect_url_id", "click_date"]),
        "mart_redirect_url_geography": _geography(_clicks(clicks, click_place), clicks),
    }  # fmt: skip
    if detail:
        visit = ["contact_id", "visitor_key", "occurred_at", "country", "is_machine"]
        found |= {
            "mart_page_submissions": _submitted(on_pages, message_ids, ["page_id", "journey_id"]),
            "mart_page_visits": _rows(pages, ["page_id", "journey_id", "url", "referrer", *visit]),
            "mart_form_submissions": _submitted(
                on_forms, message_ids, ["form_id", "page_id", "contact_result", "lead_result"]
            ),
            "mart_form_visits": _rows(forms, ["form_id", "page_id", *visit[1:]]),
            "mart_website_visits": _rows(sites, ["website_id", "url", "referrer", *visit]),
            "mart_redirect_url_clicks": _rows(clicks, ["redirect_url_id", *visit]),
        }
    return found


def submissions(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per submission, its first interaction; one without a submission id is a submission of
    its own."""
    submitted = frame[frame["interaction_type"] == "form_submitted"].sort_values(["occurred_at", "number"])
    key = submitted["submission_id"].where(submitted["submission_id"].notna(), submitted["number"])
    return submitted[~key.duplicated()]


def _visits(visits: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return visits and visitors, in all and of people alone."""
    return _people(visits, keys, "visits", "visitors")


def _clicks(clicks: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    return _people(clicks.assign(click_date=clicks["interaction_date"]), keys, "clicks", "clickers")


def _people(frame: pd.DataFrame, keys: list[str], what: str, who: str) -> pd.DataFrame:
    human = frame[~frame["is_machine"]]
    counts = {
        what: frame.groupby(keys).size(), f"{what}_human": human.groupby(keys).size(),
        who: frame.groupby(keys)["visitor"].nunique(),
        f"{who}_human": human.groupby(keys)["visitor"].nunique(),
    }  # fmt: skip
    return pd.DataFrame(counts).fillna(0).astype(np.int64).reset_index()


def _counts(visits: pd.DataFrame, submitted: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    results = submitted.assign(submissions=1).assign(
        **{count: submitted[column] == result for count, (column, result) in RESULTS.items()}
    )
    sums = results.groupby(keys)[["submissions", *RESULTS]].sum()
    both = _visits(visits, keys).set_index(keys).join(sums, how="outer")
    return both.fillna(0).astype(np.int64).reset_index()


def _converted(frame: pd.DataFrame) -> pd.DataFrame:
    visits = frame["visits"]
    rate = np.where(visits > 0, frame["submissions"] / visits.replace(0, 1), np.nan)
    return frame.assign(conversion_rate=rate)


def _page_geography(visits: pd.DataFrame, submitted: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    keys = [*keys, *PLACES]
    counts = _counts(visits, submitted, keys)[[*keys, "visits", "visits_human", "submissions"]]
    return with_coordinates(counts, pd.concat([visits, submitted]))


def _geography(counts: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return the counts with coordinates, without visitors and clickers: those cannot be summed over
    places."""
    return with_coordinates(
        counts.drop(columns=[c for c in counts if str(c).startswith(("visitors", "clickers"))]), events
    )


def _by_visit_date(sites: pd.DataFrame) -> pd.DataFrame:
    return sites.assign(visit_date=sites["interaction_date"])


def _site_pages(sites: pd.DataFrame, within: list[str]) -> pd.DataFrame:
    """Return the pages of each website, or of each website and day, ranked there."""
    keys = [*within, "address"]
    frame = _visits(sites, keys).set_index(keys)
    frame["last_visit_at"] = instants(sites.groupby(keys)["occurred_at"].max())
    frame = frame.reset_index().rename(columns={"address": "url"})
    ranked = frame.sort_values([*within, "visits", "url"], ascending=[*[True] * len(within), False, True])
    frame["page_rank"] = ranked.groupby(within).cumcount() + 1
    return frame


def _site_days(sites: pd.DataFrame) -> pd.DataFrame:
    keys = ["website_id", "visit_date"]
    known = sites[sites["visitor"].notna()].sort_values("occurred_at")
    tracked = known["tracker_session"].notna()
    visits = known[~tracked].groupby(["website_id", "visitor"])["occurred_at"]
    paused = known[~tracked][visits.shift().isna() | (visits.diff() > GAP)]
    counted = known[tracked].drop_duplicates(["website_id", "tracker_session"])
    starts = pd.concat([paused, counted])
    sessions = _by_visit_date(starts).groupby(keys).size()
    frame = _visits(_by_visit_date(sites), keys).set_index(keys)
    return frame.assign(sessions=sessions.reindex(frame.index).fillna(0).astype(np.int64)).reset_index()


def _submitted(submitted: pd.DataFrame, message_ids: MessageIds, columns: list[str]) -> pd.DataFrame:
    frame = _unknown(submitted[[*columns, "submission_id", "contact_id"]]).assign(
        submitted_at=instants(submitted["occurred_at"]), submitted_values=submitted["answers"],
        **credits(message_ids, submitted["credited"].to_numpy()),
    )  # fmt: skip
    return frame.reset_index(drop=True)


def _rows(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    chosen = frame.sort_values(["occurred_at", "number"], kind="stable")[columns]
    chosen = _unknown(chosen)
    return chosen.assign(occurred_at=instants(chosen["occurred_at"])).reset_index(drop=True)


def _unknown(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with `unknown` for missing ids, as facts have it."""
    return frame.fillna({name: UNKNOWN for name in ("contact_id", "page_id", "form_id") if name in frame})
