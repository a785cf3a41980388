"""Segments: how many members they have day by day, who joined and who left."""

from __future__ import annotations

from insights_app.catalogue.blocks import ADDRESS, Cards, Chart, Column, Entity, Tab, Table, Trend, trend

SEGMENTS = Entity(
    name="segments",
    path="segments",
    title="Segments",
    one="segment",
    subject="segments",
    lines=(Column("segment_type"),),
    listed=Table(
        "segments",
        "Segments",
        sort="-members",
        empty="No segment has members yet.",
        columns=(
            Column("segment", "Segment", link="/segments/{segment_id}"),
            Column("segment_type", "Type"),
            Column("members", has_bar=True),
            trend(
                "Members by week",
                Trend(
                    "mart_segment_daily",
                    "segment_id",
                    "snapshot_date",
                    "arg_max(members, snapshot_date)",
                    without_rows="null",
                ),
            ),
            Column("members_joined"),
            Column("members_left"),
        ),
    ),
    tabs=(
        Tab(
            "insights",
            "Insights",
            blocks=(
                Cards("kpis", "Members", kpis=("members", "members_joined", "members_left")),
                Chart(
                    "members",
                    "Members by day",
                    empty="No member is known: snapshots of the CRM and interactions tell of them.",
                    x="day",
                    y=("members",),
                    unit="contacts",
                ),
                Chart(
                    "flows",
                    "Joined and left by day",
                    empty="Nobody joined or left in these days.",
                    x="day",
                    y=("members_joined", "members_left"),
                    mark="bar",
                    unit="contacts",
                ),
                Table(
                    "changes",
                    "Who joined and left",
                    sort="-occurred_at",
                    empty="Nobody joined or left in these days.",
                    columns=(
                        Column("occurred_at", "When"),
                        Column("contact_id", "Contact", link="/contacts/{contact_id}"),
                        ADDRESS,
                        Column("interaction_type", "What"),
                    ),
                ),
            ),
        ),
    ),
)
