"""Errors of ingestion, each with a message that says what is wrong, where, and what to do next.

An `IngestionError` ends a landing run. An `UnreadableFile` ends the reading of one file, which is
quarantined.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class IngestionError(Exception):
    """Landing cannot go on; the message says what is wrong, where, and what to do."""


class ConfigError(IngestionError):
    """`touchpoint.yml` asks for something that does not exist: a usage error."""


class LandingError(IngestionError):
    """The landing zone or the home folder cannot be used."""


class StoreError(IngestionError):
    """A bucket cannot be used. may_pass: whether it may answer if it is asked again later."""

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass


class LedgerError(IngestionError):
    """The ledger, or a raw file that it knows, cannot be read."""


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """Return the valid name most like `name`, however unlike it is; None if `valid` is empty."""
    choices = {choice.lower(): choice for choice in valid}
    matches = difflib.get_close_matches(name.lower(), choices, n=1, cutoff=0.0)
    return choices[matches[0]] if matches else None


class UnreadableFile(Exception):  # noqa: N818 - an outcome that the ledger records
    """A whole file cannot be read: it is quarantined as a file, nothing of it is landed.

    is_of_system: whether the system did not give the file, so that the next landing tries it again.
    """

    def __init__(self, reason_code: str, message: str, *, is_of_system: bool = False) -> None:
        super().__init__(message)
        self.is_of_system = is_of_system
        self.reason_code = reason_code
        self.message = message
