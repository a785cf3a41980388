"""The email feeds: the outcomes each one reports, in which wordings, and how precisely."""

from __future__ import annotations

from typing import Any

from simulator.world.export_feed import DYNAMICS365
from simulator.world.feed import Feed, Refusal


def _refusals(*entries: tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], str]) -> tuple[Refusal, ...]:
    return tuple(Refusal(*entry) for entry in entries)


_MAILBOX_FULL = "452 4.2.2 The recipient's mailbox is full"
_NO_USER = "550 5.1.1 The email account that you tried to reach does not exist"
_POLICY = "550 5.7.1 Message refused by the receiver's content policy"
_GREYLISTED = "451 4.7.1 Greylisted, please try again later"

SENDGRID = Feed(
    "sendgrid",
    0.28,
    1_000_000,
    (0, 1, 0, 0, 0),
    blocked=_refusals(
        ("Bounced Address", {}, "suppressed"),
        ("Unsubscribed Address", {}, "do_not_bulk_email"),
        ("Spam Reporting Address", {}, "suppressed"),
        ("Invalid", {}, "invalid_address"),
    ),
    failed=_refusals(
        ("Invalid SMTPAPI header", {}),
        ("Spam Content (if spam checker app enabled)", {}),
        ("Recipient List over Package Quota", {}),
    ),
    hard=_refusals(
        (_NO_USER, {"type": "bounce", "status": "5.1.1", "bounce_classification": "Invalid Address"}),
        (
            "550 5.4.1 Recipient address rejected: access denied",
            {"type": "bounce", "status": "5.4.1", "bounce_classification": "Mailbox Unavailable"},
        ),
    ),
    soft=_refusals(
        (_POLICY, {"type": "blocked", "bounce_classification": "Content"}),
        (
            "550 5.7.606 Access denied, banned sending IP",
            {"type": "blocked", "status": "5.7.606", "bounce_classification": "Reputation"},
        ),
    ),
    other=_refusals(
        (
            "550 5.1.1 returned after it was accepted",
            {"type": "bounce", "status": "5.1.1", "bounce_classification": "Unclassified"},
        )
    ),
    deferred=_refusals((_GREYLISTED, {}), ("421 4.7.0 Try again later, closing connection", {})),
    sent_before_block=0.2,
    can_lack_link=True,
    subscription=True,
)

SES = Feed(
    "ses",
    0.16,
    1_000,
    (0, 1, 0, 0, 0),
    blocked=_refusals(
        (
            "smtp; Amazon SES did not send the message: the address is on the suppression list",
            {"type": "Permanent", "subtype": "Suppressed"},
            "suppressed",
        ),
        (
            "smtp; the address is on your account's suppression list",
            {"type": "Permanent", "subtype": "OnAccountSuppressionList"},
            "suppressed",
        ),
    ),
    failed=_refusals(
        ("Bad content", {"event": "Reject"}),
        ("Attribute 'attributeName' is not present in the rendering data.", {"event": "Rendering Failure"}),
    ),
    hard=_refusals(
        ("smtp; " + _NO_USER, {"type": "Permanent", "subtype": "General", "status": "5.1.1"}),
        ("smtp; 550 5.1.2 no such domain", {"type": "Permanent", "subtype": "NoEmail", "status": "5.1.2"}),
    ),
    soft=_refusals(
        ("smtp; " + _MAILBOX_FULL, {"type": "Transient", "subtype": "MailboxFull", "status": "4.2.2"}),
        ("smtp; 451 4.3.0 temporary failure", {"type": "Transient", "subtype": "General", "status": "4.3.0"}),
        ("smtp; " + _POLICY, {"type": "Transient", "subtype": "ContentRejected", "status": "5.7.1"}),
    ),
    other=_refusals(
        ("smtp; 500 unknown response", {"type": "Undetermined", "subtype": "Undetermined", "status": "5.0.0"})
    ),
    deferred=_refusals(
        (
            "smtp; 421 4.4.1 Unable to connect to remote host",
            {"delayType": "TransientCommunicationFailure", "status": "4.4.1"},
        )
    ),
    sent_before_block=1.0,
    flags_machine_opens=False,
    places_unsubscriptions=False,
    subscription=True,
)

