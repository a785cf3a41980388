"""What can go wrong while a page is made, in words for its reader."""

from __future__ import annotations


class PageError(Exception):
    """A page that cannot be shown; `status` is the HTTP status, the message is for the reader."""

    status = 500


class BadAddressError(PageError):
    """The address asks for something that cannot be read as meant."""

    status = 400


class UnknownRecordError(PageError):
    """The address names something that the published build does not hold."""

    status = 404


class NothingPublishedError(PageError):
    """There is no build to show."""

    status = 503
