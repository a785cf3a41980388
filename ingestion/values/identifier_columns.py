"""Cleans ids and addresses of whole columns by the rules of `identifiers.py`, when rows are landed.

Nearly every value is clean when it arrives. The bytes of a column show which values may not be clean; only
those are cleaned by the rules, each distinct value once.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sql import quoted
from ingestion.values.identifiers import (
    AROUND_WORDS,
    QUOTE_IN_LINKS,
    WORDS_FOR_NOTHING,
    address_in,
    clean_address,
    clean_id,
)

#: Columns that hold ids although their names do not end with `_id`.
_IDS = frozenset({"domain_userid", "network_userid", "domain_sessionid", "merged_into"})
#: Columns of contact ids. An e-mail address in one is moved or kept as an address.
CONTACT_COLUMNS = ("contact_id", "user_id")
ADDRESS_COLUMNS = ("recipient", "message_recipient", "email")
#: Columns that hold several addresses with `;` between them.
LIST_COLUMNS = frozenset({"additional_emails"})

_Flags = npt.NDArray[np.bool_]
_Bytes = npt.NDArray[np.uint8]
_Rule = Callable[[str], str | None]

_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def class_of(characters: bytes) -> _Flags:
    """Return 256 flags, true for the bytes in `characters`."""
    found = np.zeros(256, dtype=bool)
    found[np.frombuffer(characters, dtype=np.uint8)] = True
    return found


#: Bytes with which a clean id may begin and end.
_EDGE_OF_ID = class_of(_LETTERS + b"_-+=/:.#~!*<>&?@$,;|\\^")
_IN_ADDRESS = class_of(_LETTERS + b"@.!#$&*+-/=?^_{|}~")
_EDGE_OF_ADDRESS = class_of(_LETTERS)
#: First letters, in both cases, and lengths of the words that mean "no id".
_FIRST_TWO = {word[:2] for word in WORDS_FOR_NOTHING if word}
_IS_LENGTH_OF_WORD = class_of(bytes({len(word) for word in WORDS_FOR_NOTHING}))
_GUID = r"^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$"
_GUID_LENGTH, _FIRST_HYPHEN = 36, 8
#: Longest text (bytes) that may be a word for "no id" with blanks and brackets around it.
_LONGEST_WORD = 60


def is_missing(source: str) -> str:
    """SQL: true if the text is neither id nor address, because it is null, empty or a word such as `none`."""
    text = f"cast({source} as VARCHAR)"
    words = ", ".join(map(quoted, WORDS_FOR_NOTHING))
    bare = f"trim(replace({text}, {quoted(QUOTE_IN_LINKS)}, '\"'), {quoted(AROUND_WORDS)})"
    # A long text, or one with an @, is no such word; checking this first is cheaper than trimming.
    return (
        f"case when coalesce({text}, '') = '' then true"
        f" when strlen({text}) >= {_LONGEST_WORD} or contains({text}, '@') then false"
        f" else lower({bare}) in ({words}) end"
    )


def given_id(source: str) -> str:
    """SQL for an id that a record must have; null if it is missing."""
    return f"case when not {is_missing(source)} then {source} end"


def is_id(column: str) -> bool:
    """Whether a raw column holds ids, judged by its name."""
    return column.endswith("_id") or column in _IDS


def cleaned(relation: str, rows: pa.Table) -> pa.Table:
    """Return the rows with clean ids and addresses; the same table object if all of them are clean."""
    changed: dict[str, pa.Array] = {}
    for name in rows.column_names:
        if not pa.types.is_string(rows.schema.field(name).type):
            continue
        if name in ADDRESS_COLUMNS:
            _note(changed, name, rows, _with_clean_addresses)
        elif name in LIST_COLUMNS:
            _note(changed, name, rows, _with_clean_lists)
        elif is_id(name):
            _note(changed, name, rows, _with_clean_ids)
    _move_addresses(relation, rows, changed)
    for name, values in changed.items():
        position = rows.schema.get_field_index(name)
        rows = rows.set_column(position, rows.schema.field(position), values)
    return rows


def _note(
    changed: dict[str, pa.Array], name: str, rows: pa.Table, change: Callable[[pa.Array], pa.Array]
) -> None:
    column = whole_column(rows, name)
    values = change(column)
    if values is not column:
        changed[name] = values


def _move_addresses(relation: str, rows: pa.Table, changed: dict[str, pa.Array]) -> None:
    """Move e-mail addresses from `contact_id` to the recipient column of an event, which they identify.

    In CRM snapshots an address stays in its column, normalised: it is the key to which other snapshots refer.
    """
    is_snapshot = relation.startswith("crm_")
    target = "email" if is_snapshot else "recipient"
    for name in CONTACT_COLUMNS:
        if name not in rows.column_names:
            continue
        column = changed.get(name, whole_column(rows, name))
        signs = pc.or_(pc.match_substring(column, "@"), pc.match_substring(column, "%40"))
        suspected = pc.fill_null(signs, False)
        if not pc.any(suspected).as_py():
            continue
        addresses = _each(column, suspected, address_in)
        found = pc.if_else(suspected, addresses, pa.scalar(None, column.type))
        if is_snapshot:
            changed[name] = pc.coalesce(found, column)
        else:
            changed[name] = pc.if_else(pc.is_valid(found), pa.scalar(None, column.type), column)
        if target in rows.column_names:
            changed[target] = pc.coalesce(changed.get(target, whole_column(rows, target)), found)


def _with_clean_ids(column: pa.Array) -> pa.Array:
    """Return the ids cleaned; the same array object if all of them are clean."""
    if column.null_count == len(column):  # also for zero rows
        return column
    column, suspected = _with_lower_guids(column, *_bytes_of(column))
    return _replaced(column, suspected, clean_id)


def _with_lower_guids(
    column: pa.Array, starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], data: _Bytes
) -> tuple[pa.Array, _Flags]:
    """Return the ids with GUIDs in lower case, and a flag per id: another part of the rule may change it."""
    first, last = data[starts], data[np.maximum(starts + lengths - 1, 0)]
    second, before_last = data[starts + 1], data[np.maximum(starts + lengths - 2, 0)]
    suspected = ~_EDGE_OF_ID[first] | ~_EDGE_OF_ID[last] | (lengths == 0)
    suspected |= (last == ord("2")) & (before_last == ord("2"))
    suspected |= (
        (last == ord("0")) & ((before_last == ord(".")) | (before_last == ord("0"))) & _is_number(first)
    )
    is_begin = np.zeros(len(column), dtype=bool)
    for begin in _FIRST_TWO:
        is_begin |= ((first | 0x20) == ord(begin[0]) | 0x20) & ((second | 0x20) == ord(begin[1]) | 0x20)
    suspected |= is_begin & _IS_LENGTH_OF_WORD[np.minimum(lengths, 255)]
    is_guid = lengths == _GUID_LENGTH
    if is_guid.any():
        is_guid &= data[np.minimum(starts + _FIRST_HYPHEN, len(data) - 1)] == ord("-")
        flags = pa.array(is_guid)
        lowered = pc.ascii_lower(column)
        is_changed = pc.and_(
            pc.and_(flags, pc.fill_null(pc.match_substring_regex(column, _GUID), False)),
            pc.fill_null(pc.not_equal(lowered, column), False),
        )
        if pc.any(is_changed).as_py():
            column = pc.if_else(is_changed, lowered, column)
    return column, suspected


def _is_number(first: _Bytes) -> _Flags:
    return ((first >= ord("0")) & (first <= ord("9"))) | (first == ord("-")) | (first == ord("+"))


def _with_clean_addresses(column: pa.Array) -> pa.Array:
    """Return the addresses cleaned; the same array object if all of them are clean."""
    if column.null_count == len(column):
        return column
    starts, lengths, data = _bytes_of(column)
    ends = starts + lengths
    suspected = ~_EDGE_OF_ADDRESS[data[starts]] | ~_EDGE_OF_ADDRESS[data[np.maximum(ends - 1, 0)]]
    odd = ~_IN_ADDRESS[data]
    if odd.any():
        count = np.concatenate(([0], np.cumsum(odd, dtype=np.int32)))
        suspected |= count[ends] > count[starts]
    signs = pc.fill_null(pc.count_substring(column, "@"), 0).to_numpy(zero_copy_only=False)
    suspected |= signs != 1
    lowered = pc.ascii_lower(column)
    punycode = pc.fill_null(pc.match_substring(lowered, "xn--"), False)
    suspected |= punycode.to_numpy(zero_copy_only=False)
    # Lower the case only afterwards: in encoded words the case matters.
    made = _replaced(column, suspected, clean_address)
    if made is not column:
        return pc.ascii_lower(made)
    return column if lowered.equals(column) else lowered


def _with_clean_lists(column: pa.Array) -> pa.Array:
    suspected = np.ones(len(column), dtype=bool)
    return _replaced(column, suspected, _clean_list)


def _clean_list(text: str) -> str | None:
    found = (clean_address(one) for one in text.split(";"))
    return ";".join(one for one in found if one) or None


def _replaced(column: pa.Array, suspected: _Flags, rule: _Rule) -> pa.Array:
    """Return the column with `rule` applied to the suspected values; the same object if none changes."""
    flags = pc.and_(pa.array(suspected), pc.is_valid(column))
    if not pc.any(flags).as_py():
        return column
    return _each(column, flags, rule)


def _each(column: pa.Array, flags: pa.Array, rule: _Rule) -> pa.Array:
    """Return the column with `rule` applied to the flagged values, once per distinct value."""
    coded = column.filter(flags).dictionary_encode()
    values = coded.dictionary.to_pylist()
    put = [rule(value) for value in values]
    if put == values:
        return column
    return pc.replace_with_mask(column, flags, pc.take(pa.array(put, column.type), coded.indices))


def _bytes_of(column: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], _Bytes]:
    """Return start and length of each text, and the bytes of all texts with two zero bytes appended."""
    _, offsets, content = column.buffers()
    places = np.frombuffer(offsets, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    places = places.astype(np.int64)
    held = (
        np.frombuffer(content, dtype=np.uint8)[places[0] : places[-1]] if content else np.empty(0, np.uint8)
    )
    data = np.concatenate((held, np.zeros(2, dtype=np.uint8)))
    starts = places[:-1] - places[0]
    return starts, np.diff(places), data


def whole_column(rows: pa.Table, name: str) -> pa.Array:
    """Return the column as one array, not in chunks."""
    column = rows.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
