"""The errors that end a command with a message for the user; each class has an exit code."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from ingestion.errors import ConfigError, LandingError, LedgerError, StoreError


class TouchpointError(Exception):
    """A failure with a message for the user: what is wrong, where, what to do next."""

    exit_code = 3


class AuditRedError(TouchpointError):
    """The build was made, but a red check forbids publishing it."""

    exit_code = 1


class UsageError(TouchpointError):
    """The command, an input folder or the configuration is not usable."""

    exit_code = 2


class UndeliveredError(TouchpointError):
    """The build is published here, and not on every server that it is to be copied to."""


class HomeIsBusyError(TouchpointError):
    """Another build holds the home."""

    exit_code = 4


class DbtError(TouchpointError):
    """dbt could not parse or run the project; the message quotes it."""


def check_delivered(undelivered: Sequence[str]) -> None:
    """Raise `UndeliveredError` where a server misses the build. undelivered: what to say of each."""
    if undelivered:
        raise UndeliveredError("\n".join(undelivered))


@contextlib.contextmanager
def usage_errors() -> Iterator[None]:
    """Raise errors of ingestion in the block as `UsageError`.

    As `TouchpointError` if the ledger fails or a bucket does not answer.
    """
    try:
        yield
    except (ConfigError, LandingError) as error:
        raise UsageError(str(error)) from error
    except StoreError as error:
        raise (TouchpointError if error.may_pass else UsageError)(str(error)) from error
    except LedgerError as error:
        raise TouchpointError(str(error)) from error
