"""The templates of pages, and the functions and filters that they may call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from insights_app import texts
from insights_app.catalogue import entities
from insights_app.pages import values
from insights_app.texts import said

_FOLDER = Path(__file__).parents[1] / "templates"


def _json_for_script(value: Any) -> Markup:
    """Return a value as JSON for a script element, escaped so that no text of a feed can end the element."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    # The escaped text cannot end the script element.
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704


def environment() -> jinja2.Environment:
    """Return the environment that reads the templates."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
    )
    # jinja2's i18n extension adds this method when it is loaded; type checkers do not know it.
    made.install_gettext_callables(said, texts.counted, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"menu": entities.MENU, "values": values, "language": texts.language}
    made.filters["json_for_script"] = _json_for_script
    return made
