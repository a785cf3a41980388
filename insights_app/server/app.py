"""The web application: its routes, and who may read what they return."""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import duckdb
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from insights_app.catalogue import blocks, entities, queries
from insights_app.errors import (
    BadAddressError,
    NothingPublishedError,
    OtherVersionError,
    PageError,
    UnknownRecordError,
)
from insights_app.pages import address as addresses
from insights_app.pages import screen
from insights_app.pages.address import Address
from insights_app.published.builds import PublishedBuilds
from insights_app.published.reader import BuildInfo
from insights_app.server import docs, downloads, failures, headers, templates
from insights_app.server.access import COOKIE, Access, Rules
from insights_app.server.access import Reader as Person
from insights_app.server.turns import Turns
from insights_app.server.vega import VegaBundle
from insights_app.texts import said

_ROOT = Path(__file__).parents[1]
_STATIC = {
    "app.css": "text/css",
    "app.js": "text/javascript",
    "countries-110m.json": "application/json",
}
_SECONDS_OF_A_DOWNLOAD = 300.0
_LONGEST_FORM = 10_000

_log = logging.getLogger("touchpoint.app")


@dataclass
class InsightsApp:
    """Answers requests from the published folder of a home."""

    builds: PublishedBuilds
    access: Access

    def __post_init__(self) -> None:
        self.templates = templates.environment()
        self.vega = VegaBundle()

    def prepare(self) -> None:
        """Read the templates and open the build: without it, the first page waits for them."""
        for name in self.templates.list_templates():
            self.templates.get_template(name)
        with contextlib.suppress(NothingPublishedError), self.builds.reading() as reader:
            reader.info()

    def page(self, request: Request) -> Response:
        """Return a page: an entity's list, a record or a screen."""
        person = self._person(request)
        address = self._address(request)
        entity = entities.BY_PATH[address.path]
        if "download" in address.chosen:
            return self._download(address, entity, person)
        with self.builds.reading() as reader:
            page = screen.of(reader, entity, address, shows_people=person.sees_people)
            return self._html(request, "page.html", screen.shown(page), page.build)

    def message(self, request: Request) -> Response:
        """Return the content of the frame with an e-mail's heat map."""
        person = self._person(request)
        entity = entities.BY_PATH["emails"]
        address = addresses.read(entity.path, request.path_params["record"], request.query_params)
        with self.builds.reading() as reader:
            block = entity.blocks()["links_of_message"]
            page = screen.of(reader, entity, address, shows_people=person.sees_people)
            drawn = screen.fill(page, block)
        if drawn["kind"] == screen.UNAVAILABLE:
            raise OtherVersionError(said(OtherVersionError.message))
        text = self.templates.get_template("message.html").render(message=Markup(drawn["message"] or ""))  # noqa: S704
        return Response(text, media_type="text/html", headers=headers.of_message())

    def search(self, request: Request) -> Response:
        """Return the page of records, of every entity, whose name or id contains the words."""
        person = self._person(request)
        words = request.query_params.get("q", "").strip()[:200]
        with self.builds.reading() as reader:
            bound = {"words": words.lower(), "sees_people": person.sees_people}
            found = reader.rows(queries.search_sql(), bound) if words else []
            context = {"words": words, "found": found, "title": said("Search")}
            return self._html(request, "search.html", context, reader.info())

    def docs(self, request: Request) -> Response:
        """Return a page about the build that was published with it."""
        self._person(request)
        asked = request.path_params["folder"], request.path_params["name"]
        with self.builds.reading() as reader:
            page = docs.page_of(reader.folder, *asked)
        if page is None:
            raise UnknownRecordError(said("The published build has no such page about itself."))
        has_scripts = asked == docs.DICTIONARY
        return Response(page, media_type="text/html", headers=headers.of_docs(has_scripts=has_scripts))

    async def health(self, request: Request) -> Response:
        """Return 200, as long as the app can answer."""
        return Response("ok", media_type="text/plain")

    def static(self, request: Request) -> Response:
        """Return a static file of the app."""
        name = request.path_params["name"]
        if name == "vega.js":
            return Response(self.vega.script(), media_type="text/javascript", headers=headers.of_file())
        if name not in _STATIC:
            raise HTTPException(404)
        return Response(
            (_ROOT / "static" / name).read_bytes(), media_type=_STATIC[name], headers=headers.of_file()
        )

    def sign_in_page(self, request: Request) -> Response:
        """Return the sign-in form, which asks for the token."""
        return self._bare(request, "sign_in.html", {"title": said("Sign in"), "message": ""})

    async def sign_in(self, request: Request) -> Response:
        """Begin a session if the token is right, and redirect to the page asked for."""
        client = request.client.host if request.client else ""
        if not self.access.may_try(client):
            context = {"title": said("Sign in"), "message": said("Too many tries: wait a minute.")}
            return self._bare(request, "sign_in.html", context, 429)
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _LONGEST_FORM:
                raise BadAddressError(said("This form is too long."))
        token = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
        session = self.access.sign_in(token)
        if session is None:
            context = {"title": said("Sign in"), "message": said("This token is not known here.")}
            return self._bare(request, "sign_in.html", context, 403)
        response = RedirectResponse("/", status_code=303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, session, httponly=True, samesite="strict", secure=secure)
        return response

    def sign_out(self, request: Request) -> Response:
        """End the reader's session."""
        self.access.sign_out(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    async def failed(self, request: Request, error: Exception) -> Response:
        """Return a page that says what went wrong; the log has the details."""
        told = failures.told(error)
        if told.status >= 500:
            # What a reader is told says where a fault lies; of anything else only the trace does.
            trace = None if isinstance(error, PageError) else error
            cause = error.__cause__ or ""
            _log.error("%s %s: %s %s", request.method, request.url.path, error, cause, exc_info=trace)
        context = {
            "title": said("This page cannot be shown"),
            "message": said(told.message),
            "to_do": said(told.to_do),
            "command": told.command,
            "status": told.status,
            "narrower": "",
        }
        if told.has_too_much:
            context["narrower"] = await run_in_threadpool(self._narrower, request)
        return await run_in_threadpool(self._bare, request, "error.html", context, told.status)

    def _narrower(self, request: Request) -> str:
        """Return the address of the same page over the last week.

        '' if it has no days or no build can be read.
        """
        try:
            address = self._address(request)
            with self.builds.reading() as reader:
                last = reader.info().last_day
        except (PageError, duckdb.Error):
            return ""
        return address.with_(**{"from": (last - timedelta(6)).isoformat(), "to": last.isoformat()})

    def _person(self, request: Request) -> Person:
        person = self.access.reader_of(request.headers, request.cookies)
        if person is None:
            raise _SignInFirst
        return person

    def _address(self, request: Request) -> Address:
        path = request.path_params.get("path", "") or entities.HOME.path
        if path not in entities.BY_PATH:
            raise UnknownRecordError(said("There is no such page."))
        return addresses.read(path, request.path_params.get("record", ""), request.query_params)

    def _download(self, address: Address, entity: blocks.Entity, person: Person) -> Response:
        block = entity.blocks().get(address.chosen["download"])
        kind = address.chosen.get("format", "csv")
        if not isinstance(block, downloads.DOWNLOADED) or kind not in ("csv", "parquet"):
            raise BadAddressError(said("There is no such file."))
        write = downloads.csv_of if kind == "csv" else downloads.parquet_of

        def parts() -> Iterator[bytes]:
            with self.builds.reading(_SECONDS_OF_A_DOWNLOAD) as reader:
                page = screen.of(reader, entity, address, shows_people=person.sees_people)
                yield from write(page, block)

        # Start the query before the response, so that an error can still be shown as a page.
        # Once started, the generator releases its build even if the reader leaves.
        written = parts()
        first = next(written)
        name = f"{entity.path}-{block.query}.{kind}"
        return StreamingResponse(
            itertools.chain([first], written),
            media_type="text/csv; charset=utf-8" if kind == "csv" else "application/vnd.apache.parquet",
            headers={**headers.of_download(), "Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _html(
        self, request: Request, template: str, context: Mapping[str, Any], build: BuildInfo
    ) -> Response:
        more = {"build": build, "can_sign_out": self.access.rules.has_sessions}
        return self._bare(request, template, {**context, **more})

    def _bare(
        self, request: Request, template: str, context: Mapping[str, Any], status: int = 200
    ) -> Response:
        nonce = headers.nonce()
        text = self.templates.get_template(template).render(
            nonce=nonce, path=request.url.path, **{"build": None, **context}
        )
        return Response(text, status, headers=headers.of_page(nonce), media_type="text/html")


class _SignInFirst(Exception):  # noqa: N818 - not an error: the reader is redirected to the form
    """Raised to redirect a reader who has not signed in to the sign-in form."""


async def _to_sign_in(request: Request, error: Exception) -> Response:
    return RedirectResponse("/sign-in", status_code=303)


def application(folder: Path, rules: Rules, hosts: list[str]) -> Starlette:
    """Return the application for a published folder.

    hosts: names under which browsers may call it. Other names are refused, so that no foreign page can reach
        the app through a name of its own that resolves to this machine.
    """
    app = InsightsApp(PublishedBuilds(folder), Access(rules))
    turns = Turns()
    routes = [
        Route("/health", app.health),
        Route("/static/{name}", app.static),
        Route("/sign-in", app.sign_in_page, methods=["GET"]),
        Route("/sign-in", app.sign_in, methods=["POST"]),
        Route("/sign-out", app.sign_out, methods=["POST"]),
        Route("/search", turns.of(app.search)),
        Route("/docs/{folder}/{name:path}", app.docs),
        Route("/", turns.of(app.page)),
        Route("/messages/{record:path}", turns.of(app.message)),
        Route("/{path}", turns.of(app.page)),
        Route("/{path}/{record:path}", turns.of(app.page)),
    ]
    handlers: dict[Any, Any] = {_SignInFirst: _to_sign_in}
    for kind in (PageError, HTTPException, duckdb.Error, Exception):
        handlers[kind] = app.failed
    middleware = [
        Middleware(TrustedHostMiddleware, allowed_hosts=hosts),
        Middleware(GZipMiddleware, minimum_size=2_000),
    ]
    served = Starlette(routes=routes, exception_handlers=handlers, middleware=middleware)
    served.state.prepare = app.prepare
    return served
