"""Messages, their events and the ids they count under, as arrays with one element per message or event."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Delivery(IntEnum):
    """How the delivery of a message ends; UNCONFIRMED: delivered without a delivered event."""

    BLOCKED = 0
    FAILED = 1
    HARD = 2
    SOFT = 3
    OTHER = 4
    DELIVERED = 5
    UNCONFIRMED = 6
    SOFT_THEN_DELIVERED = 7
    SOFT_THEN_HARD = 8
    DELIVERED_THEN_HARD = 9
    DELIVERED_THEN_SOFT = 10
    DELIVERED_THEN_OTHER = 11


@dataclass(frozen=True)
class Messages:
    """Messages as parallel arrays, in the order they were attempted; other things are numbers into the
    world's lists.

    iteration: the contact's n-th message from that tile. token: random bits that become the provider's
    message id. variant: picks one of the provider's wordings for the outcome. at: microseconds since 1970.
    """

    feed: NDArray[np.int64]
    journey: NDArray[np.int64]
    tile: NDArray[np.int64]
    email: NDArray[np.int64]
    contact: NDArray[np.int64]
    iteration: NDArray[np.int64]
    address: NDArray[np.int64]
    at: NDArray[np.int64]
    outcome: NDArray[np.int64]
    variant: NDArray[np.int64]
    token: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.feed)


TYPES = (
    "email_sent", "email_delivered", "email_deferred", "email_bounced", "email_blocked",
    "email_sending_failed", "email_opened", "email_clicked", "email_forwarded", "email_feedback_loop",
    "email_unsubscribed", "email_subscription_submitted",
)  # fmt: skip

(SENT, DELIVERED, DEFERRED, BOUNCED, BLOCKED, FAILED, OPENED, CLICKED, FORWARDED, COMPLAINED, UNSUBSCRIBED,
 SUBMITTED) = range(len(TYPES))  # fmt: skip

BOUNCE_TYPES = ("hard", "soft", "other")

HARD, SOFT, OTHER = range(3)


@dataclass(frozen=True)
class Events:
    """Events as parallel arrays, in order of arrival.

    at, arrives: microseconds since 1970. bounce: number into BOUNCE_TYPES, -1 for other events. variant:
    picks one of the provider's wordings. link: number into the email's links, -1 for other events and for
    clicks without a URL. agent: number into AGENTS, from CRAWLER on into CRAWLERS, -1 none. geography: 0
    nothing, 1 IP address, 2 country, 3 city, 4 city with coordinates. place: number into COUNTRIES. ip:
    number into ADDRESSES, -1 none, -2 the private one. flagged: the provider's own machine flag. machine:
    whether it truly was a machine. carries: bits of the ids in the event.
    """

    message: NDArray[np.int64]
    type: NDArray[np.int64]
    at: NDArray[np.int64]
    arrives: NDArray[np.int64]
    bounce: NDArray[np.int64]
    variant: NDArray[np.int64]
    link: NDArray[np.int64]
    agent: NDArray[np.int64]
    geography: NDArray[np.int64]
    place: NDArray[np.int64]
    ip: NDArray[np.int64]
    flagged: NDArray[np.bool_]
    machine: NDArray[np.bool_]
    carries: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.message)

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> Events:
        """Return the events at these positions or where the mask is true, in that order."""
        return replace(self, **{entry.name: getattr(self, entry.name)[which] for entry in fields(self)})


#: Bits of `Events.carries`.
CONTACT, EMAIL, JOURNEY, ITERATION, TILE = 1, 2, 4, 8, 16

ALL_IDS = 31

UNKNOWN = "unknown"

NO_CONTACT = -1


@dataclass(frozen=True)
class MessageIds:
    """Per message: the ids it counts under (`unknown` where no event has one) and the recipient's address
    (None: no address). fully_known: its events carry every id."""

    contact_id: NDArray[np.object_]
    email_id: NDArray[np.object_]
    journey_id: NDArray[np.object_]
    tile_id: NDArray[np.object_]
    iteration_id: NDArray[np.object_]
    recipient: NDArray[np.object_]
    fully_known: NDArray[np.bool_]