MAILGUN = Feed(
    "mailgun",
    0.11,
    1,
    (0, 0.1, 0, 0.9, 0),
    blocked=_refusals(
        (
            "Not delivering to previously bounced address",
            {"code": 605, "reason": "suppress-bounce"},
            "suppressed",
        ),
        (
            "Not delivering to unsubscribed address",
            {"code": 606, "reason": "suppress-unsubscribe"},
            "do_not_bulk_email",
        ),
        (
            "Not delivering to a user who marked your messages as spam",
            {"code": 607, "reason": "suppress-complaint"},
            "suppressed",
        ),
    ),
    failed=_refusals(("The message breaks the account's sending rules", {})),
    hard=_refusals(
        (_NO_USER, {"code": 550, "reason": "generic"}),
        ("550 5.4.4 Domain not found", {"code": 550, "reason": "bounce"}),
    ),
    soft=(),
    other=_refusals(("smtp; 550-5.1.1 returned after it was accepted", {"code": 550, "reason": "generic"})),
    deferred=_refusals(
        (_GREYLISTED, {"code": 451, "reason": "greylisted"}),
        (
            "4.7.652 The mail server has exceeded the maximum number of connections.",
            {"code": 451, "reason": "generic"},
        ),
    ),
    sent_before_block=1.0,
)

POSTMARK = Feed(
    "postmark",
    0.08,
    1,
    (0, 0.2, 0, 0, 0.8),
    blocked=_refusals(
        (
            "The address was deactivated by hand.",
            {"Type": "ManuallyDeactivated", "TypeCode": 100006},
            "suppressed",
        )
    ),
    failed=_refusals(
        ("The template could not be rendered.", {"Type": "TemplateRenderingFailed", "TypeCode": 100010}),
        (
            "An error occurred while accepting an email through the SMTP API.",
            {"Type": "SMTPApiError", "TypeCode": 100003},
        ),
    ),
    hard=_refusals(
        (
            "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
            {"Type": "HardBounce", "TypeCode": 1, "Name": "Hard bounce"},
        ),
        ("The address is not a valid email address.", {"Type": "BadEmailAddress", "TypeCode": 100000}),
    ),
    soft=_refusals(
        (
            "Unable to temporarily deliver message (i.e. mailbox full, account disabled, exceeds quota).",
            {"Type": "SoftBounce", "TypeCode": 4096, "Name": "Soft bounce"},
        ),
        ("The message was blocked by the receiver.", {"Type": "Blocked", "TypeCode": 100002}),
        (
            "The message was refused by the sender's DMARC policy.",
            {"Type": "DMARCPolicy", "TypeCode": 100009},
        ),
    ),
    other=_refusals(("The server could not classify the bounce.", {"Type": "Unknown", "TypeCode": 2048})),
    deferred=_refusals(
        ("The server could not temporarily deliver your message.", {"Type": "Transient", "TypeCode": 2}),
        ("The recipient's domain could not be resolved.", {"Type": "DnsError", "TypeCode": 256}),
    ),
    reports_sent=False,
    flags_machine_opens=False,
    places_unsubscriptions=False,
    subscription=True,
)

