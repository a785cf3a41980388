"""The tables of the benchmark: as they are printed, and as `docs/performance.md` keeps them.

What was measured is kept in `measured.json`, by the size of the world, so that one size can be measured again
without the others; the document's tables are made from it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.worlds import Size

MEASURED = Path(__file__).with_name("measured.json")
DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
#: What was measured of one size: where, and the rows by what they are about, each with its stages.
Found = Mapping[str, Any]

_COLUMNS = {
    "seconds": ("wall s", ",.1f"),
    "cpu_seconds": ("CPU s", ",.1f"),
    "peak_mib": ("peak MiB", ",.0f"),
    "read_mb": ("read MB", ",.0f"),
    "written_mb": ("written MB", ",.0f"),
}
_STAGES = {
    "before": "before the build",
    "ingest": "start, ingest",
    "models": "dbt models",
    "tests": "dbt tests",
    "audit": "audit",
    "publish": "publish",
    "end": "end",
}
#: Growth is told of these rows.
_GROWING = ("first build", "next day", "handful", "erasure of one")
#: Between these marks, the document has what is made here.
_MADE = re.compile(
    r"(<!-- (results|stages|growth): made by `make benchmark` -->\n).*?(<!-- end -->\n)", re.DOTALL
)


def head() -> list[str]:
    """Return the head of the table of results."""
    names = ["events", "contacts", "what", *(name for name, _ in _COLUMNS.values())]
    return [_line(names), _line(["---"] * len(names))]


def row(size: Size, what: str, found: Mapping[str, float]) -> str:
    """Return a row of the table of results."""
    values = [format(found[name], form) for name, (_, form) in _COLUMNS.items()]
    return _line([f"{size.events:,}", f"{size.contacts:,}", _about(size, what), *values])


def stages_of(what: str, stages: Mapping[str, Mapping[str, float]]) -> str:
    """Return a row with the CPU seconds of each stage."""
    return _line(
        [what, *(f"{stages[name]['cpu_seconds']:.1f}" if name in stages else "" for name in _STAGES)]
    )


def stages_head() -> list[str]:
    """Return the head of the table of stages."""
    return [_line(["CPU s of", *_STAGES.values()]), _line(["---"] * (len(_STAGES) + 1))]


def growth(measured: Mapping[str, Found]) -> list[str]:
    """Return a row for every two worlds that differ in one way, with how many times the CPU time grew."""
    sizes = sorted(
        (Size.parse(text) for text in measured), key=lambda size: (size.events, size.contacts, size.days)
    )
    pairs = [(small, large, grew) for small in sizes for large in sizes if (grew := _grew(small, large))]
    if not pairs:
        return ["No two worlds that differ in one way have been measured yet."]
    head = [_line(["from", "to", "what grew", *_GROWING]), _line(["---"] * (3 + len(_GROWING)))]
    return [*head, *(_growth_row(measured, *pair) for pair in pairs)]


def _growth_row(measured: Mapping[str, Found], small: Size, large: Size, grew: str) -> str:
    before, after = (measured[str(size)]["rows"] for size in (small, large))
    times = [
        f"{after[what]['cpu_seconds'] / before[what]['cpu_seconds']:.2f}"
        if what in before and what in after
        else ""
        for what in _GROWING
    ]
    return _line([_name(small), _name(large), grew, *times])


def keep(size: Size, found: Found) -> None:
    """Keep what was measured of a size, and write the document's tables anew."""
    measured = json.loads(MEASURED.read_text("utf-8")) if MEASURED.exists() else {}
    measured[str(size)] = found
    MEASURED.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    made = {"results": _results(measured), "stages": _stages(measured), "growth": ["", *growth(measured), ""]}
    text = DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(
        _MADE.sub(lambda mark: mark[1] + "".join(f"{line}\n" for line in made[mark[2]]) + mark[3], text),
        "utf-8",
    )


def _results(measured: Mapping[str, Found]) -> Iterator[str]:
    for size in _plain(measured):
        yield from ["", measured[str(size)]["where"], "", *head()]
        yield from (row(size, what, found) for what, found in measured[str(size)]["rows"].items())
    yield ""


def _stages(measured: Mapping[str, Found]) -> Iterator[str]:
    for size in _plain(measured):
        yield from ["", f"{_name(size)}:", "", *stages_head()]
        rows = measured[str(size)]["rows"]
        yield from (stages_of(what, found["stages"]) for what, found in rows.items() if found.get("stages"))
    yield ""


def _plain(measured: Mapping[str, Found]) -> Iterable[Size]:
    """Return the sizes with all feeds: the others only show how times grow."""
    sizes = sorted(map(Size.parse, measured), key=lambda size: (size.events, size.contacts, size.days))
    return [size for size in sizes if not size.only]


def _grew(small: Size, large: Size) -> str:
    """Return in words how a world is larger than another; nothing if it is in several ways, or is not."""
    same_shape = small.days == large.days and small.only == large.only
    if same_shape and large.events > small.events and large.contacts > small.contacts:
        # The same number of events per contact.
        is_both = large.events * small.contacts == small.events * large.contacts
        return "events and contacts" if is_both else ""
    if same_shape and large.contacts > small.contacts and large.events == small.events:
        return "contacts"
    if same_shape and large.events > small.events and large.contacts == small.contacts:
        return "events"
    same_size = small.events == large.events and small.contacts == large.contacts
    if same_size and small.only == large.only and large.days > small.days:
        return "days, of the same events"
    if same_size and small.days == large.days and small.only and not large.only:
        return "feeds, of the same events"
    return ""


def _name(size: Size) -> str:
    only = f", {size.only} only" if size.only else ""
    return f"{size.events:,} × {size.contacts:,}, {size.days} days{only}"


def _about(size: Size, what: str) -> str:
    return f"{what} ({size.only or 'all feeds'}, {size.days} days)" if size.only or size.days != 30 else what


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
