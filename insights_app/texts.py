"""English texts in the language that the server was started with: gettext, by the standard library.

Templates say `_("…")` or `{% trans %}`, code `said("…")`; the catalogue's and the KPI dictionary's texts are
English where they stand, and go through `said` when they are shown. `make texts` writes every one of them to
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
    """Speak a language from now on; English stays where a text has no translation.

    language: such as `de`; the page's `lang`. translations: the texts, read from the `.mo` file where not
    given. Raises FileNotFoundError where there is none.
    """
    if translations is None:
        is_english = language == ENGLISH
        translations = gettext.translation(DOMAIN, LOCALE, [language], fallback=is_english)
    _Spoken.language, _Spoken.translations = language, translations


def language() -> str:
    """The language that is spoken."""
    return _Spoken.language


def said(english: str) -> str:
    """The text in the language that is spoken; nothing stays nothing."""
    return _Spoken.translations.gettext(english) if english else ""


def counted(one: str, many: str, number: int) -> str:
    """The text for one, or for many."""
    return _Spoken.translations.ngettext(one, many, number)


def later(english: str) -> str:
    """Mark a text that goes through `said` when it is shown."""
    return english
