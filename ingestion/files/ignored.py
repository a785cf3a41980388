"""Joins type and reason of an ignored record in one text in SQL, and splits that text for the ledger."""

from __future__ import annotations

#: Separates reason and type in the text that a statement returns for an ignored record.
SEPARATOR = "\x1f"
SEPARATOR_SQL = "chr(31)"
#: The reason for ignoring a record of a type that its adapter does not model.
NOT_MODELLED = "not_modelled"
LONGEST_TYPE = 200


def ignored_name(record_type_sql: str, reason_sql: str) -> str:
    """SQL that joins a record's type and the reason for ignoring it, if the reason is not the type itself."""
    return f"{record_type_sql} || {SEPARATOR_SQL} || {reason_sql}"


def reason_and_type(name: str) -> tuple[str, str]:
    """Split the text of `ignored_name` into reason and type; a type without a reason has `not_modelled`."""
    record_type, _, reason = name.partition(SEPARATOR)
    return reason or NOT_MODELLED, record_type[:LONGEST_TYPE]
