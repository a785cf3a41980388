"""What pages say about errors: what happened, to what, and what to do. Traces stay in the log."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
from starlette.exceptions import HTTPException

from insights_app.errors import OtherVersionError, PageError, UnknownRecordError
from insights_app.texts import later


@dataclass(frozen=True)
class Told:
    """What a page says about an error. has_too_much: whether choosing fewer days would help."""

    status: int
    message: str
    to_do: str = ""
    command: str = ""
    has_too_much: bool = False


_FEWER = later("Choose fewer days, or a journey.")


def told(error: Exception) -> Told:
    """Return what a page says about an error."""
    if isinstance(error, PageError):
        return Told(error.status, str(error), error.to_do, error.command)
    if isinstance(error, HTTPException):
        message = later("There is no such page.") if error.status_code == 404 else error.detail
        return Told(error.status_code, message, UnknownRecordError.to_do if error.status_code == 404 else "")
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException):
        return Told(503, OtherVersionError.message, OtherVersionError.to_do)
    if isinstance(error, duckdb.IOException | duckdb.FatalException):
        return Told(503, later("The published build cannot be read."), later("The server's log says what."))
    if isinstance(error, duckdb.InterruptException):
        return Told(503, later("This took too long and was stopped."), _FEWER, has_too_much=True)
    if isinstance(error, duckdb.OutOfMemoryException):
        message = later("This needs more memory than a page may use.")
        return Told(503, message, _FEWER, has_too_much=True)
    return Told(500, later("Something went wrong here."), later("The server's log says what."))
