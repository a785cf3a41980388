"""Draws people and crawlers on websites: sessions of page views with clicks, forms, logins and orders, and
requests in server logs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.events.journeys.passes import time_of_day
from simulator.events.web.hit_log import (
    ACCESS_LOG,
    ALIASED,
    GEOGRAPHY,
    IDENTIFIED,
    NATIVE,
    QUANTUM,
    REQUESTED,
    SEGMENT,
    SNOWPLOW,
    VIEWED,
    HitLog,
    chosen_rows,
)
from simulator.world.catalogue import ADDRESSES, AGENTS, COUNTRIES, CRAWLER, CRAWLERS, HOSTILE
from simulator.world.model import DAY, SECOND, World
from simulator.world.random_streams import stream
from simulator.world.web import NONE, Web

SESSIONS_A_CONTACT_AND_DAY = 0.03
LOGGED_SESSIONS_A_CONTACT_AND_DAY = 0.02
HALF_AN_HOUR = 1_800 * SECOND
REFERRERS = (None, "https://www.google.com/", "https://social.example/post/7?from=feed",
             "https://www.shop.example/")  # fmt: skip
LINKS = ("https://www.shop.example/b.pdf", "https://apps.example/get?os=1&x=%20#top",
         "mailto:hello@shop.example")  # fmt: skip
ASSETS = ("/logo.png", "/style.css", "/app.min.js", "/offers/1.json", "/robots.txt")
Longs = NDArray[np.int64]


def log_browsing(log: HitLog, world: World, web: Web, faults: frozenset[str]) -> None:
    """Add sessions of visitors with a visitor id, and the requests that web servers log."""
    hostile = "hostile" in faults
    rng = stream(world.seed, "browsing")
    count = max(90, round(len(world.contacts) * world.days * SESSIONS_A_CONTACT_AND_DAY))
    # Some devices are used much more than others.
    device = (len(web.devices) * rng.random(count) ** 3).astype(np.int64)
    crawlers = 0.2 if "machine" in faults else 0.03
    machine = rng.random(count) < crawlers
    device[machine] = len(web.devices) - 1 - rng.integers(len(CRAWLERS) * 2, size=int(machine.sum()))
    views = _views(rng, world, web, rng.choice((SEGMENT, SNOWPLOW, NATIVE), p=(0.58, 0.22, 0.2), size=count))
    views["device"] = device[views["session"]]
    _add_people(rng, world, web, views, count)
    urls = _urls(web, hostile)
    views["url"] = urls[views["location"], _variants(rng, len(views), urls.shape[1])]
    referrers = np.array([*REFERRERS, *HOSTILE[:5]] if hostile else REFERRERS, dtype=object)
    views["referrer"] = referrers[rng.integers(len(referrers), size=len(views))]
    _log_views(log, rng, web, views)
    _log_logins(log, rng, views)
    _log_clicks(log, rng, web, views, hostile)
    _log_forms(log, rng, web, views)
    _log_orders(log, world, views)
    _log_requests(log, world, web, faults, urls)


def _views(rng: np.random.Generator, world: World, web: Web, feed: Longs) -> pd.DataFrame:
    """Return a row per view: sessions of one to nine views, mostly on one website.

    Some gaps between views are half an hour to the tick, the limit at which a session ends.
    """
    count = len(feed)
    start = world.begin + rng.integers(world.days, size=count) * DAY + time_of_day(rng, count)
    depth = np.minimum(rng.geometric(0.42, size=count), 9)
    session = np.repeat(np.arange(count), depth)
    total = len(session)
    first = np.cumsum(depth) - depth
    quantum = QUANTUM[feed][session]
    luck = rng.random(total)
    gap = (rng.exponential(200, size=total) + 1) * SECOND
    gap = np.where(luck < 0.03, HALF_AN_HOUR, np.where(luck < 0.06, HALF_AN_HOUR + quantum, gap))
    gap = np.where(luck > 0.96, 1_900 * SECOND + rng.random(total) * 6_000 * SECOND, gap)
    gap = gap.astype(np.int64) // quantum * quantum
    gap[first] = start // QUANTUM[feed] * QUANTUM[feed]
    # The running sum within each session.
    passed = np.cumsum(gap)
    at = passed - np.repeat(passed[first] - gap[first], depth)
    return pd.DataFrame({"session": session, "at": at, "location": _locations(rng, web, session, first,
        depth),
                         "feed": feed[session], "variant": rng.integers(5_040, size=total)})  # fmt: skip


def _locations(rng: np.random.Generator, web: Web, session: Longs, first: Longs, depth: Longs) -> Longs:
    """Draw where each view is: three in ten on a landing page, most others on the session's first website."""
    site = np.array([location.website for location in web.locations])
    pages = np.flatnonzero([location.page >= 0 for location in web.locations])
    anywhere = rng.integers(len(web.locations), size=len(session))
    landing = pages[rng.integers(len(pages), size=len(session))]
    location = np.where(rng.random(len(session)) < 0.3, landing, anywhere)
    home = np.repeat(site[location[first]], depth)
    order = np.argsort(site, kind="stable")
    begins = np.searchsorted(site[order], home)
    sizes = np.searchsorted(site[order], home, side="right") - begins
    near = order[begins + (rng.random(len(session)) * sizes).astype(np.int64)]
    stays = (rng.random(len(session)) < 0.6) & ~np.isin(np.arange(len(session)), first)
    return np.where(stays, near, location)


