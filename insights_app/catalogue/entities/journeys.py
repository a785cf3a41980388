"""Customer journeys: the tiles with their figures, e-mails, and the contacts behind each number."""

from __future__ import annotations

from insights_app.catalogue import words
from insights_app.catalogue.blocks import (
    ADDRESS,
    Cards,
    Chart,
    Column,
    Entity,
    Pipeline,
    Tab,
    Table,
    Trend,
    trend,
)

JOURNEYS = Entity(
    name="journeys",
    path="journeys",
    title="Journeys",
    one="journey",
    subject="journeys",
    lines=(
        Column("status"),
        Column("started_at", "from", kind="day"),
        Column("ended_at", "to", kind="day"),
    ),
    listed=Table(
        "journeys",
        "Journeys",
        sort="-entered",
        empty="No journey took anybody in yet.",
        totals=("entered", "in_progress", "completed", "stopped", "sent"),
        columns=(
            Column("journey", "Journey", link="/journeys/{journey_id}"),
            Column("status", "Status"),
            Column("entered", has_bar=True),
            trend(
                "Entered by week",
                Trend("fct_journey_participations", "journey_id", "cast(entered_at as date)", "count(*)"),
            ),
            Column("in_progress"),
            Column("completed"),
            Column("stopped"),
            Column("sent", "Sent", kind="count"),
            Column("opened_unique", "Opened", kind="count"),
            Column("clicked_unique", "Clicked", kind="count"),
            Column("generated_leads", "Leads", kind="count"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            blocks=(
                Cards("participation", "Contacts", kpis=("entered", "in_progress", "completed", "stopped")),
                Pipeline(
                    "tiles",
                    "The journey",
                    empty="The CRM names no tiles of this journey, and nobody passed one.",
                ),
                Chart(
                    "entries",
                    "Contacts who entered, by day",
                    empty="Nobody entered this journey in these days.",
                    x="day",
                    y=("entered", "completed"),
                    unit="contacts",
                ),
                Table(
                    "reasons",
                    "Why contacts were blocked or failed",
                    sort="-passes",
                    is_wide=False,
                    empty="Nobody was blocked, and nothing failed.",
                    totals=("passes",),
                    columns=(
                        Column("tile", "Tile"),
                        Column("state", "State"),
                        Column("reason", "Reason", words=words.NONE_GIVEN),
                        Column("passes", "Passes", kind="count", has_bar=True),
                    ),
                ),
                Table(
                    "paths",
                    "Which way contacts went",
                    empty="Nobody left a tile in these days.",
                    sort="-passes",
                    is_wide=False,
                    totals=("passes",),
                    columns=(
                        Column("tile", "Tile"),
                        Column("path", "Path"),
                        Column("passes", "Passes", kind="count", has_bar=True),
                    ),
                ),
            ),
        ),
        Tab(
            "tiles",
            "Tiles",
            blocks=(
                Table(
                    "tile_table",
                    "Volumes of each tile",
                    empty="Nobody passed a tile in these days.",
                    sort="-inflow",
                    columns=(
                        Column("tile", "Tile"),
                        Column("tile_type", "Type"),
                        Column("inflow", has_bar=True),
                        Column("processing"),
                        Column("blocked"),
                        Column("failed"),
                        Column("processed"),
                    ),
                ),
                Table(
                    "contacts_of_tiles",
                    "Contacts behind the numbers",
                    empty="Nobody passed a tile in these days.",
                    sort="-entered_at",
                    columns=(
                        Column("contact_id", "Contact", link="/contacts/{contact_id}"),
                        ADDRESS,
                        Column("tile", "Tile"),
                        Column("state", "State"),
                        Column("reason", "Reason"),
                        Column("path", "Path"),
                        Column("entered_at", "Entered"),
                        Column("left_at", "Left"),
                    ),
                ),
            ),
        ),
        Tab(
            "emails",
            "E-mails",
            has_people=True,
            blocks=(
                Table(
                    "emails_of_journey",
                    "E-mails of this journey",
                    empty="No e-mail of this journey was sent in these days.",
                    sort="-sent",
                    totals=(
                        "sent",
                        "delivered",
                        "bounced_total",
                        "opened_unique",
                        "clicked_unique",
                        "unsubscribed",
                    ),
                    columns=(
                        Column("email", "E-mail", link="/emails/{email_id}"),
                        Column("subject", "Subject"),
                        Column("sent", "Sent", kind="count", has_bar=True),
                        Column("delivered", "Delivered", kind="count"),
                        Column("bounced_total", "Bounced", kind="count"),
                        Column("opened_unique", "Opened", kind="count"),
                        Column("clicked_unique", "Clicked", kind="count"),
                        Column("unsubscribed", "Unsubscribed", kind="count"),
                    ),
                ),
            ),
        ),
    ),
)
