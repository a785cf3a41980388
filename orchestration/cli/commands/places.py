"""`touchpoint open`: prints the paths of everything that a home has published, and what opens each."""

from __future__ import annotations

from orchestration.build import intake
from orchestration.cli import console
from orchestration.errors import UsageError
from orchestration.home import PSEUDONYMISED
from orchestration.publish import published, site
from orchestration.settings import Settings


def places(settings: Settings) -> int:
    """Print a line for each thing that is published: what it is, its path, what opens it.

    Raises `UsageError` if nothing is published.
    """
    home = intake.existing_home(settings)
    if home.published_build is None:
        raise UsageError(f"{home.root}: nothing is published yet: run `touchpoint build`")
    folder = home.published.absolute()
    given = f"--home {settings.home}"
    copy = [("copy without people", folder / PSEUDONYMISED)] if published.has_pseudonymised(home) else []
    console.say_table(
        ("what", "where"),
        [
            ("tables, for BI and SQL", folder / home.insights.name),
            ("tables as Parquet files", folder / "parquet"),
            *copy,
            ("dictionary, KPIs, lineage (a page)", folder / site.SITE / "index.html"),
            ("checks (a page)", folder / "data_docs" / "index.html"),
            ("pages of insights", f"touchpoint serve {given}"),
            ("a question in SQL", f'touchpoint sql "select * from mart_email_kpis" {given}'),
            ("state of feeds and builds", f"touchpoint status {given}"),
        ],
    )
    return 0
