"""Kinds of values that arrive as text (numbers, words, ids …): SQL that reads one, null where the text is
none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingestion.sql import quoted
from ingestion.values.instants import DateOrder, iso_8601, local_date

#: A kind of value: from the SQL of a text to its SQL type and the SQL of its value.
Kind = Callable[[str], tuple[str, str]]


def text(source: str) -> tuple[str, str]:
    """Any text, verbatim. A JSON object or list where a text belongs is a wrong type, not a text."""
    nested = (
        f"(left({source}, 1) = '{{' or left({source}, 2) in ('[\"', '[{{', '[[')) and json_valid({source})"
    )
    return "VARCHAR", f"case when {nested} then null else nullif({source}, '') end"


def identifier(source: str) -> tuple[str, str]:
    """An id as it stands, also in a list of one; `identifier_columns.py` cleans it.

    An object or a longer list is none.
    """
    is_nested = f"starts_with({source}, '{{') or regexp_matches({source}, '^\\[\\s*[\\[{{]')"
    return (
        "VARCHAR",
        f"""case
            when not (starts_with({source}, '{{') or starts_with({source}, '[')) then nullif({source}, '')
            when not json_valid({source}) then {source}
            when {is_nested} or json_array_length({source}) > 1 then null
            else {source}
        end""",
    )


def verbatim(source: str) -> tuple[str, str]:
    """Any text, whatever is in it."""
    return "VARCHAR", f"nullif({source}, '')"


def boolean(source: str) -> tuple[str, str]:
    """`true` or `false`, in any case: pandas writes `True`."""
    return "BOOLEAN", f"case lower(trim({source})) when 'true' then true when 'false' then false end"


#: What CRMs and spreadsheets write for yes and for no, in the languages that they are delivered in, as
#: `_word` reads it.
_YES = (
    "true", "1", "1.0", "yes", "y", "t", "on", "x", "wahr", "ja", "j", "vrai", "oui", "verdadero", "si", "sí",
    "vero", "sì", "waar", "verdadeiro", "sim", "prawda", "tak", "sant", "sand", "kyllä", "ano", "igen", "да",
    "истина", "はい", "是",
)  # fmt: skip
_NO = (
    "false", "0", "0.0", "no", "n", "f", "off", "falsch", "nein", "faux", "non", "falso", "onwaar", "nee",
    "não", "nao", "fałsz", "nie", "falskt", "falsk", "nej", "nei", "ei", "ne", "nem", "нет", "ложь", "いいえ",
    "否",
)  # fmt: skip
#: The two labels of a prohibition: Dynamics 365 shows `donotbulkemail` as Allow or Do Not Allow.
_ALLOWED = (
    "allow", "allowed", "zulassen", "autoriser", "permitir", "consenti", "toestaan", "tillåt", "tillad",
)  # fmt: skip
_FORBIDDEN = (
    *("do not allow", "not allowed", "disallow", "nicht zulassen", "ne pas autoriser", "no permitir"),
    *("não permitir", "nao permitir", "non consentire", "niet toestaan", "tillåt inte", "tillad ikke"),
)


def _word(source: str) -> str:
    """SQL of a text by which two spellings of one word are equal: case, blanks, hyphens, underscores."""
    return f"trim(regexp_replace(lower({source}), '[\\s_-]+', ' ', 'g'))"


def yes_or_no(source: str) -> tuple[str, str]:
    """Yes or no, in any of the words that CRMs and spreadsheets write, in any case."""
    return "BOOLEAN", _truth(source, _YES, _NO)


def prohibition(source: str) -> tuple[str, str]:
    """Is something forbidden? Yes or no, or the words of a permission: `Do Not Allow` is true."""
    return "BOOLEAN", _truth(source, (*_YES, *_FORBIDDEN), (*_NO, *_ALLOWED))


def _truth(source: str, yes: Iterable[str], no: Iterable[str]) -> str:
    meant_yes, meant_no = (", ".join(quoted(word) for word in words) for words in (yes, no))
    word = _word(source)
    return f"case when {word} in ({meant_yes}) then true when {word} in ({meant_no}) then false end"


def number(source: str) -> tuple[str, str]:
    """A finite number."""
    value = f"try_cast({source} as DOUBLE)"
    return "DOUBLE", f"case when isfinite({value}) then {value} end"


def amount(source: str) -> tuple[str, str]:
    """A number below 10¹⁵ on either side of zero: a sum of money, which marts add up exactly."""
    sql_type, value = number(source)
    return sql_type, f"case when abs({value}) < 1e15 then {value} end"


def whole_number(sql_type: str, least: int | None = None, most: int | None = None) -> Kind:
    """A whole number, also written `12.0` or `12,0`, within bounds where there are any."""

    def read(source: str) -> tuple[str, str]:
        value = f"try_cast(replace(trim({source}), ',', '.') as {sql_type})"
        conditions = [rf"regexp_matches(trim({source}), '^[+-]?\d+([.,]0+)?$')"]
        conditions += [f"{value} >= {least}"] if least is not None else []
        conditions += [f"{value} <= {most}"] if most is not None else []
        return sql_type, f"case when {' and '.join(conditions)} then {value} end"

    return read


def one_of(values: Iterable[str]) -> Kind:
    """A word of a vocabulary, spelled as the contract spells it."""
    words = ", ".join(quoted(value) for value in sorted(values))

    def read(source: str) -> tuple[str, str]:
        return "VARCHAR", f"case when {source} in ({words}) then {source} end"

    return read


def spelled_as(values: Iterable[str]) -> Kind:
    """A word of a vocabulary, in any case, with blanks, hyphens or underscores between its parts.

    The value is spelled as the vocabulary (lower case, underscores) spells it.
    """
    known = one_of(values)

    def read(source: str) -> tuple[str, str]:
        return known(f"replace({_word(source)}, ' ', '_')")

    return read


def _code(letters: int) -> Kind:
    """A code of so many letters, in upper case."""

    def read(source: str) -> tuple[str, str]:
        is_code = f"regexp_matches(trim({source}), '^[A-Za-z]{{{letters}}}$')"
        return "VARCHAR", f"case when {is_code} then upper(trim({source})) end"

    return read


country = _code(2)  # ISO 3166-1 alpha-2
currency = _code(3)  # ISO 4217


def json_object(source: str) -> tuple[str, str]:
    """A JSON object, as text."""
    return "VARCHAR", f"case when ltrim({source})[1] = '{{' and json_valid({source}) then {source} end"


def instant(source: str) -> tuple[str, str]:
    """An ISO 8601 instant, to the microsecond; one without an offset is in the feed's time zone."""
    return "TIMESTAMPTZ", iso_8601(source)


def spreadsheet_instant(order: DateOrder | None) -> Kind:
    """An instant as `instant` reads it, or as a spreadsheet shows it in a place where dates have this order.

    order: None reads ISO 8601 alone: whether 03/04 is in March or in April is not guessed.
    """

    def read(source: str) -> tuple[str, str]:
        iso = iso_8601(source)
        return "TIMESTAMPTZ", iso if order is None else f"coalesce({iso}, {local_date(source, order)})"

    return read


def is_lost(source: str, value: str) -> str:
    """SQL: is there a text, other than an empty list, of which `value` makes null?"""
    return f"coalesce(trim({source}), '') not in ('', '[]') and {value} is null"
