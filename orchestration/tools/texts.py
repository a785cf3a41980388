"""`make texts`: writes every English text of the insights app to one file, from which translators start.

The file is `insights_app/locale/insights_app.pot`, a template as gettext knows it.
"""

from __future__ import annotations

import ast
import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from insights_app import texts
from insights_app.catalogue import blocks, kpis, queries, words
from insights_app.catalogue.entities import ENTITIES, MENU
from insights_app.pages.filled.page import label_of
from orchestration.cli import console

APP = texts.LOCALE.parent
TEMPLATE = texts.LOCALE / f"{texts.DOMAIN}.pot"

#: A text, and what it is for more than one where that is another.
Text = tuple[str, str]

_HEADER = """# English texts of the insights app, written by `make texts`: do not edit.
# Of a translation of it: msgfmt --output-file locale/de/LC_MESSAGES/insights_app.mo de.po
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""

#: Fields of the catalogue that hold a text for readers.
_SHOWN = frozenset(
    {"title", "label", "empty", "one", "unit", "row_title", "size_title", "heading", "unchosen"}
)


def all_texts() -> dict[Text, list[str]]:
    """Every text, with the files that it is in, relative to the app."""
    found: dict[Text, set[str]] = defaultdict(set)
    for path in sorted((APP / "templates").glob("*.html")):
        for text in _of_template(path):
            found[text].add(path.relative_to(APP).as_posix())
    for path in sorted(APP.rglob("*.py")):
        for text in _of_code(path):
            found[text].add(path.relative_to(APP).as_posix())
    for entity in ENTITIES:
        for word in _of_catalogue(entity):
            found[word, ""].add(f"catalogue: {entity.name}")
        for kpi in kpis.by_column(entity.subject).values():
            found[kpi.label, ""].add("KPI dictionary")
            found[kpi.words, ""].add("KPI dictionary")
    for kind in re.findall("'([^']+)'(?: as kind)?, '[a-z-]+'", queries.search_sql()):
        found[kind, ""].add("search")
    codes = [(code.replace("_", " "), "codes") for code in words.CODES]
    for word, place in [*codes, *((item.title, "menu") for item in MENU)]:
        found[word, ""].add(place)
    return {text: sorted(files) for text, files in sorted(found.items()) if text[0]}


def _of_template(path: Path) -> Iterator[Text]:
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    # The extension's own method, which jinja2 adds when it is loaded and no type knows.
    extract = environment.extract_translations  # type: ignore[attr-defined]
    for _, _, message in extract(path.read_text(encoding="utf-8")):
        if isinstance(message, str):
            yield message, ""


def _of_code(path: Path) -> Iterator[Text]:
    """What is said, and what is marked to be said later."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        given = [each.value for each in node.args if isinstance(each, ast.Constant)]
        words = [each for each in given if isinstance(each, str)]
        if node.func.id in ("said", "later") and words:
            yield words[0], ""
        elif node.func.id == "counted" and len(words) > 1:
            yield words[0], words[1]


def _of_catalogue(shown: Any) -> Iterator[str]:
    """Texts of a screen and of everything on it, and what is called by its name where it has no label."""
    if isinstance(shown, Mapping):
        yield from (text for text in shown.values() if isinstance(text, str))
    elif isinstance(shown, Sequence) and not isinstance(shown, str):
        for each in shown:
            yield from _of_catalogue(each)
    elif dataclasses.is_dataclass(shown):
        yield from _names_of(shown)
        for each in dataclasses.fields(shown):
            value = getattr(shown, each.name)
            if isinstance(value, str) and each.name in _SHOWN:
                yield value
            elif each.name == "beside":
                yield from (title for title, _ in value)
            elif not isinstance(value, str) and each.name not in ("falls", "share"):
                yield from _of_catalogue(value)


def _names_of(shown: Any) -> Iterator[str]:
    """Columns that are called by their names; a few of them are KPIs, whose label is shown instead."""
    if isinstance(shown, blocks.Column) and not shown.label:
        yield label_of(shown.name)
    elif isinstance(shown, blocks.Chart):
        yield from (label_of(name) for name in (shown.x, shown.series, *shown.y) if name)
    elif isinstance(shown, blocks.WorldMap):
        yield from (label_of(name) for name in ("country", "region", "city", shown.size, *shown.more))


def template() -> str:
    """The text of the file."""
    entries = [_HEADER]
    for (one, many), files in all_texts().items():
        lines = [f"#: {', '.join(files)}"]
        if "%(" in one:
            lines.append("#, python-format")
        lines.append(f"msgid {_quoted(one)}")
        lines += [f"msgid_plural {_quoted(many)}", 'msgstr[0] ""', 'msgstr[1] ""'] if many else ['msgstr ""']
        entries.append("\n".join(lines) + "\n")
    return "\n".join(entries)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main() -> int:
    """Write the file."""
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(template(), encoding="utf-8")
    console.say(f"{TEMPLATE.relative_to(APP.parent)}: {len(all_texts())} texts")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
