"""The web of a world: websites, locations on them, redirect URLs, events, surveys, and people's devices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.world.catalogue import AGENTS, COUNTRIES, CRAWLER, CRAWLERS, HOSTILE
from simulator.world.model import SECOND, World
from simulator.world.random_streams import stream

NONE = -1
DEVICES_A_CONTACT = 0.5


@dataclass(frozen=True, slots=True)
class Website:
    """A website. hosts: as the CRM writes them, separated by semicolons. in_crm False: only events mention
    it."""

    website_id: str
    name: str
    hosts: str
    in_crm: bool = True


@dataclass(frozen=True, slots=True)
class WebLocation:
    """A host and path. website, page, form: numbers of the website, the landing page and the form there, -1
    none."""

    host: str
    path: str
    website: int = NONE
    page: int = NONE
    form: int = NONE


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect URL. in_crm False: only events mention it."""

    redirect_url_id: str
    name: str
    path: str
    target_url: str
    in_crm: bool = True


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A form, an event or a survey. in_crm False: only interactions mention it."""

    identifier: str
    name: str
    in_crm: bool = True


@dataclass(frozen=True)
class Devices:
    """Devices as parallel arrays. owner, guest: numbers of the contacts who use it, -1 nobody. agent: number
    into AGENTS, from CRAWLER on into CRAWLERS."""

    owner: NDArray[np.int64]
    guest: NDArray[np.int64]
    agent: NDArray[np.int64]
    place: NDArray[np.int64]
    ip: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True)
class Web:
    """Everything on the web. forms: those of the landing pages in their order, then one embedded on a
    website. device_of: a device of each contact, -1 none."""

    websites: tuple[Website, ...]
    locations: tuple[WebLocation, ...]
    forms: tuple[NamedEntity, ...]
    redirects: tuple[Redirect, ...]
    events: tuple[NamedEntity, ...]
    surveys: tuple[NamedEntity, ...]
    devices: Devices
    device_of: NDArray[np.int64]


def make_web(world: World, hostile: bool) -> Web:
    """Make the web of a world; the same world gives the same web."""

    def display_name(name: str, turn: int) -> str:
        return f"{HOSTILE[turn % len(HOSTILE)]} {name}" if hostile and turn % 2 else name

    websites = (
        Website("website-1", display_name("Shop", 3), "www.shop.example;shop.example"),
        Website("website-2", display_name("Blog", 1), "Blog.shop.example"),
        # The CRM has it, but nobody visits it.
        Website("website-3", display_name("Docs", 5), "docs.shop.example;help.shop.example"),
        Website("website-lost", "", "", in_crm=False),
    )
    forms = tuple(NamedEntity(page.form_id, f"Form of {page.name}") for page in world.pages)
    forms = (*forms, NamedEntity("form-embedded", display_name("Newsletter", 7)))
    devices = _devices(world)
    return Web(
        websites=websites,
        locations=_locations(world, len(forms) - 1, hostile),
        forms=forms,
        redirects=(
            Redirect("redirect-1", display_name("Spring", 1), "/r/spring", world.pages[0].url),
            Redirect("redirect-2", display_name("Brochure", 2), "/r/brochure.pdf", "https://www.shop.example/b.pdf"),
            Redirect("redirect-3", display_name("App", 3), "/r/app/store", "https://apps.example/shop"),
            Redirect("redirect-old", "", "/r/old", "", in_crm=False),
        ),
        events=(
            NamedEntity("event-1", display_name("Open house", 1)),
            NamedEntity("event-2", display_name("Webinar", 4)),
            NamedEntity("event-lost", "", in_crm=False),
        ),
        surveys=(
            NamedEntity("survey-1", display_name("Satisfaction", 5)),
            NamedEntity("survey-2", display_name("Wishes", 2)),
            NamedEntity("survey-lost", "", in_crm=False),
        ),
        devices=devices,
        device_of=_device_of(devices, len(world.contacts)),
    )  # fmt: skip


def _locations(world: World, embedded: int, hostile: bool) -> tuple[WebLocation, ...]:
    """Make the locations: landing pages first, in their order. The same path on another host is no landing
    page."""
    sites = {"www.shop.example": 0, "shop.example": 0, "blog.shop.example": 1}
    locations = []
    for number, page in enumerate(world.pages):
        host, _, path = page.url.partition("://")[2].partition("/")
        host = host.lower()
        locations.append(WebLocation(host, f"/{path}".rstrip("/"), sites.get(host, NONE), number, number))
    shop = ["/", "/about.html", "/search.php", "/products/blue", "/products/red", "/docs/v2"]
    shop += [f"/news/{number + 1}" for number in range(8)]
    if hostile:
        shop += ["/caf%C3%A9/%F0%9F%98%80", "/it's(1=1);--"]
    locations += [WebLocation("www.shop.example", path, 0) for path in shop]
    locations += [WebLocation("www.shop.example", "/contact", 0, form=embedded)]
    locations += [WebLocation("shop.example", "/offers/1", 0), WebLocation("shop.example", "/", 0)]
    locations += [
        WebLocation("blog.shop.example", path, 1) for path in ("/", "/posts/1", "/posts/2", "/offers/2")
    ]
    # A host that belongs to no website.
    locations += [WebLocation("partner.example", path) for path in ("/", "/deals", "/offers/3")]
    return tuple(locations)


def _devices(world: World) -> Devices:
    """Make devices of contacts, of unknown people and of two contacts, and crawlers at the end."""
    rng = stream(world.seed, "devices")
    people = len(world.contacts)
    count = max(16, round(people * DEVICES_A_CONTACT))
    crawlers = len(CRAWLERS) * 2
    owner = np.where(rng.random(count) < 0.65, rng.integers(people, size=count), NONE)
    guest = np.where((owner >= 0) & (rng.random(count) < 0.3), rng.integers(people, size=count), NONE)
    owner[-crawlers:] = guest[-crawlers:] = NONE
    agent = rng.integers(len(AGENTS), size=count)
    agent[-crawlers:] = CRAWLER + np.arange(crawlers) % len(CRAWLERS)
    home = world.contacts.country[np.maximum(owner, 0)]
    place = np.where(owner >= 0, home, rng.integers(len(COUNTRIES), size=count)).astype(np.int64)
    return Devices(owner, guest, agent, place, place * 2 + rng.integers(2, size=count))


def _device_of(devices: Devices, people: int) -> NDArray[np.int64]:
    """Return the number of a device of each contact, -1 where the contact has none."""
    found = np.full(people, NONE, dtype=np.int64)
    owned = np.flatnonzero(devices.owner >= 0)
    found[devices.owner[owned]] = owned
    return found


def tracker_session(visitor: str, at: int) -> str:
    """Return the session id that a tracker with its own sessions gives a visitor: a new one every six
    hours."""
    return f"{visitor}/{at // (6 * 3600 * SECOND)}"


def visitor_id(device: int) -> str:
    """Return the visitor id that trackers give a device."""
    return f"visitor-{device + 1:06d}"
