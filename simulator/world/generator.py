"""Makes a world: contacts and their addresses, emails with links, journeys with tiles, landing pages."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from simulator.world.catalogue import COUNTRIES, DOMAINS, FIRST_NAMES, HOSTILE, LAST_NAMES
from simulator.world.feeds import FEEDS
from simulator.world.journeys import EMAILS_A_FEED, make_journeys
from simulator.world.model import CREATED_WITHIN, NEVER, Contacts, Email, Link, Page, World
from simulator.world.random_streams import stream

#: How many landing pages emails link to.
PAGES = 6


def make_world(contacts: int, days: int, seed: int, start: date, hostile: bool) -> World:
    """Make a world of that size; the same arguments give the same world. hostile: names and links contain
    hostile text."""
    pages = _pages(hostile)
    emails = _emails(seed, pages, hostile)
    journeys, tiles = make_journeys(hostile)
    people, addresses = _contacts(contacts, days, seed, hostile)
    return World(seed, start, days, people, addresses, emails, journeys, tiles, pages)


def _pages(hostile: bool) -> tuple[Page, ...]:
    """Make the landing pages that emails link to, and two that none links to: one on another website, one on
    a host of no website."""
    names = [HOSTILE[n % len(HOSTILE)] if hostile and n % 2 else f"Offer {n + 1}" for n in range(PAGES)]
    pages = [
        Page(f"page-{n + 1}", names[n], f"https://www.shop.example/offers/{n + 1}", f"form-{n + 1}")
        for n in range(PAGES)
    ]
    return (
        *pages,
        Page(f"page-{PAGES + 1}", "Paper", "https://Blog.shop.example/paper/", f"form-{PAGES + 1}"),
        Page(f"page-{PAGES + 2}", "Partner", "http://partner.example/joint-offer", f"form-{PAGES + 2}"),
    )


def _emails(seed: int, pages: tuple[Page, ...], hostile: bool) -> tuple[Email, ...]:
    rng = stream(seed, "emails")
    emails = []
    for number in range(len(FEEDS) * EMAILS_A_FEED):
        page = int(rng.integers(PAGES))
        links = [
            Link(f"{pages[page].url}/?utm_source=email&utm_content={number + 1}", "Offer", page),
            Link("https://www.shop.example/", "Home", -1),
            Link(f"https://www.shop.example/news/{number + 1}#top", f"News {number + 1}", -1),
            Link("https://social.example/share?u=https%3A%2F%2Fwww.shop.example", None, -1),
        ]
        if number % 2:
            other = (page + 1) % PAGES
            links.append(Link(pages[other].url.replace("https", "http"), "Second offer", other))
        if hostile:
            links.append(
                Link(
                    f'https://www.shop.example/s?q=\' or 1=1 --&t=<b>{number}</b>,"é😀"',
                    HOSTILE[number % 8],
                    -1,
                )
            )
        subject = HOSTILE[number % len(HOSTILE)] if hostile else f"News and offers no. {number + 1}"
        name = f"{HOSTILE[(number + 3) % 8]} {number}" if hostile else f"Newsletter {number + 1}"
        html = "<html><body>" + "".join(f'<a href="{link.url}">{link.name or "share"}</a>' for link in links)
        identifier = f"email '{number + 1}', \"é\"" if hostile and number == 1 else f"email-{number + 1:03d}"
        emails.append(Email(identifier, name, subject, html + "</body></html>", tuple(links)))
    return tuple(emails)


def _contacts(count: int, days: int, seed: int, hostile: bool) -> tuple[Contacts, NDArray[np.object_]]:
    rng = stream(seed, "contacts")
    first = rng.integers(len(FIRST_NAMES), size=count)
    last = rng.integers(len(LAST_NAMES), size=count)
    domain = rng.integers(len(DOMAINS), size=count)
    in_capitals = rng.random(count) < 0.05
    addresses = [
        _address(f, s, number, d, capitals)
        for number, (f, s, d, capitals) in enumerate(zip(first, last, domain, in_capitals, strict=True))
    ]
    address = np.arange(count, dtype=np.int64)
    later = address.copy()
    changes = np.full(count, NEVER, dtype=np.int32)

    role = rng.random(count)
    sharing = np.flatnonzero(role < 0.02)
    for contact in sharing[sharing > 0].tolist():
        # Two contacts share a mailbox; the second one's address is written in other case.
        other = int(rng.integers(contact))
        addresses.append(addresses[other].swapcase())
        address[contact] = later[contact] = len(addresses) - 1
    without = np.flatnonzero((role >= 0.02) & (role < 0.03))
    address[without] = later[without] = -1
    movers = np.flatnonzero((role >= 0.03) & (role < 0.07)) if days > 2 else np.empty(0, dtype=np.int64)
    for contact in movers.tolist():
        changes[contact] = int(rng.integers(1, days))
        addresses.append(f"new.{addresses[contact].lower()}")
        later[contact] = len(addresses) - 1
    new_holders = np.flatnonzero((role >= 0.07) & (role < 0.075))
    for contact, mover in zip(new_holders.tolist(), movers.tolist(), strict=False):
        # An address that a contact gave up goes to another contact two days later.
        if changes[mover] + 2 < days:
            changes[contact] = changes[mover] + 2
            later[contact] = address[mover]
    names = np.array(FIRST_NAMES, dtype=object)[first]
    if hostile:
        hostile_names = rng.random(count) < 0.1
        names[hostile_names] = np.array(HOSTILE, dtype=object)[
            rng.integers(len(HOSTILE), size=int(hostile_names.sum()))
        ]
    return Contacts(
        contact_id=np.array([f"contact-{number + 1:07d}" for number in range(count)], dtype=object),
        first_name=names,
        last_name=np.array(LAST_NAMES, dtype=object)[last],
        account=rng.integers(max(1, count // 20), size=count).astype(np.int32),
        country=rng.integers(len(COUNTRIES), size=count).astype(np.int32),
        created_days_before=rng.integers(1, CREATED_WITHIN, size=count).astype(np.int32),
        do_not_bulk_email=rng.random(count) < 0.03,
        consent_level=rng.integers(6, size=count).astype(np.int32),
        address=address,
        later_address=later,
        changes_on_day=changes,
    ), np.array(addresses, dtype=object)


def _address(first: int, last: int, number: int, domain: int, capitals: bool) -> str:
    names = f"{FIRST_NAMES[first]}.{LAST_NAMES[last]}".lower()
    local = "".join(letter for letter in names if letter.isascii() and (letter.isalpha() or letter == "."))
    text = f"{local}.{number + 1}@{DOMAINS[domain]}"
    return text.upper() if capitals else text