SPARKPOST = Feed(
    "sparkpost",
    0.10,
    1_000_000,
    (0, 0.1, 0, 0, 0.9),
    blocked=_refusals(
        (
            "Recipient address suppressed due to customer policy",
            {"bounce_class": 25, "error_code": "554"},
            "suppressed",
        )
    ),
    failed=_refusals(
        ("Substitution error: unknown function", {"class": "gen_event", "type": "generation_failure"}),
        ("Generation rejected by policy", {"class": "gen_event", "type": "generation_rejection"}),
    ),
    hard=_refusals(
        (_NO_USER, {"bounce_class": 10, "error_code": "550"}),
        ("550 no relay to that domain", {"bounce_class": 30, "error_code": "550"}),
    ),
    soft=_refusals(
        (_MAILBOX_FULL, {"bounce_class": 22, "error_code": "452"}),
        ("451 too many connections", {"bounce_class": 21, "error_code": "451"}),
        (_POLICY, {"bounce_class": 51, "error_code": "550"}),
        ("550 [internal] policy rejection", {"type": "policy_rejection", "error_code": "550"}),
    ),
    other=_refusals(
        (
            "550 returned after it was accepted",
            {"type": "out_of_band", "bounce_class": 10, "error_code": "550"},
        ),
        ("500 could not be classified", {"bounce_class": 1, "error_code": "500"}),
    ),
    deferred=_refusals((_GREYLISTED, {"bounce_class": 20, "error_code": "451"})),
    sent_before_block=1.0,
    gives_link_name=True,
)

BREVO = Feed(
    "brevo",
    0.07,
    1_000,
    (1, 0, 0, 0, 0),
    blocked=_refusals(
        ("blocked : due to unsubscribed user", {"event": "blocked"}, "do_not_bulk_email"),
        ("blocked : due to blacklist user", {"event": "blocked"}, "blocklisted_address"),
        ("invalid email address", {"event": "invalid_email"}, "invalid_address"),
    ),
    failed=_refusals(("error while sending", {"event": "error"})),
    hard=_refusals((_NO_USER, {})),
    soft=_refusals(("server is down", {}), (_MAILBOX_FULL, {})),
    other=(),
    deferred=_refusals((_GREYLISTED, {})),
    sent_before_block=1.0,
    gives_agent=False,
)

#: An account from before Mandrill reported deliveries.
MANDRILL = Feed(
    "mandrill",
    0.07,
    1_000_000,
    (0, 0.2, 0, 0, 0.8),
    blocked=_refusals(
        ("hard-bounce", {}, "suppressed"),
        ("unsub", {}, "do_not_bulk_email"),
        ("spam", {}, "suppressed"),
        ("rule", {}, "other"),
    ),
    failed=_refusals(("invalid-sender", {}), ("unsigned", {})),
    hard=_refusals((_NO_USER, {"bounce_description": "bad_mailbox"})),
    soft=_refusals((_MAILBOX_FULL, {"bounce_description": "mailbox_full"})),
    other=(),
    deferred=_refusals((_GREYLISTED, {})),
    reports_delivered=False,
    flags_machine_opens=False,
)

#: The first two depend on the contact and are not drawn, see `_block_by_contact` in
#: `events/email/messages.py`.
OWN_BLOCKS = (
    "do_not_bulk_email", "missing_address", "invalid_address", "blocklisted_address", "suppressed",
    "duplicate_address", "expired", "other",
)  # fmt: skip
INTERACTIONS = Feed(
    "interactions",
    0.13,
    1_000,
    (0.1, 0.3, 0.1, 0, 0.5),
    blocked=tuple(Refusal(reason, {}, reason) for reason in OWN_BLOCKS),
    failed=_refusals(("the sending service did not answer", {})),
    hard=_refusals((_NO_USER, {})),
    soft=_refusals((_MAILBOX_FULL, {})),
    other=_refusals(("remote bounce", {})),
    deferred=_refusals((_GREYLISTED, {})),
    gives_link_name=True,
    can_lack_link=True,
    subscription=True,
    forwards=True,
)

FEEDS: tuple[Feed, ...] = (
    SENDGRID, SES, MAILGUN, POSTMARK, SPARKPOST, BREVO, MANDRILL, INTERACTIONS, DYNAMICS365,
)  # fmt: skip
FEED_NUMBER = {feed.name: number for number, feed in enumerate(FEEDS)}
