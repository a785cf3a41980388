"""An e-mail's HTML with its links shaded by clicks, made safe: it cannot run a script or load anything."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

import nh3

from insights_app.pages import values
from insights_app.texts import counted, said

#: Number of shades for links.
STEPS = 5

_TAGS = nh3.ALLOWED_TAGS | {
    "font",
    "center",
    "table",
    "tbody",
    "thead",
    "tr",
    "td",
    "th",
    "img",
    "div",
    "span",
}
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"alt", "width", "height"},
    "td": {"colspan", "rowspan", "align", "valign", "width", "height", "bgcolor"},
    "th": {"colspan", "rowspan", "align", "valign", "width", "height", "bgcolor"},
    "table": {"align", "width", "bgcolor", "border", "cellpadding", "cellspacing"},
    "font": {"color", "size", "face"},
    "*": {"style"},
}
#: Allowed CSS properties: those for layout and colour, none whose value may be an address.
_STYLES = {
    *("color", "background-color", "font-size", "font-weight", "font-style", "font-family", "line-height"),
    *("text-align", "text-decoration", "padding", "margin", "width", "max-width", "height", "border"),
    *("border-radius", "display", "vertical-align"),
}


def drawn(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the message and its links.

    rows: one per link with `html` (the message's, the same in each), `link_url, link_name, clicks_total,
        clicks_unique, click_through_rate`; one row without a link if nothing was clicked.
    """
    message = next((row["html"] for row in rows if row["html"]), None)
    links = [row for row in rows if row["link_url"] is not None]
    writer = _Shaded({row["link_url"]: (number, row) for number, row in enumerate(links, start=1)}, links)
    if message:
        writer.feed(nh3.clean(message, tags=_TAGS, attributes=_ATTRIBUTES, filter_style_properties=_STYLES))
        writer.close()
    return {
        "message": "".join(writer.written) if message else None,
        "links": [_link(number, row, writer) for number, row in enumerate(links, start=1)],
    }


def _link(number: int, row: Mapping[str, Any], writer: _Shaded) -> dict[str, Any]:
    return {
        "number": number,
        "url": row["link_url"],
        "name": row["link_name"] or "",
        "figures": _figures(row),
        "rate": values.text_of(row["click_through_rate"], "rate"),
        "shade": writer.shade(row),
        "is_in_message": row["link_url"] in writer.found,
    }


def _figures(row: Mapping[str, Any]) -> str:
    """Return a link's figures as text, such as "54 people, 58 clicks"."""
    people, clicks = row["clicks_unique"] or 0, row["clicks_total"] or 0
    return ", ".join(
        (
            counted("%(number)s person", "%(number)s people", people) % {"number": values.count(people)},
            counted("%(number)s click", "%(number)s clicks", clicks) % {"number": values.count(clicks)},
        )
    )


class _Shaded(HTMLParser):
    """Rewrites cleaned HTML: each link gets its shade and rate, and loses its address."""

    def __init__(
        self, links: Mapping[str, tuple[int, Mapping[str, Any]]], rows: Sequence[Mapping[str, Any]]
    ) -> None:
        super().__init__(convert_charrefs=False)
        self._links = links
        self._most = max((row["clicks_unique"] or 0 for row in rows), default=0)
        self.written: list[str] = []
        self.found: set[str] = set()

    def shade(self, row: Mapping[str, Any]) -> int:
        """Return a link's shade, from 0 (no clicks) to STEPS (the most clicked)."""
        clicks = row["clicks_unique"] or 0
        return -(-clicks * STEPS // self._most) if self._most else 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a start tag; a link becomes a span."""
        given = dict(attrs)
        if tag == "img":
            self.written.append(
                f'<span class="picture">{html.escape(given.get("alt") or said("picture"))}</span>'
            )
        elif tag == "a":
            self.written.append(self._start_of_link(given))
        else:
            text = "".join(f' {name}="{html.escape(value or "")}"' for name, value in attrs)
            self.written.append(f"<{tag}{text}>")

    def _start_of_link(self, given: Mapping[str, str | None]) -> str:
        number, row = self._links.get(given.get("href") or "", (0, None))
        style = f' style="{html.escape(given.get("style") or "")}"' if given.get("style") else ""
        if row is None:
            title = html.escape(said("no clicks"))
            return f'<span class="link shade-0" title="{title}"{style}><b class="rate">0 %</b>'
        self.found.add(row["link_url"])
        rate = values.text_of(row["click_through_rate"], "rate")
        title = f"{row['link_url']}: {_figures(row)}, {rate}"
        attributes = f'id="link-{number}" tabindex="0" title="{html.escape(title)}"{style}'
        return f'<span class="link shade-{self.shade(row)}" {attributes}><b class="rate">{rate}</b>'

    def handle_endtag(self, tag: str) -> None:
        """Write an end tag."""
        self.written.append("</span>" if tag == "a" else f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Write text."""
        self.written.append(html.escape(data, quote=False))

    def handle_entityref(self, name: str) -> None:
        """Write a named character."""
        self.written.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        """Write a numbered character."""
        self.written.append(f"&#{name};")
