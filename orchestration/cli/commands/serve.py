"""`touchpoint serve`: starts the insights app over what a home has published."""

from __future__ import annotations

from collections.abc import Sequence

from insights_app.serve import (
    OpenToOthersError,
    UnknownLanguageError,
    rules_from_environment,
    speak_language_of_environment,
)
from insights_app.serve import serve as serve_app
from orchestration.cli import console
from orchestration.errors import UsageError
from orchestration.home import Home
from orchestration.settings import Settings


def serve(settings: Settings, host: str, port: int, user_header: str, names: Sequence[str]) -> int:
    """Serve the pages of a home until stopped; return the exit code.

    names: host names under which browsers call it.
    Raises `UsageError` where others could read without signing in, the port cannot be had, or there are no
    texts in the language.
    """
    home = Home(settings.home)

    def say() -> None:
        console.say(f"Insights on http://{host}:{port} (stop with Ctrl-C)")

    try:
        speak_language_of_environment()
        serve_app(home.published, host, port, rules_from_environment(user_header), list(names), say)
    except (OpenToOthersError, UnknownLanguageError) as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"{host}:{port} cannot be listened on: {error.strerror}; choose a --port") from error
    return 0
