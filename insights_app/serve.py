"""`touchpoint serve`: serves the app on a port until it is stopped."""

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
    """The app would serve other machines without sign-in."""


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
    """Return the rules in TOUCHPOINT_APP_TOKEN, TOUCHPOINT_APP_PEOPLE_TOKEN and TOUCHPOINT_APP_PEOPLE.

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
    """Serve the app until it is stopped.

    names: further host names under which browsers call the app. on_start: called once the port is bound.
        Raises `OpenToOthersError` if another machine could read without signing in, `OSError` if the port
        cannot be bound.
    """
    if rules.is_open and not _is_loopback(host):
        raise OpenToOthersError(
            f"{host} can be reached from other machines, and nobody would have to sign in: set"
            " TOUCHPOINT_APP_TOKEN, or name the header of the proxy that signs users in (--user-header)"
        )
    app = application(published, rules, [*_LOOPBACK, *names, *([] if _is_loopback(host) else [host])])
    # Bind the port here: if it is taken, the server would end the process without a message.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=2048) as listening:
        app.state.prepare()
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
