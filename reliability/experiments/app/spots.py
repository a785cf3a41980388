"""Pages that are asked all along, and what they are of each build."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb

from insights_app.catalogue.entities import ENTITIES
from reliability.experiments.app.hostile import Request, get
from reliability.experiments.app.server import Answer
from reliability.experiments.app.verdict import is_designed

KIND = "numbers"
#: Where ids of records are, by the entity's name.
_RECORDS = {
    "emails": "mart_email_kpis.email_id",
    "journeys": "mart_journey_kpis.journey_id",
    "contacts": "mart_contact_email_kpis.contact_id",
    "segments": "mart_segment_daily.segment_id",
    "leads": "mart_lead_insights.lead_id",
    "scoring_models": "mart_lead_scores.lead_scoring_model_id",
    "pages": "mart_page_kpis.page_id",
    "forms": "mart_form_kpis.form_id",
    "websites": "mart_website_daily.website_id",
    "redirect_urls": "mart_redirect_url_daily.redirect_url_id",
}
_SECTION = re.compile(rb'<section [^>]*id="([^"]+)".*?</section>', re.DOTALL)
#: What each answer has of its own: its nonce, and how old the build was at that moment.
_CHANGING = re.compile(rb'nonce="[^"]*"|(?<=</time>), [^<]*')
_UNAVAILABLE = b"kind-unavailable"
#: The whole of a build's messages, counted as a page shows it, whatever else the app says.
_TOTAL = "/home?from=2000-01-01&to=2100-01-01"


def screens(database: Path) -> list[tuple[str, Sequence[str], Sequence[str]]]:
    """Path of a record, tabs and blocks of every screen."""
    found: list[tuple[str, Sequence[str], Sequence[str]]] = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for entity in ENTITIES:
            path = f"/{entity.path}"
            if entity.name in _RECORDS:
                table, _, column = _RECORDS[entity.name].partition(".")
                row = connection.execute(
                    f"select min({column}) from marts.{table} where {column} <> 'unknown'"
                ).fetchone()
                path += f"/{quote(str(row[0] if row else ''), safe='')}"
            found.append((path, [tab.name for tab in entity.tabs], list(entity.blocks())))
    return found


def addresses(database: Path) -> list[str]:
    """Addresses of every screen, tab and list of a build, and of files."""
    found = [_TOTAL]
    for path, tabs, blocks in screens(database):
        found += [f"{path}?tab={tab}" for tab in tabs]
        found += [f"{path}?tab={tabs[0]}&from=2026-01-01&to=2026-01-02&by=people", f"/{path.split('/')[1]}"]
        found += [f"{path}?download={blocks[0]}&format=csv"] if path.count("/") == 1 else []
    return [
        address for address in found if "download=kpis" not in address and "download=build" not in address
    ]


def request(address: str) -> Request:
    """Ask for a page that is compared."""
    return Request(KIND, get(address), text=address)


def sections(answer: Answer) -> Mapping[str, bytes]:
    """The parts of a page that show numbers, by name, without what each answer has of its own."""
    if answer.kind != "text/html":
        return {"": answer.body}
    body = _CHANGING.sub(b"", answer.body)
    build = re.search(rb"<footer.*?</footer>", body, re.DOTALL)
    return {
        **{found.group(1).decode(): found.group() for found in _SECTION.finditer(body)},
        "the foot": build.group() if build else b"",
    }


@dataclass(frozen=True)
class Spots:
    """What pages are. expected: by build and address, the page's sections."""

    expected: Mapping[str, Mapping[str, Mapping[str, bytes]]]

    @property
    def addresses(self) -> list[str]:
        """The pages that are compared."""
        return list(next(iter(self.expected.values())))

    def wrong(self, asked: Request, answer: Answer, builds: Sequence[str], *, may_refuse: bool) -> str:
        """How a page differs from what it is of each build; nothing where it is wholly one of them.

        may_refuse: whether a page may say that it, or a part of it, cannot be shown.
        """
        if asked.kind != KIND:
            return ""
        if may_refuse and answer.status >= 400 and is_designed(answer):
            return ""
        shown = sections(answer)
        differing = {
            build: [
                name
                for name, section in self.expected[build][asked.text].items()
                if shown.get(name) != section
                and not (may_refuse and (_UNAVAILABLE in shown.get(name, b"") or name == "the foot"))
            ]
            for build in builds
        }
        if any(not names for names in differing.values()):
            return ""
        return f"status {answer.status}, differs from " + "; ".join(
            f"{build} in {', '.join(names)}" for build, names in differing.items()
        )

    def wrong_totals(self, databases: Mapping[str, Path]) -> Iterator[str]:
        """Builds of which the first page does not say how many messages were sent, counted from the facts."""
        for build, database in databases.items():
            with duckdb.connect(str(database), read_only=True) as connection:
                row = connection.execute(
                    "select count(*) from marts.fct_email_messages"
                    " where delivery_status not in ('blocked', 'sending_failed')"
                ).fetchone()
            sent = f"<strong>{row[0] if row else 0:,}</strong>".encode()
            if sent not in self.expected[build][_TOTAL].get("kpis", b""):
                yield f"home does not say that {sent!r} messages of {build} were sent"
