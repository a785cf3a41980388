"""What a block of the app shows, asked as a browser asks: as rows of column and text."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from starlette.testclient import TestClient

from insights_app.catalogue import blocks, kpis
from insights_app.catalogue.entities import ENTITIES

_ENTITIES = {entity.name: entity for entity in ENTITIES}


@dataclass(frozen=True)
class Choice:
    """What a reader chose: a record and filters."""

    record: str = ""
    first: date | None = None
    last: date | None = None
    journey: str = ""
    is_people: bool = False
    tile: str = ""
    state: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The query string's values."""
        values = {
            "from": self.first.isoformat() if self.first else "",
            "to": self.last.isoformat() if self.last else "",
            "journey": self.journey,
            "by": "people" if self.is_people else "",
            "tile": self.tile,
            "state": self.state,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class Shown:
    """The rows of a block; of cards and funnels one row, with what is written on the screen."""

    rows: list[dict[str, str]]
    on_screen: bool


class Screens:
    """Asks the app for blocks."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def shown(self, name: tuple[str, str], choice: Choice) -> Shown:
        """What a block shows under a choice."""
        entity = _ENTITIES[name[0]]
        block = entity.blocks()[name[1]]
        if isinstance(block, blocks.Table | blocks.Chart | blocks.WorldMap):
            text = self._get(entity, choice, download=block.query, format="csv").decode("utf-8-sig")
            return Shown(list(csv.DictReader(io.StringIO(text))), on_screen=False)
        tab = next(tab for tab in entity.tabs if block in tab.blocks)
        page = self._get(entity, choice, tab=tab.name).decode()
        (section,) = re.findall(rf'<section [^>]*id="{block.query}".*?</section>', page, re.DOTALL)
        if isinstance(block, blocks.Pipeline):
            return Shown(_tiles(section), on_screen=False)
        columns = {kpi.label: kpi.column for kpi in kpis.by_column(entity.subject).values()}
        written = _cards(section) if isinstance(block, blocks.Cards) else _steps(section)
        return Shown([{columns[label]: value for label, value in written.items()}], on_screen=True)

    def default_days(self, name: tuple[str, str]) -> tuple[date, date]:
        """The days that a screen shows where none are chosen."""
        page = self._get(_ENTITIES[name[0]], Choice()).decode()
        first, last = (
            re.findall(rf'name="{each}"[^>]* value="([\d-]+)"', page)[0] for each in ("from", "to")
        )
        return date.fromisoformat(first), date.fromisoformat(last)

    def _get(self, entity: blocks.Entity, choice: Choice, **more: str) -> bytes:
        path = f"/{entity.path}" + (f"/{quote(choice.record, safe='')}" if choice.record else "")
        address = f"{path}?{urlencode({**choice.query, **more})}"
        answer = self.client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        return answer.content


def _text(written: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", written)).strip()


def _cards(section: str) -> dict[str, str]:
    """Of a count its number; of a rate what it divides, as in `2 of 10`, where there is something to divide by."""
    found = re.findall(
        r'<div class="card".*?<dt>.*?<summary[^>]*>(.*?)</summary>.*?<strong[^>]*>(.*?)</strong>(.*?)</div>', section, re.DOTALL
    )  # fmt: skip
    written = {}
    for label, value, rest in found:
        divided = re.search(r"<small>([\d,]+ of [\d,]+)</small>", rest)
        written[_text(label)] = divided.group(1) if divided and _text(value) != "–" else _text(value)
    return written


def _steps(section: str) -> dict[str, str]:
    found = re.findall(
        r'<span class="label">.*?<summary>(.*?)</summary>.*?<span class="value">(.*?)</span>',
        section,
        re.DOTALL,
    )
    return {_text(label): _text(value) for label, value in found}


def _tiles(section: str) -> list[dict[str, str]]:
    found = re.findall(r'<a [^>]*aria-label="(.*?)"[^>]*class="tile"', section, re.DOTALL)
    tiles = []
    for label in found:
        name, _, volumes = html.unescape(label).rpartition(": inflow ")
        inflow, *states = volumes.split(", ")
        tiles.append({"tile": name, "inflow": inflow, **dict(state.split() for state in states)})
    return tiles


def number(text: str) -> float:
    """A number as a page or file writes it; nothing is none."""
    return float(text.replace(",", "") or 0)


Row = Mapping[str, str]
