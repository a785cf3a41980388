"""Instants: SQL that reads a time given as text, to the microsecond; null where the text is no time.

Belongs here: ISO 8601, seconds since 1970, leap seconds, and the feed's time zone. Does not belong here:
which field holds a time, or a provider's own spelling of one (`adapters/`).

Further digits of a second are cut off, not rounded: no time moves to another day. A local time that a clock
skips is read as if the clock had not been put forward; of one that it shows twice, the later is meant.
"""

from __future__ import annotations

from collections.abc import Callable

#: The feed's time zone inside a landing statement: the core sets it before each one.
FEED_ZONE = "coalesce(getvariable('feed_zone'), 'UTC')"

_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
_CLOCK = r"\d{1,2}:\d{2}:[0-5]\d(\.\d*)?"
#: No place on earth is a day away from Greenwich, and an hour has 60 minutes.
_OFFSET = r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
_WITH_OFFSET = rf"^{_DATE}[T ]{_CLOCK}{_OFFSET}$"
_LOCAL = rf"^{_DATE}([T ]{_CLOCK})?$"
_WITHOUT_SECONDS = rf"^({_DATE}[T ]\d{{1,2}}:\d{{2}})({_OFFSET})?$"
_LEAP_SECOND = r"(:\d{2}):60([^\d:]|$)"


def epoch_seconds(text_sql: str) -> str:
    """SQL for an instant given as seconds since 1970 in text, with or without a fraction."""
    # A double holds any instant until 2106 to well under a microsecond; text to DECIMAL(20, 6) is 300 times
    # slower.
    micros = f"try_cast(round(try_cast({text_sql} as DOUBLE) * 1000000) as BIGINT)"
    return f"try(make_timestamptz({micros}))"


def iso_8601(text_sql: str, zone_sql: str = FEED_ZONE) -> str:
    """SQL for an instant given as ISO 8601 text; one without an offset is in the zone."""
    # Nearly every row is as the standard's readers want it: told apart without rewriting the text.
    rewritten = _let("tidy", _tidied(text_sql), with_leap_second("tidy", lambda tidy: _read(tidy, zone_sql)))
    return (
        f"case when regexp_matches({text_sql}, '{_WITH_OFFSET}') then try_cast({text_sql} as TIMESTAMPTZ)"
        f" else {rewritten} end"
    )


def with_leap_second(text_sql: str, read: Callable[[str], str]) -> str:
    """SQL for an instant that may be a leap second, which no clock of ours has: the second after it.

    read: from SQL of a text to SQL of the instant it gives. Leap seconds are the last of a UTC day; at any
    other time, second 60 is no time.
    """
    before = _let("second_59", rf"regexp_replace({text_sql}, '{_LEAP_SECOND}', '\1:59\2')", read("second_59"))
    after = _let("before", before, "make_timestamptz(epoch_us(before) + 1000000)")
    leaping = _let("after", after, "case when epoch_us(after) % 86400000000 < 1000000 then after end")
    return (
        f"case when contains({text_sql}, ':60') and regexp_matches({text_sql}, '{_LEAP_SECOND}')"
        f" then {leaping} else {read(text_sql)} end"
    )


def _let(name: str, value_sql: str, body_sql: str) -> str:
    """SQL of a body that uses a value several times: the engine plans, and computes, the value once."""
    return f"list_transform([{value_sql}], lambda {name}: {body_sql})[1]"


def _tidied(text_sql: str) -> str:
    """SQL for the spelling that the engine reads: capitals, a point, seconds, no blank before the offset."""
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
