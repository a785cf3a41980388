"""Headers of responses: what a browser may load, and which pages may frame a response."""

from __future__ import annotations

import secrets


def nonce() -> str:
    """Return a new random text that marks the page's own scripts."""
    return secrets.token_urlsafe(16)


def of_page(nonce_of_page: str) -> dict[str, str]:
    """Return the headers of a page: it may load scripts and styles of this server and charts' styles, nothing
    else.
    """
    policy = (
        "default-src 'none'; "
        f"script-src 'self' 'nonce-{nonce_of_page}'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", **_ALWAYS}


def of_message() -> dict[str, str]:
    """Return the headers of an e-mail's HTML in its frame: it may use inline styles, and nothing else.

    The page around the frame may access it, to highlight a link of the list; nothing in the frame may run.
    """
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-same-origin; frame-ancestors 'self'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", **_ALWAYS}


def of_download() -> dict[str, str]:
    """Return the headers of a download: a browser that shows it anyway runs and loads nothing."""
    policy = "default-src 'none'; sandbox; frame-ancestors 'none'"
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", **_ALWAYS}


def of_docs(*, has_scripts: bool) -> dict[str, str]:
    """Return the headers of a page about a build: its own styles, links within the docs.

    has_scripts: whether its own scripts run. They are not this app's, so that they run apart from its origin.
    """
    scripts = "script-src 'unsafe-inline' 'unsafe-eval'; sandbox allow-scripts; " if has_scripts else ""
    policy = (
        f"default-src 'none'; {scripts}style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", **_ALWAYS}


def of_file() -> dict[str, str]:
    """Return the headers of a static file, which browsers may cache because only a new version changes it."""
    return {"Cache-Control": "max-age=3600", **_ALWAYS}


_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
