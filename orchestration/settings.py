"""Reads all environment variables, with their defaults; defines the paths of the checkout."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

#: The checkout: the dbt project is read from it, so the package is installed editable.
CHECKOUT = Path(__file__).resolve().parent.parent
DBT_PROJECT = CHECKOUT / "dbt_project"
DEFAULT_LANDING = "data/landing"
DEFAULT_HOME = "data/home"
DEFAULT_CONFIG = "touchpoint.yml"
#: Hours without a build after which people are alerted: a daily build may be two hours late.
DEFAULT_ALERT_HOURS = 26


def _installed_version() -> str:
    try:
        return metadata.version("touchpoint")
    except metadata.PackageNotFoundError:
        return "0+unknown"


VERSION = _installed_version()

#: Environment variables that switch off tools' telemetry. They are set before a tool is imported; the user's
#: own setting wins.
_SILENT_TOOLS = {
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}


@dataclass(frozen=True)
class Settings:
    """Landing zone, home, and the feeds' configuration file if there is one."""

    landing: str
    home: Path
    config: Path | None = None

    @classmethod
    def from_environment(
        cls, landing: str | None = None, home: str | None = None, config: str | None = None
    ) -> Settings:
        """Return settings from the arguments, else from TOUCHPOINT_ variables, else defaults in the current
        folder.
        """
        config = config or os.environ.get("TOUCHPOINT_CONFIG") or _config_here()
        return cls(
            landing=landing or os.environ.get("TOUCHPOINT_LANDING") or DEFAULT_LANDING,
            home=Path(home or os.environ.get("TOUCHPOINT_HOME") or DEFAULT_HOME).absolute(),
            config=Path(config).absolute() if config else None,
        )


def _config_here() -> str | None:
    return DEFAULT_CONFIG if Path(DEFAULT_CONFIG).is_file() else None


def keep_tools_quiet() -> None:
    """Switch off every tool's telemetry, and Python's messages about a log that cannot be written."""
    for name, value in _SILENT_TOOLS.items():
        os.environ.setdefault(name, value)
    # On a full disk writing dbt's log fails too: pages of that would hide the line that says what to do.
    logging.raiseExceptions = False


def find_dagster_home(home: Path) -> bool:
    """Return whether there is a Dagster instance to report runs to, and set DAGSTER_HOME to it.

    The instance is in the folder DAGSTER_HOME, else in `dagster` beside the home (`make dev` creates it).
    """
    beside = home.parent / "dagster"
    if not os.environ.get("DAGSTER_HOME") and (beside / "dagster.yaml").is_file():
        os.environ["DAGSTER_HOME"] = str(beside)
    return bool(os.environ.get("DAGSTER_HOME"))


def alert_addresses() -> list[str]:
    """Return the Apprise addresses in TOUCHPOINT_ALERTS, to which alerts are sent."""
    return os.environ.get("TOUCHPOINT_ALERTS", "").split()


def hours_without_build() -> int:
    """Return the hours without a build after which people are alerted (TOUCHPOINT_ALERT_HOURS)."""
    text = os.environ.get("TOUCHPOINT_ALERT_HOURS", "")
    return int(text) if text.isdigit() and int(text) else DEFAULT_ALERT_HOURS


def app_address() -> str | None:
    """Return the address of the insights app, for links in alerts; None if it is not set."""
    return os.environ.get("TOUCHPOINT_APP_URL", "").rstrip("/") or None


def metrics_file() -> Path | None:
    """Return the file to which figures for Prometheus are written (TOUCHPOINT_METRICS).

    None if it is not set.
    """
    text = os.environ.get("TOUCHPOINT_METRICS")
    return Path(text) if text else None


def logs_json() -> bool:
    """Whether progress is written as JSON, one object per line."""
    return os.environ.get("TOUCHPOINT_LOG") == "json"
