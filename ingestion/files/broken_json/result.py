"""What the reader of broken JSON returns: documents, and unreadable stretches of the file with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.files.broken_json.json_text import Value

#: How many bytes the quarantine keeps of a record over 16 MiB.
KEPT_OF_LARGE = 64 * 2**10
_DELIVER = "Correct it where it is written and deliver it in a new file."


@dataclass(frozen=True)
class Document:
    """One JSON document; its records are numbered from `item_base` on."""

    line: int
    offset: int
    item_base: int
    text: str


@dataclass(frozen=True)
class Unreadable:
    """A stretch of the file that is not JSON, to be quarantined as one record."""

    line: int
    offset: int
    item_index: int | None
    reason_code: str
    message: str
    raw: bytes


Found = Document | Unreadable


def unreadable(line: int, offset: int, index: int | None, value: Value, raw: bytes) -> Unreadable:
    """Return the quarantine record of a stretch of the file, with the reason why it cannot be read."""
    if value.is_too_large:
        message = "The record is over 16 MiB; only its beginning is kept here. Deliver it in smaller records."
        return Unreadable(line, offset, index, "too_large", message, raw)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = (
            f"Byte {error.start + 1} of it is not UTF-8 ({error.reason}). Deliver it as UTF-8 in a new file."
        )
        return Unreadable(line, offset, index, "not_utf8", message, raw)
    what = "ends before it is complete" if value.is_cut else f"is no JSON: {value.problem}"
    return Unreadable(line, offset, index, "not_json", f"It {what}. {_DELIVER}", raw)
