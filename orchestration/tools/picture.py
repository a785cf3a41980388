"""`make picture`: draws the picture of the README, `docs/pictures/demo.svg`, from the published demo."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import altair as alt
import duckdb
import pandas as pd

from orchestration import connections
from orchestration.cli import console
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.settings import DBT_PROJECT, Settings

PICTURE = DBT_PROJECT.parent / "docs" / "pictures" / "demo.svg"

_BLUE, _GREEN, _GREY = "#2e6da4", "#2e8b57", "#5b6770"
_WIDTH, _HEIGHT = 380, 210

_FUNNEL = """
    select step, messages
    from (
        unpivot (
            select sum(targeted) as "Targeted", sum(sent) as "Sent", sum(delivered) as "Delivered",
                sum(opened_unique_human) as "Opened", sum(clicked_unique_human) as "Clicked"
            from marts.mart_email_kpis
        ) on columns(*) into name step value messages
    )
"""
_RATES = """
    select rate, send_date, share
    from (
        unpivot (
            select send_date, sum(opened_unique_human) / sum(delivered) as "Open rate",
                sum(clicked_unique_human) / sum(delivered) as "Click rate"
            from marts.mart_email_kpis_daily
            where send_date is not null
            group by send_date
            having sum(delivered) > 0
        ) on "Open rate", "Click rate" into name rate value share
    )
    order by send_date
"""
_JOURNEYS = """
    select name as journey, state, passes
    from (
        unpivot (
            select journeys.name, completed as "Completed", in_progress as "In progress", stopped as "Stopped"
            from marts.mart_journey_kpis as kpis
            inner join marts.dim_journey as journeys using (journey_id)
            order by entered desc, journey_id
            limit 6
        ) on "Completed", "In progress", "Stopped" into name state value passes
    )
"""
_HOURS = """
    select isodow(interaction_hour at time zone 'UTC') as weekday,
        hour(interaction_hour at time zone 'UTC') as hour, sum(interactions_human) as responses
    from marts.mart_email_responses_hourly
    where interaction_type in ('email_opened', 'email_clicked')
    group by all
"""


def draw(connection: duckdb.DuckDBPyConnection) -> alt.VConcatChart:
    """Draw four charts over the marts of a published build.

    Args:
        connection: of a published `insights.duckdb`.
    """
    emails = alt.hconcat(
        _funnel(connection.execute(_FUNNEL).df()), _rates(connection.execute(_RATES).df()), spacing=48
    ).resolve_scale(color="independent")
    people = alt.hconcat(
        _journeys(connection.execute(_JOURNEYS).df()), _hours(connection.execute(_HOURS).df()), spacing=48
    ).resolve_scale(color="independent")
    return (
        alt.vconcat(emails, people, spacing=36)
        .properties(background="white", padding=20)
        .configure_view(stroke=None)
        .configure_axis(grid=False, domain=False, ticks=False, labelColor=_GREY)
        .configure_title(anchor="start", fontSize=14, offset=12)
        .configure_legend(orient="top", title=None, labelColor=_GREY)
    )


def _funnel(frame: pd.DataFrame) -> alt.LayerChart:
    base = alt.Chart(frame, title="E-mails: from audience to click", width=_WIDTH, height=_HEIGHT).encode(
        y=alt.Y("step:N", sort=list(frame["step"]), title=None),
        x=alt.X("messages:Q", axis=None, scale=alt.Scale(domainMax=1.15 * frame["messages"].max())),
    )
    return base.mark_bar(color=_BLUE, cornerRadiusEnd=3) + base.mark_text(
        align="left", dx=4, color=_GREY
    ).encode(text=alt.Text("messages:Q", format=","))


def _rates(frame: pd.DataFrame) -> alt.Chart:
    return (
        alt.Chart(frame, title="Open and click rate, by day sent", width=_WIDTH, height=_HEIGHT)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("send_date:T", title=None, axis=alt.Axis(format="%d %b", tickCount=6)),
            y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=5)),
            color=alt.Color("rate:N", sort=None, scale=alt.Scale(range=[_BLUE, _GREEN])),
        )
    )


def _journeys(frame: pd.DataFrame) -> alt.Chart:
    states = ["Completed", "In progress", "Stopped"]
    return (
        alt.Chart(frame, title="Journeys: where contacts stand", width=_WIDTH - 60, height=_HEIGHT)
        .mark_bar()
        .encode(
            y=alt.Y("journey:N", sort="-x", title=None, axis=alt.Axis(labelLimit=160)),
            x=alt.X("sum(passes):Q", title=None, axis=alt.Axis(tickCount=5)),
            color=alt.Color("state:N", scale=alt.Scale(domain=states, range=[_GREEN, "#b9c4cc", "#c0762b"])),
            order=alt.Order("state:N"),
        )
    )


def _hours(frame: pd.DataFrame) -> alt.Chart:
    days = dict(enumerate(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), start=1))
    frame = frame.assign(weekday=frame["weekday"].map(days))
    return (
        alt.Chart(frame, title="When people respond (UTC)", width=_WIDTH, height=_HEIGHT)
        .mark_rect()
        .encode(
            x=alt.X("hour:O", title=None, axis=alt.Axis(labelAngle=0, values=[0, 6, 12, 18, 23])),
            y=alt.Y("weekday:O", sort=list(days.values()), title=None),
            color=alt.Color("responses:Q", scale=alt.Scale(scheme="blues"), legend=None),
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the picture of a published home into an SVG file.

    Return 0, or an error's exit code after printing it.
    """
    parser = argparse.ArgumentParser(prog="python -m orchestration.tools.picture", description=__doc__)
    parser.add_argument("--home", help="the warehouse")
    parser.add_argument("--picture", type=Path, default=PICTURE, help="the SVG file to write")
    chosen = parser.parse_args(arguments)
    home = Home(Settings.from_environment(home=chosen.home).home)
    database = home.published / home.insights.name
    if not database.exists():
        error = TouchpointError(f"nothing is published under {home.root}: run `make demo` first")
        console.complain(str(error))
        return error.exit_code
    with connections.read(database) as connection:
        draw(connection).save(chosen.picture)
    console.say(f"drew {chosen.picture}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
