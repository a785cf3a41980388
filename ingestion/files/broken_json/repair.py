"""Marks the few unreadable characters in a document of many records, so that the others can be read.

One name cut in the middle of an emoji, or written in Latin-1, would make DuckDB refuse the whole batch. With
those characters replaced by marks, only the records that hold a mark are quarantined.
"""

from __future__ import annotations

import codecs
import re

#: The mark: a character that no valid text holds, JSON-escaped; the code of what could not be read follows
#: it.
_MARK = "\ufdd0"
_ESCAPED = _MARK + r"\\"
_ESCAPES = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|u([dD][89a-fA-F]..)|.)", re.DOTALL)


def mend(raw: bytes) -> str:
    """Return the text with mark and code for each byte that is not UTF-8 and each half surrogate pair."""
    return _ESCAPES.sub(_spell_half, raw.decode("utf-8", "mark"))


def _spell_half(escape: re.Match[str]) -> str:
    return f"{_ESCAPED}u{escape[1]}" if escape[1] else escape[0]


def _spell_bytes(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return "".join(f"{_ESCAPED}x{byte:02x}" for byte in bad), error.end


codecs.register_error("mark", _spell_bytes)


def has_bytes(text_sql: str) -> str:
    """SQL: true if the JSON text holds bytes that were marked."""
    return f"contains({text_sql}, '{_ESCAPED}x')"


def has_halves(text_sql: str) -> str:
    """SQL: true if the JSON text holds halves of surrogate pairs that were marked."""
    return f"contains({text_sql}, '{_ESCAPED}u')"


def as_written(text_sql: str) -> str:
    """SQL that makes a marked text readable: half a surrogate pair as its escape, a byte as \\xNN."""
    return rf"replace({text_sql}, '{_ESCAPED}', '\')"
