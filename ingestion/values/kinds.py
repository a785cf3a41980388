"""Kinds of values that arrive as text (numbers, words, ids …): SQL that reads one.

Null if the text is no such value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ingestion.sql import quoted
from ingestion.values.instants import DateOrder, iso_8601, local_date

#: A kind of value: function from the SQL of a text to the SQL type and the SQL of the value.
Kind = Callable[[str], tuple[str, str]]


def text(source: str) -> tuple[str, str]:
    """Read any text, verbatim.

    Null if it is a JSON object or list, which is a wrong type in a text's place.
    """
    nested = (
        f"(left({source}, 1) = '{{' or left({source}, 2) in ('[\"', '[{{', '[[')) and json_valid({source})"
    )
    return "VARCHAR", f"case when {nested} then null else nullif({source}, '') end"


def identifier(source: str) -> tuple[str, str]:
    """Read an id, also from a list of one; `identifier_columns.py` cleans it later.

    An object or a longer list is no id: it gives null.
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
    """Read any text unchanged, also a JSON object or list."""
    return "VARCHAR", f"nullif({source}, '')"


def boolean(source: str) -> tuple[str, str]:
    """Read `true` or `false` in upper or lower case: pandas writes `True`."""
    return "BOOLEAN", f"case lower(trim({source})) when 'true' then true when 'false' then false end"


#: Words that CRMs and spreadsheets write for yes and for no, in the languages of their exports, in the form
#: that `_word` returns.
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
#: Labels of a prohibition, for not forbidden and forbidden: Dynamics 365 shows `donotbulkemail` as Allow or
#: Do Not Allow.
_ALLOWED = (
    "allow", "allowed", "zulassen", "autoriser", "permitir", "consenti", "toestaan", "tillåt", "tillad",
)  # fmt: skip
_FORBIDDEN = (
    *("do not allow", "not allowed", "disallow", "nicht zulassen", "ne pas autoriser", "no permitir"),
    *("não permitir", "nao permitir", "non consentire", "niet toestaan", "tillåt inte", "tillad ikke"),
)


def _word(source: str) -> str:
    """SQL for a text that is equal for spellings of one word that differ in case, blanks, hyphens,
    underscores.
    """
    return f"trim(regexp_replace(lower({source}), '[\\s_-]+', ' ', 'g'))"


def yes_or_no(source: str) -> tuple[str, str]:
    """Read yes or no as BOOLEAN, from any of the words that CRMs and spreadsheets write, in any case."""
    return "BOOLEAN", _truth(source, _YES, _NO)


def prohibition(source: str) -> tuple[str, str]:
    """Read whether something is forbidden: yes or no, or the labels of a permission (`Do Not Allow` is
    true).
    """
    return "BOOLEAN", _truth(source, (*_YES, *_FORBIDDEN), (*_NO, *_ALLOWED))


def _truth(source: str, yes: Iterable[str], no: Iterable[str]) -> str:
    meant_yes, meant_no = (", ".join(quoted(word) for word in words) for words in (yes, no))
    word = _word(source)
    return f"case when {word} in ({meant_yes}) then true when {word} in ({meant_no}) then false end"


def number(source: str) -> tuple[str, str]:
    """Read a finite number."""
    value = f"try_cast({source} as DOUBLE)"
    return "DOUBLE", f"case when isfinite({value}) then {value} end"


def amount(source: str) -> tuple[str, str]:
    """A number below 10¹⁵ on either side of zero: a sum of money, which marts add up exactly."""
    sql_type, value = number(source)
    return sql_type, f"case when abs({value}) < 1e15 then {value} end"


def whole_number(sql_type: str, least: int | None = None, most: int | None = None) -> Kind:
    """Return the kind of whole numbers, also written `12.0` or `12,0`, within the bounds that are given."""

    def read(source: str) -> tuple[str, str]:
        value = f"try_cast(replace(trim({source}), ',', '.') as {sql_type})"
        conditions = [rf"regexp_matches(trim({source}), '^[+-]?\d+([.,]0+)?$')"]
        conditions += [f"{value} >= {least}"] if least is not None else []
        conditions += [f"{value} <= {most}"] if most is not None else []
        return sql_type, f"case when {' and '.join(conditions)} then {value} end"

    return read


def one_of(values: Iterable[str]) -> Kind:
    """Return the kind of words of a vocabulary, in exactly the vocabulary's spelling."""
    words = ", ".join(quoted(value) for value in sorted(values))

    def read(source: str) -> tuple[str, str]:
        return "VARCHAR", f"case when {source} in ({words}) then {source} end"

    return read


def spelled_as(values: Iterable[str]) -> Kind:
    """Return the kind of words of a vocabulary in any case, with blanks, hyphens or underscores between
    parts.

    The value has the vocabulary's spelling (lower case, underscores).
    """
    known = one_of(values)

    def read(source: str) -> tuple[str, str]:
        return known(f"replace({_word(source)}, ' ', '_')")

    return read


def _code(letters: int) -> Kind:
    """Return the kind of codes of so many letters; the value is in upper case."""

    def read(source: str) -> tuple[str, str]:
        is_code = f"regexp_matches(trim({source}), '^[A-Za-z]{{{letters}}}$')"
        return "VARCHAR", f"case when {is_code} then upper(trim({source})) end"

    return read


country = _code(2)  # ISO 3166-1 alpha-2
currency = _code(3)  # ISO 4217


def json_object(source: str) -> tuple[str, str]:
    """Read a JSON object, as text."""
    return "VARCHAR", f"case when ltrim({source})[1] = '{{' and json_valid({source}) then {source} end"


def instant(source: str) -> tuple[str, str]:
    """Read an ISO 8601 instant, to the microsecond; one without an offset is in the feed's time zone."""
    return "TIMESTAMPTZ", iso_8601(source)


def spreadsheet_instant(order: DateOrder | None) -> Kind:
    """Return the kind of instants that `instant` reads or that a spreadsheet shows, with dates in this order.

    order: None: only ISO 8601 is read, because 03/04 may be in March or in April.
    """

    def read(source: str) -> tuple[str, str]:
        iso = iso_8601(source)
        return "TIMESTAMPTZ", iso if order is None else f"coalesce({iso}, {local_date(source, order)})"

    return read


def is_lost(source: str, value: str) -> str:
    """SQL: true if `source` has a text (other than an empty list) and the SQL `value` makes it null."""
    return f"coalesce(trim({source}), '') not in ('', '[]') and {value} is null"
