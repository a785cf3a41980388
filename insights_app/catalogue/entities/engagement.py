"""Engagement of contacts: who still opens and clicks, who no longer does, and how many of each cohort
stay.
"""

from __future__ import annotations

from insights_app.catalogue import words
from insights_app.catalogue.blocks import ADDRESS, Chart, Choice, Column, Entity, HeatTable, Tab, Table


def _count(name: str, label: str) -> Column:
    return Column(name, label, kind="count")


def _group(label: str, chooses: str = "") -> Column:
    return Column("engagement_group", label, words=words.ENGAGEMENT_GROUPS, chooses=chooses)


def _cohorts(query: str, title: str, counted: str) -> HeatTable:
    return HeatTable(
        query,
        title,
        empty="No known contact was sent a message yet.",
        same_as="" if query == "cohorts" else "cohorts",
        row="first_sent_month",
        column="months_since",
        share=(counted, "contacts"),
        row_title="First message",
        size_title="Contacts",
        heading="Months since then",
    )


ENGAGEMENT = Entity(
    name="engagement",
    path="engagement",
    title="Engagement",
    one="engagement",
    subject="email",
    listed=None,
    filters=(),
    tabs=(
        Tab(
            "contacts",
            "Contacts",
            choices=(
                Choice("group", "Group", "groups", words=words.ENGAGEMENT_GROUPS),
                Choice("unengaged", "Unengaged for", "unengaged_days", words=words.UNENGAGED_FOR),
            ),
            blocks=(
                Chart(
                    "groups",
                    "Contacts by how they respond, machines left out",
                    x="engagement_group",
                    words=words.ENGAGEMENT_GROUPS,
                    y=("contacts",),
                    mark="bar",
                    unit="contacts",
                    is_wide=False,
                ),
                Table(
                    "groups_in_words",
                    "What the groups are",
                    same_as="groups",
                    sort="-contacts",
                    is_wide=False,
                    totals=("contacts",),
                    columns=(
                        _group("Group", chooses="group"),
                        Column("rule", "Who is in it", words=words.ENGAGEMENT_RULES),
                        _count("contacts", "Contacts"),
                        Column("share_rate", "Share"),
                    ),
                ),
                Table(
                    "engagement_of_contacts",
                    "Contacts, the longest unengaged first",
                    sort="unengaged_since",
                    empty="Nobody in this group is unengaged for so long; the build may hold fewer days.",
                    columns=(
                        Column("contact_id", "Contact", link="/contacts/{contact_id}"),
                        ADDRESS,
                        _group("Group"),
                        Column("unengaged_since", "Unengaged since", kind="day"),
                        Column("last_opened_at", "Last opened"),
                        Column("last_clicked_at", "Last clicked"),
                        _count("opens_last_90_days", "Opens, 90 days"),
                        _count("clicks_last_90_days", "Clicks, 90 days"),
                        _count("delivered_since_engaged", "Delivered since"),
                        Column("suppression_status", "Suppression"),
                    ),
                ),
            ),
        ),
        Tab(
            "cohorts",
            "Cohorts",
            blocks=(
                _cohorts("cohorts", "Who opened, by month of the first message", "contacts_opened"),
                _cohorts("cohorts_clicked", "Who clicked, by month of the first message", "contacts_clicked"),
                _cohorts("cohorts_sent", "Who was sent a message", "contacts_sent"),
            ),
        ),
    ),
)
