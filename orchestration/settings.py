"""Environment variables and their defaults, read nowhere else, and the paths of the checkout."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

#: The checkout: the dbt project is read from here, so the package is installed editable.
CHECKOUT = Path(__file__).resolve().parent.parent
DBT_PROJECT = CHECKOUT / "dbt_project"
DEFAULT_LANDING = "data/landing"
DEFAULT_HOME = "data/home"
DEFAULT_CONFIG = "touchpoint.yml"
#: A daily build that is two hours late is told of.
DEFAULT_ALERT_HOURS = 26


def _installed_version() -> str:
    try:
        return metadata.version("touchpoint")
    except metadata.PackageNotFoundError:
        return "0+unknown"


VERSION = _installed_version()

#: No tool reports home. Set before the tool is imported; a user's own setting wins.
_SILENT_TOOLS = {
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}


@dataclass(frozen=True)
class Settings:
    """What a build reads, where it writes, and the feeds' configuration if there is one."""

    landing: str
    home: Path
    config: Path | None = None

    @classmethod
    def from_environment(
        cls, landing: str | None = None, home: str | None = None, config: str | None = None
    ) -> Settings:
        """Take what is given, else the environment's TOUCHPOINT_ variables, else what lies here."""
        config = config or os.environ.get("TOUCHPOINT_CONFIG") or _config_here()
        return cls(
            landing=landing or os.environ.get("TOUCHPOINT_LANDING") or DEFAULT_LANDING,
            home=Path(home or os.environ.get("TOUCHPOINT_HOME") or DEFAULT_HOME).absolute(),
            config=Path(config).absolute() if config else None,
        )


def _config_here() -> str | None:
    return DEFAULT_CONFIG if Path(DEFAULT_CONFIG).is_file() else None


def keep_tools_quiet() -> None:
    """Switch off every tool's telemetry, and what it says about a log that it cannot write."""
    for name, value in _SILENT_TOOLS.items():
        os.environ.setdefault(name, value)
    # On a full disk dbt's log fails too: pages of that would hide the one line that says what to do.
    logging.raiseExceptions = False


def find_dagster_home(home: Path) -> bool:
    """Tell whether there is a Dagster instance to report runs to, and point Dagster at it.

    It is where DAGSTER_HOME says, else in the folder `dagster` beside the home (`make dev` makes it).
    """
    beside = home.parent / "dagster"
    if not os.environ.get("DAGSTER_HOME") and (beside / "dagster.yaml").is_file():
        os.environ["DAGSTER_HOME"] = str(beside)
    return bool(os.environ.get("DAGSTER_HOME"))


def alert_addresses() -> list[str]:
    """Give Apprise's addresses of those who are told what is wrong, as TOUCHPOINT_ALERTS has them."""
    return os.environ.get("TOUCHPOINT_ALERTS", "").split()


def hours_without_build() -> int:
    """Give after how many hours without a build people are told, as TOUCHPOINT_ALERT_HOURS has it."""
    text = os.environ.get("TOUCHPOINT_ALERT_HOURS", "")
    return int(text) if text.isdigit() and int(text) else DEFAULT_ALERT_HOURS


def app_address() -> str | None:
    """Give the address under which people open the insights app, for links in alerts."""
    return os.environ.get("TOUCHPOINT_APP_URL", "").rstrip("/") or None


def metrics_file() -> Path | None:
    """Give the file that figures for Prometheus are written to, if there is one."""
    text = os.environ.get("TOUCHPOINT_METRICS")
    return Path(text) if text else None


def logs_json() -> bool:
    """Tell whether progress is said as JSON, a line each."""
    return os.environ.get("TOUCHPOINT_LOG") == "json"


def point_dbt_at(build: Path) -> None:
    """Tell dbt's profile which folder holds the build files."""
    os.environ["TOUCHPOINT_BUILD"] = str(build)
