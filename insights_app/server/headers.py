"""Headers of every answer: what a browser may load, and who may frame it."""

from __future__ import annotations

import secrets


def nonce() -> str:
    """A new random text that marks the page's own scripts."""
    return secrets.token_urlsafe(16)


def of_page(nonce_of_page: str) -> dict[str, str]:
    """A page: scripts and styles of this server, charts' styles, nothing from elsewhere."""
    policy = (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce_of_page}'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", **_ALWAYS}


def of_message() -> dict[str, str]:
    """An e-mail's HTML in its frame: it may look as it does, and nothing else.

    The page around it may reach into it, to light up a link of the list; nothing in it may run.
    """
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-same-origin; frame-ancestors 'self'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", **_ALWAYS}


def of_download() -> dict[str, str]:
    """A file to keep: a browser that shows it all the same runs and loads nothing."""
    policy = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", **_ALWAYS}


def of_docs() -> dict[str, str]:
    """A page of the Data Docs: its own styles, links within the docs, no script."""
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", **_ALWAYS}


def of_file() -> dict[str, str]:
    """A file of the app, which only a new version changes."""
    return {"Cache-Control": "max-age=3600", **_ALWAYS}


_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
