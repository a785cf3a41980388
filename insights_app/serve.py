"""`touchpoint serve`: the app on a port, until it is stopped."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path

import uvicorn

from insights_app.server.access import Rules
from insights_app.server.app import application

_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


class OpenToOthersError(Exception):
    """The app would serve other machines without asking who they are."""


def rules_from_environment(user_header: str = "") -> Rules:
    """Read who may see what: TOUCHPOINT_APP_TOKEN, TOUCHPOINT_APP_PEOPLE_TOKEN, TOUCHPOINT_APP_PEOPLE.

    user_header: the header in which the proxy in front names the user.
    """
    return Rules(
        token=os.environ.get("TOUCHPOINT_APP_TOKEN", ""),
        people_token=os.environ.get("TOUCHPOINT_APP_PEOPLE_TOKEN", ""),
        user_header=user_header,
        people=frozenset(
            user.strip() for user in os.environ.get("TOUCHPOINT_APP_PEOPLE", "").split(",") if user.strip()
        ),
    )


def serve(published: Path, host: str, port: int, rules: Rules, names: list[str]) -> None:
    """Serve until stopped.

    names: host names besides this machine's own under which browsers call the app. Raises `OpenToOthersError`
    where another machine could read without signing in.
    """
    if rules.is_open and not _is_loopback(host):
        raise OpenToOthersError(
            f"{host} can be reached from other machines, and nobody would have to sign in: set"
            " TOUCHPOINT_APP_TOKEN, or name the header of the proxy that signs users in (--user-header)"
        )
    app = application(published, rules, [*_LOOPBACK, *names, *([] if _is_loopback(host) else [host])])
    uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False, date_header=False)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
