"""Operations: the build and those before it, its checks, and the record counts of files."""

from __future__ import annotations

from insights_app.catalogue import words
from insights_app.catalogue.blocks import Chart, Choice, Column, Entity, Facts, Tab, Table


def _count(name: str, label: str = "") -> Column:
    return Column(name, label, kind="count")


def _page(name: str, label: str, path: str) -> Column:
    return Column(name, label, link=f"/docs/{path}", words=words.ABOUT_A_BUILD)


OPERATIONS = Entity(
    name="operations",
    path="operations",
    title="Operations",
    one="operations",
    subject="",
    listed=None,
    tabs=(
        Tab(
            "build",
            "Build",
            blocks=(
                Facts(
                    "build",
                    "The published build",
                    columns=(
                        Column("build_id", "Build"),
                        Column("built_at", "Built"),
                        Column("first_arrival_date", "Arrival days from"),
                        Column("last_arrival_date", "to"),
                        _count("files", "Files"),
                        Column("reporting_time_zone", "Days are days of"),
                        Column("is_full_refresh", "Everything made anew", kind="flag"),
                        Column("touchpoint_version", "Version of Touchpoint"),
                        _page("data_docs", "Data Docs", "data_docs/index.html"),
                        _page("dbt_docs", "dbt docs", "site/dictionary.html"),
                        _page("site", "About this build", "site/index.html"),
                    ),
                ),
                Table(
                    "builds",
                    "Builds that were published",
                    sort="-built_at",
                    empty="The next build begins the history.",
                    columns=(
                        Column("build_id", "Build"),
                        Column("built_at", "Published"),
                        Column("took", "Took", kind="duration"),
                        Column("last_arrival_date", "Arrivals to"),
                        _count("files", "Files"),
                        _count("new_files", "More than before"),
                        _count("checks", "Checks"),
                        _count("red", "Red"),
                        Column("is_full_refresh", "Everything made anew", kind="flag"),
                        Column("touchpoint_version", "Version"),
                    ),
                ),
                Chart(
                    "arrivals",
                    "Records read by arrival day",
                    empty="No file arrived in these days.",
                    x="day",
                    y=("records_read",),
                    mark="bar",
                    unit="records",
                ),
                Table(
                    "files",
                    "What became of the records of each feed",
                    empty="No file arrived in these days.",
                    sort="feed",
                    totals=(
                        "files",
                        "records_read",
                        "records_landed",
                        "duplicates",
                        "ignored",
                        "quarantined",
                    ),
                    columns=(
                        Column("feed", "Feed"),
                        Column("first_arrival_date", "First day"),
                        Column("last_arrival_date", "Last day"),
                        _count("files"),
                        _count("records_read"),
                        _count("records_landed"),
                        _count("duplicates"),
                        _count("ignored"),
                        _count("quarantined"),
                    ),
                ),
            ),
        ),
        Tab(
            "checks",
            "Checks",
            choices=(Choice("result", "Result", "results", words=words.CHECK_RESULTS),),
            blocks=(
                Facts(
                    "checked",
                    "What the checks say",
                    columns=(
                        _count("green", "Green"),
                        _count("red_audits", "Red, of what must hold"),
                        _count("red_arrivals", "Red, of what sources deliver"),
                        _page("data_docs", "Data Docs", "data_docs/index.html"),
                    ),
                ),
                Table(
                    "checks",
                    "Checks, with the first rows that break them",
                    empty="No check has this result.",
                    sort="-result",
                    columns=(
                        Column("result", "Result", words=words.CHECK_RESULTS),
                        Column("kind", "Kind"),
                        Column("table_name", "Table"),
                        Column("check_name", "Check"),
                        Column("observed", "Found"),
                        Column("expected", "Promised"),
                    ),
                ),
            ),
        ),
        Tab(
            "left_out",
            "Left out",
            blocks=(
                Table(
                    "quarantine",
                    "Records that could not be read",
                    sort="-arrival_date",
                    empty="Every record could be read.",
                    columns=(
                        Column("feed", "Feed"),
                        Column("arrival_date", "Arrived"),
                        Column("file", "File"),
                        _count("line"),
                        Column("reason_code", "Reason"),
                        Column("message", "What to do"),
                    ),
                ),
                Table(
                    "ignored",
                    "Records of kinds that are not used",
                    sort="-records",
                    empty="Every record was of a kind that is used.",
                    columns=(
                        Column("feed", "Feed"),
                        Column("record_type", "Kind"),
                        Column("reason", "Why"),
                        _count("records"),
                    ),
                ),
                Table(
                    "nulled",
                    "Fields that could not be read",
                    sort="-records",
                    empty="Every field could be read.",
                    columns=(Column("feed", "Feed"), Column("field", "Field"), _count("records")),
                ),
                Table(
                    "unmatched",
                    "Records that belong to nothing known",
                    sort="-records",
                    empty="Every record found what it belongs to.",
                    columns=(Column("feed", "Feed"), Column("cause", "Cause"), _count("records")),
                ),
            ),
        ),
    ),
)