def _add_people(rng: np.random.Generator, world: World, web: Web, views: pd.DataFrame, count: int) -> None:
    """Add columns for who browses, what records say of it, from where and with what; the same within a
    session."""
    session = views["session"].to_numpy()
    device = views["device"].to_numpy()
    guest = web.devices.guest[device]
    is_guest = (rng.random(count) < 0.5)[session] & (guest >= 0)
    views["person"] = np.where(is_guest, guest, web.devices.owner[device])
    identifying = rng.random(count)[session]
    feed = views["feed"].to_numpy()
    views["user"] = np.where(identifying < 0.12, views["person"], NONE)
    by_address = (identifying >= 0.12) & (identifying < 0.18) & (feed != SNOWPLOW)
    views["addressed"] = np.where(by_address, views["person"], NONE)
    unidentified = (rng.random(count) < 0.04)[session] & (feed == NATIVE)
    views.loc[unidentified, ["device", "user", "addressed"]] = NONE
    views["agent"] = web.devices.agent[device]
    views["flagged"] = (rng.random(count) < 0.03)[session] & (feed == NATIVE)
    abroad = (rng.random(count) < 0.1)[session]
    place = np.where(abroad, rng.integers(len(COUNTRIES), size=count)[session], web.devices.place[device])
    views["geography"] = (rng.random(count)[session][:, None] >= GEOGRAPHY[feed]).sum(axis=1)
    views["place"] = place
    private = (rng.random(count) < 0.02)[session]
    views["ip"] = np.where(abroad, place * 2, np.where(private, -2, web.devices.ip[device]))
    views.loc[views["geography"] == 0, "ip"] = NONE
    journeys = rng.integers(len(world.journeys), size=len(views))
    views["journey"] = np.where((rng.random(len(views)) < 0.1) & (feed != SNOWPLOW), journeys, NONE)


def _urls(web: Web, hostile: bool) -> NDArray[np.object_]:
    """Return an array of URLs by location and spelling, as different links write them."""
    rows = []
    for number, location in enumerate(web.locations):
        host, path = location.host, location.path
        campaign = ("", "&utm_campaign=spring%20sale", "&UTM_CAMPAIGN=summer+24&utm_term=b")[number % 3]
        plain = f"https://{host}{path}"
        slash = plain if path.endswith("/") else f"{plain}/"
        variants = [plain, f"http://{host}{path}", f"{plain}?utm_source=email&utm_medium=a/b{campaign}",
                    slash, f"{plain}#part", f"https://{host.upper()}{path}", f"{slash}?q=1#x?y"]  # fmt: skip
        if hostile:
            variants.append(f'{plain}?q=\' or 1=1 --&t=<b>"é😀"')
        rows.append(variants)
    return np.array(rows, dtype=object)


def _variants(rng: np.random.Generator, count: int, width: int) -> Longs:
    return np.where(rng.random(count) < 0.5, 0, rng.integers(width, size=count))


def _common(views: pd.DataFrame, **others: Any) -> dict[str, Any]:
    """Return the columns that all records of a session share, as keywords for `HitLog.add`."""
    names = ("feed", "device", "user", "addressed", "agent", "geography", "place", "ip", "flagged",
        "location",
             "url", "referrer", "journey", "variant")  # fmt: skip
    return {name: views[name].to_numpy() for name in names} | others


def _location_numbers(web: Web, what: str) -> Longs:
    return np.array([getattr(location, what) for location in web.locations])


