"""How the type and the reason of an ignored record travel from a SQL statement to the ledger: joined in
one text.
"""

from __future__ import annotations

#: Separates reason and type in what a statement returns for an ignored record.
SEPARATOR = "\x1f"
SEPARATOR_SQL = "chr(31)"
#: Why a record of a type that no adapter models is ignored.
NOT_MODELLED = "not_modelled"
LONGEST_TYPE = 200


def ignored_name(record_type_sql: str, reason_sql: str) -> str:
    """SQL that joins a record's type and the reason why it is ignored, where the reason is not its type."""
    return f"{record_type_sql} || {SEPARATOR_SQL} || {reason_sql}"


def reason_and_type(name: str) -> tuple[str, str]:
    """Split what `ignored_name` joined into reason and type; a type alone is ignored as `not_modelled`."""
    record_type, _, reason = name.partition(SEPARATOR)
    return reason or NOT_MODELLED, record_type[:LONGEST_TYPE]
