"""SQL that reads a time given as text, to the microsecond; null if the text is no time.

Further digits of a second are cut off, not rounded, so that no time moves to another day. A local time that a
clock skips is read as if the clock had not been put forward; a local time that a clock shows twice is read as
the later one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum

#: SQL for the feed's time zone, a variable that is set before each landing statement.
FEED_ZONE = "coalesce(getvariable('feed_zone'), 'UTC')"

_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
_CLOCK = r"\d{1,2}:\d{2}:[0-5]\d(\.\d*)?"
#: Offsets are below 24 hours, and their minutes below 60.
_OFFSET = r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
_WITH_OFFSET = rf"^{_DATE}[T ]{_CLOCK}{_OFFSET}$"
_LOCAL = rf"^{_DATE}([T ]{_CLOCK})?$"
_WITHOUT_SECONDS = rf"^({_DATE}[T ]\d{{1,2}}:\d{{2}})({_OFFSET})?$"
_LEAP_SECOND = r"(:\d{2}):60([^\d:]|$)"


class DateOrder(Enum):
    """The order in which a date's day, month and year are written."""

    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    YEAR_FIRST = "ymd"

    @classmethod
    def of_format(cls, text: str) -> DateOrder | None:
        """Return the order of a date format; None unless it names day, month and year once each.

        text: an order (`dmy`), a spreadsheet's format (`DD.MM.YYYY hh:mm`) or one of strptime
        (`%d/%m/%Y %H:%M`). An `m` after the date's parts stands for minutes and is not read.
        """
        letters = "".join(dict.fromkeys(re.sub("[^dmy]", "", text.lower())))
        return next((order for order in cls if order.value == letters), None)


#: Order of a date -> which of its three numbers are year, month and day.
_PARTS = {DateOrder.DAY_FIRST: (3, 2, 1), DateOrder.MONTH_FIRST: (3, 1, 2), DateOrder.YEAR_FIRST: (1, 2, 3)}
#: Matches three numbers, optionally followed by hours, minutes and seconds, and AM or PM.
_LOCAL_FORM = (
    r"^(\d{1,4})[./-] ?(\d{1,2})[./-] ?(\d{1,4})"
    r"(?:,? +(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?(?: *([ap])\.?m\.?)?)?$"
)
#: Matches days since 1899-12-30, as spreadsheets count them: from 1954 to 2119, so that no year looks like
#: one.
_SERIAL = r"^[2-7]\d{4}([.,]\d+)?$"


def local_date(text_sql: str, order: DateOrder, zone_sql: str = FEED_ZONE) -> str:
    """SQL for an instant as a spreadsheet shows it: `31.12.2025 14:05`, `12/31/25 2:05 PM`, `46022.58`.

    The numbers are read in the given order; a year of two digits is in this century. A serial number is read
    to the second, because its fraction is no more precise. Null if the text is neither.
    """
    tidy = f"lower(trim({text_sql}))"
    year, month, day = _PARTS[order]
    group = {n: f"regexp_extract(tidy, '{_LOCAL_FORM}', {n})" for n in range(1, 8)}
    full_year = (
        f"(case when length({group[year]}) <= 2 then 2000 else 0 end + cast({group[year]} as INTEGER))"
    )
    hour = f"coalesce(try_cast({group[4]} as INTEGER), 0)"
    half = group[7]
    clock = (
        f"case when {half} = '' then {hour} when {hour} not between 1 and 12 then null"
        f" when {half} = 'p' then {hour} % 12 + 12 else {hour} % 12 end"
    )
    minute = f"coalesce(try_cast({group[5]} as INTEGER), 0)"
    second = f"coalesce(try_cast({group[6]} as DOUBLE), 0)"
    shown = (
        f"try(make_timestamp({full_year}, cast({group[month]} as INTEGER), cast({group[day]} as INTEGER),"
        f" {clock}, {minute}, {second}))"
    )
    seconds = "cast(round(try_cast(replace(tidy, ',', '.') as DOUBLE) * 86400) as BIGINT)"
    serial = f"TIMESTAMP '1899-12-30 00:00:00' + to_seconds({seconds})"
    read = (
        f"case when regexp_matches(tidy, '{_LOCAL_FORM}') then timezone({zone_sql}, {shown})"
        f" when regexp_matches(tidy, '{_SERIAL}') then timezone({zone_sql}, {serial}) end"
    )
    return _let("tidy", tidy, read)


def epoch_seconds(text_sql: str) -> str:
    """SQL for an instant given as seconds since 1970 in text, with or without a fraction."""
    # A double holds any instant until 2106 with an error well under a microsecond; a cast from text to
    # DECIMAL(20, 6) is 300 times slower.
    micros = f"try_cast(round(try_cast({text_sql} as DOUBLE) * 1000000) as BIGINT)"
    return f"try(make_timestamptz({micros}))"


def iso_8601(text_sql: str, zone_sql: str = FEED_ZONE) -> str:
    """SQL for an instant given as ISO 8601 text; one without an offset is in the zone."""
    # Nearly every row has a form that DuckDB's cast reads: test for it first, without rewriting the text.
    rewritten = _let("tidy", _tidied(text_sql), with_leap_second("tidy", lambda tidy: _read(tidy, zone_sql)))
    return (
        f"case when regexp_matches({text_sql}, '{_WITH_OFFSET}') then try_cast({text_sql} as TIMESTAMPTZ)"
        f" else {rewritten} end"
    )


def with_leap_second(text_sql: str, read: Callable[[str], str]) -> str:
    """SQL for an instant that may be a leap second, which is read as the second after it.

    read: function from SQL of a text to SQL of the instant. A leap second is the last second of a UTC day; a
        second 60 at any other time makes the text no time.
    """
    before = _let("second_59", rf"regexp_replace({text_sql}, '{_LEAP_SECOND}', '\1:59\2')", read("second_59"))
    after = _let("before", before, "make_timestamptz(epoch_us(before) + 1000000)")
    leaping = _let("after", after, "case when epoch_us(after) % 86400000000 < 1000000 then after end")
    return (
        f"case when contains({text_sql}, ':60') and regexp_matches({text_sql}, '{_LEAP_SECOND}')"
        f" then {leaping} else {read(text_sql)} end"
    )


def _let(name: str, value_sql: str, body_sql: str) -> str:
    """SQL for a body that uses a value several times: DuckDB plans and computes the value once."""
    return f"list_transform([{value_sql}], lambda {name}: {body_sql})[1]"


def _tidied(text_sql: str) -> str:
    """SQL for a time in the spelling that DuckDB reads: capitals, a point, seconds, no blank before
    offsets.
    """
    tidy = f"upper(trim({text_sql}))"
    for written, meant in (
        (r",(\d)", r".\1"),
        (r" *(UTC|GMT)$", "Z"),
        (r" +([+-])", r"\1"),
        (_WITHOUT_SECONDS, r"\1:00\2"),
    ):
        tidy = f"regexp_replace({tidy}, '{written}', '{meant}')"
    return tidy


def _read(tidy_sql: str, zone_sql: str) -> str:
    return (
        f"case when regexp_matches({tidy_sql}, '{_WITH_OFFSET}') then try_cast({tidy_sql} as TIMESTAMPTZ)"
        f" when regexp_matches({tidy_sql}, '{_LOCAL}')"
        f" then timezone({zone_sql}, try_cast({tidy_sql} as TIMESTAMP)) end"
    )
