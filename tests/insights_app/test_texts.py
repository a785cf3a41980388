"""Every text that people read can be translated: the template for translators is whole, and nothing goes past it."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import duckdb
import jinja2
import pytest
from starlette.testclient import TestClient

from insights_app import texts
from insights_app.catalogue import queries, words
from insights_app.catalogue.entities import ENTITIES
from orchestration.tools.texts import APP, TEMPLATE, all_texts, template
from tests.insights_app.test_pages import first_record

#: What is called so in every language.
NAMES = {"touchpoint", "csv", "parquet", "utc"}
READ = ("title", "aria-label", "placeholder", "alt", "data-said", "data-failed")
WORD = re.compile(r"[^\W\d_]{3,}")


def test_the_template_for_translators_is_written_anew() -> None:
    assert TEMPLATE.read_text(encoding="utf-8") == template(), "run `make texts`"


class Words(HTMLParser):
    """What people read of a page: its text, and what is said of its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        self.read += [value for name, value in attrs if name in READ and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.read.append(data.strip())


def read(page: str) -> list[str]:
    parser = Words()
    parser.feed(page)
    return parser.read


@pytest.mark.parametrize("path", sorted((APP / "templates").glob("*.html")), ids=lambda path: path.name)
def test_a_template_says_nothing_by_itself(path: object) -> None:
    lexer = jinja2.Environment(extensions=["jinja2.ext.i18n"]).lexer
    source = (APP / "templates" / getattr(path, "name", "")).read_text(encoding="utf-8")
    # What Jinja writes there is a text of its own, or a value.
    plain = "".join(value if kind == "data" else " " for _, kind, value in lexer.tokeniter(source, None))
    assert [word for text in read(plain) for word in WORD.findall(text) if word.lower() not in NAMES] == []


class Bracketed(gettext.NullTranslations):
    """A language in which every text stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture
def bracketed() -> Iterator[None]:
    texts.use("xx", Bracketed())
    yield
    texts.use(texts.ENGLISH)


def words_of_the_build(marts: duckdb.DuckDBPyConnection) -> set[str]:
    """Every word that a published table holds, or a query gives as a value."""
    columns = marts.execute(
        "select table_name, column_name from duckdb_columns()"
        " where schema_name = 'marts' and data_type in ('VARCHAR', 'VARCHAR[]')"
    ).fetchall()
    queried = [re.sub("--.*", "", path.read_text()) for path in queries.FOLDER.rglob("*.sql")]
    literals = [text for sql in queried for text in re.findall("'([^']*)'", sql)]
    found = {text.lower() for text in literals} | {
        word for text in literals for word in WORD.findall(text.lower())
    }
    for table, column in columns:
        rows = marts.execute(f'select distinct "{column}"::varchar from "{table}"').fetchall()
        found.update(word.lower() for (text,) in rows if text for word in WORD.findall(text))
    return found


def test_no_text_goes_past_the_translation(
    client: TestClient, marts: duckdb.DuckDBPyConnection, bracketed: None
) -> None:
    known = words_of_the_build(marts) | NAMES | {"none", "such", "record"}
    english = {one for one, _ in all_texts()}
    escaped: dict[str, set[str]] = {}
    for entity in ENTITIES:
        record = first_record(marts, entity)
        paths = [f"/{entity.path}", *(f"/{entity.path}{record}?tab={tab.name}" for tab in entity.tabs)]
        for path in [*paths, f"/{entity.path}/no-such-record", "/search?q=none"]:
            for text in read(client.get(path).text):
                rest = without_brackets(text)
                if WORD.search(rest) and rest in english and rest.lower() not in known:
                    escaped.setdefault(rest, set()).add(path)
                for word in WORD.findall(rest):
                    if word.lower() not in known:
                        escaped.setdefault(word, set()).add(path)
    assert not escaped, "\n".join(f"{word}: {sorted(paths)}" for word, paths in escaped.items())


def without_brackets(text: str) -> str:
    """What of a text is outside of every pair of brackets."""
    before = ""
    while before != text:
        before, text = text, re.sub("⟦[^⟦⟧]*⟧", "", text)
    return text.strip()


def test_codes_of_interactions_are_in_the_template_for_translators(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.execute("select distinct interaction_type from mart_contact_timeline").fetchall()
    assert {kind for (kind,) in rows} <= set(words.CODES)


def test_a_language_without_texts_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        texts.use("zz")
    assert texts.language() == texts.ENGLISH