def _log_views(log: HitLog, rng: np.random.Generator, web: Web, views: pd.DataFrame) -> None:
    """Add one record per view of a tracker; the native format has visits of websites and of pages
    separately."""
    site, page = _location_numbers(web, "website"), _location_numbers(web, "page")
    tracked = views[views["feed"] != NATIVE]
    at = tracked["location"].to_numpy()
    log.add(len(tracked), **_common(tracked, kind=VIEWED, at=tracked["at"].to_numpy(), website=site[at],
                                    page=page[at]))  # fmt: skip
    own = views[views["feed"] == NATIVE]
    at = own["location"].to_numpy()
    luck = rng.random(len(own))
    lost = luck > 0.97
    website = np.where(lost, len(web.websites) - 1, site[at])
    log.add(len(own), **_common(own, kind="website_visited", at=own["at"].to_numpy(), website=website,
                                named=((luck < 0.5) & (website >= 0)) | lost))  # fmt: skip
    # Some page visits are of no page that the CRM has.
    paged = own[(page[at] >= 0) | (rng.random(len(own)) < 0.05)]
    at = paged["location"].to_numpy()
    log.add(len(paged), **_common(paged, kind="page_visited", at=paged["at"].to_numpy(), page=page[at],
                                  page_named=(rng.random(len(paged)) < 0.6) & (page[at] >= 0)))  # fmt: skip


def _log_logins(log: HitLog, rng: np.random.Generator, views: pd.DataFrame) -> None:
    """Add identify and alias calls with an id, an address or both; some identify unknown people."""
    able = (views["feed"] == SEGMENT) & (views["person"] >= 0)
    known = views[able & (rng.random(len(views)) < 0.12)]
    luck = rng.random(len(known))
    person = known["person"].to_numpy()
    kind = np.where(luck < 0.12, ALIASED, IDENTIFIED)
    user = np.where(luck < 0.6, person, NONE)
    addressed = np.where((luck >= 0.5) & (luck < 0.95), person, np.where(luck >= 0.95, -2, NONE))
    at = known["at"].to_numpy() + 1_500_000
    log.add(len(known), **_common(known, kind=kind, at=at) | {"user": user, "addressed": addressed})


def _log_clicks(log: HitLog, rng: np.random.Generator, web: Web, views: pd.DataFrame, hostile: bool) -> None:
    clicked = views[rng.random(len(views)) < 0.15]
    links = np.array([*LINKS, "https://www.shop.example/s?q=' or 1=1 --&t=<b>😀"] if hostile else LINKS,
                     dtype=object)  # fmt: skip
    at = clicked["at"].to_numpy() + rng.integers(3, 50, size=len(clicked)) * SECOND
    website = _location_numbers(web, "website")[clicked["location"]]
    named = (clicked["feed"] == NATIVE).to_numpy() & (rng.random(len(clicked)) < 0.4) & (website >= 0)
    log.add(len(clicked), **_common(clicked, kind="website_clicked", at=at, website=website, named=named,
                                    link_url=links[rng.integers(len(links), size=len(clicked))]))  # fmt: skip


def _log_forms(log: HitLog, rng: np.random.Generator, web: Web, views: pd.DataFrame) -> None:
    """Add visits and submissions of the forms on landing pages and of the embedded one."""
    form, page = _location_numbers(web, "form"), _location_numbers(web, "page")
    there = views[form[views["location"]] >= 0]
    seen = there[(there["feed"] != SNOWPLOW) & (rng.random(len(there)) < 0.5)]
    for kind, some, pause in (
        ("form_visited", seen, 3), ("form_submitted", there[rng.random(len(there)) < 0.12], 70)
    ):  # fmt: skip
        count, at = len(some), some["location"].to_numpy()
        feed = some["feed"].to_numpy()
        named = (page[at] >= 0) & (rng.random(count) < 0.9) & (feed != SNOWPLOW)
        nameless = (rng.random(count) < 0.04) & (feed == NATIVE)
        columns = _common(
            some, kind=kind, at=some["at"].to_numpy() + pause * SECOND, page_named=named,
            page=np.where(named, page[at], NONE), form=np.where(nameless, NONE, form[at]),
        )  # fmt: skip
        if kind == "form_submitted":
            columns |= results(rng, feed)
            numbers = np.array([f"submission-w{number:06d}" for number in range(count)], dtype=object)
            numbers[(feed == SNOWPLOW) | (rng.random(count) < 0.1)] = None
            columns |= {"submission_id": numbers, "values": True}
        log.add(count, **columns)


