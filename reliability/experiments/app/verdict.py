"""What an answer to a hostile request must not be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reliability.experiments.app.hostile import CANARY, INJECTED, Request
from reliability.experiments.app.server import Answer

#: What only the inside of the program says.
_INSIDE = re.compile(
    rb"Traceback \(most recent|File \"/|\.py\", line|duckdb\.|jinja2\."
    rb"|(?:Binder|Catalog|Parser|Conversion|IO|Internal) Error:"
)
_OTHER_FILE = re.compile(rb"root:.:0:0|" + CANARY.encode())
#: Texts of the requests that would run if they came back as they were sent.
_SCRIPTS = re.compile(rb"<script>alert\(1337\)|<img src=x onerror=alert\(1337\)")
#: Answers that the server gives before the app is asked: there is nothing to read in them.
_OF_THE_SERVER = (b"Invalid HTTP request received.", b"Invalid host header", b"")
_SLOW = 20.0


def findings(request: Request, answer: Answer, inside: str = "") -> Iterator[str]:
    """What is wrong with an answer, in words. inside: a path that no answer may name."""
    if answer.status == 0 and request.is_http:
        yield "no answer"
    if answer.status >= 500 and answer.status != 503:
        yield f"status {answer.status}"
    if found := _INSIDE.search(answer.body):
        yield f"tells of the inside: {found.group()!r}"
    if inside and inside not in request.text and inside.encode() in answer.body:
        yield "names a path of the machine"
    if _OTHER_FILE.search(answer.body):
        yield "shows another file"
    if INJECTED.encode() in answer.body:
        yield "ran an injected query"
    if answer.kind == "text/html" and _SCRIPTS.search(answer.body):
        yield "shows HTML of the request as HTML"
    yield from _of_headers(answer)
    if answer.status >= 400 and not is_designed(answer):
        yield f"status {answer.status} without a page that says why: {answer.body[:80]!r}"
    if answer.seconds > _SLOW:
        yield f"took {answer.seconds:.0f} s"


def is_designed(answer: Answer) -> bool:
    """Whether a refusal is a page of the app, or comes from before the app."""
    is_page = answer.kind == "text/html" and b"<main" in answer.body and b"<h1" in answer.body
    return is_page or answer.body.strip() in _OF_THE_SERVER


def _of_headers(answer: Answer) -> Iterator[str]:
    if "x-injected" in answer.headers:
        yield "a header of the request's making"
    place = answer.headers.get("location", "")
    if place and (not place.startswith("/") or place.startswith(("//", "/\\"))):
        yield f"leads to {place}"
    if answer.kind == "text/html":
        policy = answer.headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or answer.headers.get("x-content-type-options") != "nosniff":
            yield "a page without its headers"
