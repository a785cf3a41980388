"""`make metrics`: runs MetricFlow's commands (`mf query`) over the published database of a home.

The metrics are those of the KPI dictionary (`dbt_project/models/*/_*_kpis.yml`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration import settings
from orchestration.cli import console
from orchestration.errors import TouchpointError
from orchestration.home import Home

#: Folder in which MetricFlow looks for the parsed project; no setting changes it.
PARSED = settings.DBT_PROJECT / "target"


def point_at(published: Path) -> None:
    """Set the environment so that dbt and MetricFlow read a published database, and parse the project for it.

    published: folder of the database. Raises `TouchpointError` if it has none, or the project cannot be
        parsed.
    """
    if not (published / "insights.duckdb").exists():
        raise TouchpointError(f"nothing is published in {published}: run `touchpoint build` first")
    os.environ |= {
        "TOUCHPOINT_TARGET": "published",
        "TOUCHPOINT_PUBLISHED": str(published.resolve()),
        "DBT_PROJECT_DIR": str(settings.DBT_PROJECT),
        "DBT_PROFILES_DIR": str(settings.DBT_PROJECT),
        "DBT_TARGET_PATH": str(PARSED),
        "DBT_LOG_PATH": str(PARSED),
    }
    from dbt.cli.main import dbtRunner

    result = dbtRunner().invoke(["parse", "--quiet"])
    if not result.success:
        raise TouchpointError(f"the dbt project in {settings.DBT_PROJECT} does not parse: {result.exception}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of `mf`, such as `query`, with its arguments; return the exit code."""
    command, *others = (sys.argv[1:] if arguments is None else arguments) or ["list"]
    settings.keep_tools_quiet()
    from dbt_metricflow.cli.main import cli

    try:
        if command not in cli.commands:
            raise TouchpointError(f"no command {command!r}: there are {', '.join(sorted(cli.commands))}")
        point_at(Home(settings.Settings.from_environment().home).published)
        # Do not call `cli` itself, which first asks PyPI for a newer version.
        cli.commands[command].main(others, prog_name=f"mf {command}")
    except TouchpointError as error:
        console.complain(str(error))
        return error.exit_code
    except SystemExit as end:
        return int(end.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