def results(rng: np.random.Generator, feed: Longs) -> dict[str, Any]:
    """Return the results of submissions, None where the feed has none; leads are created only by
    `crm/submissions.py`."""
    count = len(feed)
    contact = np.array(["created", "updated", "none", None], dtype=object)[rng.integers(4, size=count)]
    lead = np.array(["updated", "none", None], dtype=object)[rng.integers(3, size=count)]
    untold = feed == SNOWPLOW
    contact[untold] = lead[untold] = None
    return {"contact_result": contact, "lead_result": lead}


def _log_orders(log: HitLog, world: World, views: pd.DataFrame) -> None:
    """Add orders and other conversions after views, at once or days later: some without an order id, an
    amount or a currency, some told again by another feed with another amount."""
    rng = stream(world.seed, "orders")
    able = np.flatnonzero(np.isin(views["feed"], (SEGMENT, NATIVE)))
    count = max(40, len(able) // 12)
    # Mostly after views that a campaign brought.
    likely = np.where(views["url"].iloc[able].str.contains("utm_"), 8.0, 1.0)
    seen = views.iloc[rng.choice(able, size=count, p=likely / likely.sum())]
    pause = np.where(rng.random(count) < 0.5, 90 * SECOND, rng.exponential(3 * DAY, size=count))
    amount = np.round(rng.exponential(80, size=count), 2)
    amount[rng.random(count) < 0.08] = np.nan
    nameless = rng.random(count) < 0.15
    numbers = np.array([f"order-{number:06d}" for number in range(count)], dtype=object)
    numbers[nameless] = None
    orders = _common(
        seen, kind="converted", at=seen["at"].to_numpy() + pause.astype(np.int64), order_id=numbers,
        amount=amount, currency=np.array(["EUR", "EUR", "USD", "CHF", None], dtype=object)[
            rng.integers(5, size=count)
        ],
    )  # fmt: skip
    log.add(count, **orders)
    again = np.flatnonzero((rng.random(count) < 0.2) & ~nameless)
    told = {"at": orders["at"][again] + 2 * SECOND, "feed": NATIVE, "amount": amount[again] + 5}
    log.add(len(again), **chosen_rows(orders, again) | told)


def _log_requests(
    log: HitLog, world: World, web: Web, faults: frozenset[str], urls: NDArray[np.object_]
) -> None:
    """Add the requests that web servers log: pages, and assets, errors and redirects that are no page
    visits."""
    rng = stream(world.seed, "requests")
    people = len(world.contacts)
    count = max(50, round(people * world.days * LOGGED_SESSIONS_A_CONTACT_AND_DAY))
    views = _views(rng, world, web, np.full(count, ACCESS_LOG))
    session = views["session"].to_numpy()
    crawlers = 0.3 if "machine" in faults else 0.12
    actors = rng.integers(max(12, people // 3), size=count)
    agent = np.where(rng.random(count) < crawlers, CRAWLER + actors % len(CRAWLERS), actors * 7 % len(AGENTS))
    ip = np.where(rng.random(count) < 0.02, -2, actors * 11 % len(ADDRESSES))
    total = len(views)
    site, page = _location_numbers(web, "website"), _location_numbers(web, "page")
    at = views["location"].to_numpy()
    # Server logs have no scheme, no fragment and only ASCII; hosts are in the server's spelling.
    logged = [number for number, url in enumerate(urls[0]) if url.isascii() and "#" not in url
              and url.startswith("https://www.")]  # fmt: skip
    url = urls[at, np.array(logged)[_variants(rng, total, len(logged))]]
    luck = rng.random(total)
    method = np.where(luck < 0.03, "POST", np.where(luck < 0.05, "HEAD", "GET")).astype(object)
    status = np.where(luck < 0.05, 200, np.select(
        [luck < 0.09, luck < 0.13, luck < 0.15], [404, 304, 301], 200
    ))  # fmt: skip
    asset = (luck >= 0.15) & (luck < 0.35)
    hosts = np.array([location.host for location in web.locations], dtype=object)[at[asset]]
    files = np.array(ASSETS, dtype=object)[rng.integers(len(ASSETS), size=len(hosts))]
    url[asset] = "https://" + hosts + files
    counts = (method == "GET") & (status == 200) & ~asset
    referrers = np.array(REFERRERS, dtype=object)
    log.add(
        total, kind=REQUESTED, feed=ACCESS_LOG, at=views["at"].to_numpy(), agent=agent[session],
        ip=ip[session], geography=1, url=url, referrer=referrers[rng.integers(len(REFERRERS), size=total)],
        website=np.where(counts, site[at], NONE), page=np.where(counts, page[at], NONE), method=method,
        status=status, location=at, variant=views["variant"].to_numpy(),
    )  # fmt: skip
