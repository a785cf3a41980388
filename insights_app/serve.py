"""`touchpoint serve`: the app on a port, until it is stopped."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from insights_app import texts
from insights_app.server.access import Rules
from insights_app.server.app import application

_LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]


class OpenToOthersError(Exception):
    """The app would serve other machines without asking who they are."""


class UnknownLanguageError(Exception):
    """The app has no texts in the language that it should speak."""


def speak_language_of_environment() -> None:
    """Speak TOUCHPOINT_APP_LANGUAGE, or English; raises `UnknownLanguageError` where it has no texts."""
    language = os.environ.get("TOUCHPOINT_APP_LANGUAGE") or texts.ENGLISH
    try:
        texts.use(language)
    except FileNotFoundError:
        file = texts.LOCALE / language / "LC_MESSAGES" / f"{texts.DOMAIN}.mo"
        raise UnknownLanguageError(f"TOUCHPOINT_APP_LANGUAGE is {language}, and there is no {file}") from None


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


def serve(
    published: Path, host: str, port: int, rules: Rules, names: list[str], on_start: Callable[[], None]
) -> None:
    """Serve until stopped.

    names: host names besides the own ones under which browsers call the app. on_start: called when the port
    is ours. Raises `OpenToOthersError` where another machine could read without signing in, `OSError` where
    the port cannot be had.
    """
    if rules.is_open and not _is_loopback(host):
        raise OpenToOthersError(
            f"{host} can be reached from other machines, and nobody would have to sign in: set"
            " TOUCHPOINT_APP_TOKEN, or name the header of the proxy that signs users in (--user-header)"
        )
    app = application(published, rules, [*_LOOPBACK, *names, *([] if _is_loopback(host) else [host])])
    # Bound here: the server would end the process where the port is taken, without a word of why.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=2048) as listening:
        on_start()
        config = uvicorn.Config(app, log_level="warning", server_header=False, date_header=False)
        uvicorn.Server(config).run(sockets=[listening])


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
