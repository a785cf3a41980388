"""Errors while a page is made, with messages for its reader."""

from __future__ import annotations

from insights_app.texts import later


class PageError(Exception):
    """A page cannot be shown.

    status: the HTTP status. The message says what happened; to_do what the reader can do; command what to
        type.
    """

    status = 500
    to_do = ""
    command = ""


class BadAddressError(PageError):
    """A part of the address has no valid meaning."""

    status = 400
    to_do = later("Mend the address, or choose from the menu.")


class UnknownRecordError(PageError):
    """The address names a record or page that the published build does not have."""

    status = 404
    to_do = later("Search for a part of its name, or choose from the menu.")


class NothingPublishedError(PageError):
    """No build is published."""

    status = 503
    to_do = later(
        "Build your feeds, or a simulated month to look at with `make demo`. This page shows it then."
    )
    command = "touchpoint build --landing LANDING --home HOME"


class OtherVersionError(PageError):
    """The published build lacks tables that a page needs, because an earlier version made it."""

    status = 503
    message = later("The published build was made by another version of Touchpoint.")
    to_do = later("The next build shows it.")
