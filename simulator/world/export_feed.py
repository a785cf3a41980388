"""The Dynamics 365 interaction export as a feed: its outcomes, their wordings, and the fields that its types
lack."""

from __future__ import annotations

from simulator.world.feed import Feed, Refusal

_BLOCKS = (
    ("EmailBlockedByUnsubscription", "do_not_bulk_email"),
    ("EmailBlockedDuplicateAddress", "duplicate_address"),
    ("InvalidRecipientAddress", "invalid_address"),
    ("EmailBounceCacheBlocked", "suppressed"),
)

DYNAMICS365 = Feed(
    "dynamics365",
    0.10,
    1_000_000,
    (0.3, 0, 0.2, 0.5, 0),
    blocked=tuple(Refusal(word, {"type": kind}, word) for kind, word in _BLOCKS),
    failed=(Refusal("", {"type": "EmailSendingFailed"}),),
    hard=(
        Refusal("invalid-mailbox", {"type": "EmailHardBounced"}),
        Refusal("invalid-domain", {"type": "EmailHardRemoteBounced"}),
    ),
    soft=(
        Refusal("full-mailbox", {"type": "EmailSoftBounced"}),
        Refusal("greylisting-issues", {"type": "EmailSoftRemoteBounced"}),
    ),
    other=(Refusal("policy-related", {"type": "EmailBlockBounced"}),),
    deferred=(),
    sent_before_block=0.3,
    flags_machine_opens=False,
    flags_machine_clicks=True,
    gives_agent=False,
    gives_link_name=True,
    can_lack_link=True,
    subscription=True,
    forwards=True,
    has_message_ids=False,
    without_tile=(
        "email_sending_failed", "email_subscription_submitted", "email_forwarded", "email_unsubscribed",
    ),
    without_address=(
        "email_blocked", "email_sending_failed", "email_feedback_loop", "email_subscription_submitted",
    ),
)  # fmt: skip
