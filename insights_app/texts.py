"""Translates English texts into the server's language, with gettext of the standard library.

Templates use `_("…")` or `{% trans %}`, code uses `said("…")`; texts of the catalogue and the KPI dictionary
are written in English and go through `said` when they are shown. `make texts` writes every one of them to
`locale/insights_app.pot`, from which translators make `locale/<language>/LC_MESSAGES/insights_app.mo`.
"""

from __future__ import annotations

import gettext
from pathlib import Path

LOCALE = Path(__file__).with_name("locale")
DOMAIN = "insights_app"
ENGLISH = "en"


class _Spoken:
    language = ENGLISH
    translations: gettext.NullTranslations = gettext.NullTranslations()


def use(language: str, translations: gettext.NullTranslations | None = None) -> None:
    """Set the language of all texts; a text without a translation stays English.

    language: such as `de`; also the page's `lang`. translations: the texts; if not given, they are read from
        the `.mo` file. Raises FileNotFoundError if there is no such file.
    """
    if translations is None:
        is_english = language == ENGLISH
        translations = gettext.translation(DOMAIN, LOCALE, [language], fallback=is_english)
    _Spoken.language, _Spoken.translations = language, translations


def language() -> str:
    """Return the current language."""
    return _Spoken.language


def said(english: str) -> str:
    """Return a text in the current language; an empty text stays empty."""
    return _Spoken.translations.gettext(english) if english else ""


def counted(one: str, many: str, number: int) -> str:
    """Return the singular or plural text for a number, in the current language."""
    return _Spoken.translations.ngettext(one, many, number)


def later(english: str) -> str:
    """Mark a text for translators and return it unchanged; `said` translates it when it is shown."""
    return english
