"""What can go wrong while a page is made, in words for its reader."""

from __future__ import annotations

from insights_app.texts import later


class PageError(Exception):
    """A page that cannot be shown.

    status: the HTTP status. The message says the reader what happened; to_do what he can do, command what
    to type.
    """

    status = 500
    to_do = ""
    command = ""


class BadAddressError(PageError):
    """The address asks for something that cannot be read as meant."""

    status = 400
    to_do = later("Mend the address, or choose from the menu.")


class UnknownRecordError(PageError):
    """The address names something that the published build does not hold."""

    status = 404
    to_do = later("Search for a part of its name, or choose from the menu.")


class NothingPublishedError(PageError):
    """There is no build to show."""

    status = 503
    to_do = later(
        "Build your feeds, or a simulated month to look at with `make demo`. This page shows it then."
    )
    command = "touchpoint build --landing LANDING --home HOME"


class OtherVersionError(PageError):
    """The published build has not the tables that a page needs."""

    status = 503
    message = later("The published build was made by another version of Touchpoint.")
    to_do = later("The next build shows it.")
