"""How soon and at which hours people open and click: of one e-mail, or of all of them."""

from __future__ import annotations

from insights_app.catalogue import words
from insights_app.catalogue.blocks import Chart, Choice, Column, Hours, Tab, Table

_NOBODY = "Nobody opened a message of these days."
_OF_SENT = {"sent": "Messages sent"}
_OF_DELIVERED = {"delivered": "Delivered", "opened": "Opened", "opened_rate": "Share"}

#: The tab; opens and clicks of machines are left out whatever the switch says.
TIMING = Tab(
    "timing",
    "Timing",
    choices=(Choice("zone", "Hours of", "emails/zones", unchosen="the reporting time zone"),),
    blocks=(
        Chart(
            "delays",
            "How soon people opened and clicked after the message was sent",
            same_as="emails/delays",
            x="within",
            y=("opened", "clicked"),
            mark="bar",
            unit="%",
            labels={"opened": "Openers", "clicked": "Clickers"},
            empty=_NOBODY,
        ),
        Table(
            "delay_quantiles",
            "Time from sent to the first open and click of people",
            same_as="emails/delay_quantiles",
            sort="-what",
            empty=_NOBODY,
            columns=(
                Column("what", "What", words=words.OPENED_AND_CLICKED),
                Column("messages", "Messages", kind="count"),
                Column("quarter", "A quarter within", kind="duration"),
                Column("half", "Half within (median)", kind="duration"),
                Column("most", "Nine of ten within", kind="duration"),
            ),
        ),
        Hours(
            "open_hours",
            "When people first opened",
            same_as="emails/response_hours",
            share="opened_rate",
            count="opened",
            of="sent",
            labels={"opened": "First opens", **_OF_SENT, "opened_rate": "Share"},
            said="Most opens: %(hour)s, %(share)s of the messages sent (%(counts)s).",
            empty=_NOBODY,
        ),
        Hours(
            "click_hours",
            "When people first clicked",
            same_as="emails/response_hours",
            share="clicked_rate",
            count="clicked",
            of="sent",
            labels={"clicked": "First clicks", **_OF_SENT, "clicked_rate": "Share"},
            said="Most clicks: %(hour)s, %(share)s of the messages sent (%(counts)s).",
            empty="Nobody clicked in a message of these days.",
        ),
        Hours(
            "send_hours",
            "Open rate by the hour of sending, where 30 or more were delivered",
            same_as="emails/send_hours",
            share="opened_rate",
            count="opened",
            of="delivered",
            labels=_OF_DELIVERED,
            said="Opened most when sent %(hour)s: %(share)s of those delivered (%(counts)s).",
            fewest=30,
            is_judged=True,
            empty="At no hour 30 messages or more were delivered in these days.",
        ),
    ),
)
