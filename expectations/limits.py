"""Limits of rates by which mailbox providers judge a sender. Belongs here: the numbers; what is shown or told
by them is decided where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Column of a rate -> from which share on it is to be watched, and from which it is bad.
LIMITS: Mapping[str, tuple[float, float]] = {
    "bounce_rate": (0.01, 0.02),
    "complaint_rate": (0.0001, 0.0005),
    "unsubscribe_rate": (0.003, 0.01),
}
