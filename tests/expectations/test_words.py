"""How numbers and bounds read in a result."""

from __future__ import annotations

import pytest

from expectations.check import Check, Finding, result_of, words_of
from expectations.rules import KeysAreUnique

CHECK = Check("some_check", "audit", "marts.t", "all is well", "Do something.", KeysAreUnique("t", "k"))


def finding(
    observed: float | None,
    low: float | None = 0,
    high: float | None = 0,
    subject: str = "of 9 rows",
    examples: tuple[str, ...] = (),
) -> Finding:
    return Finding(subject, observed, low, high, examples)


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        (finding(0), True),
        (finding(1), False),
        (finding(None), False),
        (finding(5, None, 5), True),
        (finding(6, None, 5), False),
        (finding(5, 5, None), True),
        (finding(4, 5, None), False),
        (finding(-1, None, None), True),
        (finding(0.5, None, 0.5), True),
        (finding(0.51, None, 0.5), False),
    ],
)
def test_bounds_are_inclusive_and_no_number_breaks_them(found: Finding, kept: bool) -> None:
    assert found.keeps_bounds is kept


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "nothing to compare"),
        ([finding(0)], "0 of 9 rows"),
        ([finding(0), finding(0)], "0 of 9 rows; 0 of 9 rows"),
        ([finding(0)] * 5, "0 of 9 rows; 0 of 9 rows; 0 of 9 rows; and 2 more, all as expected"),
        ([finding(1234, examples=("a", "b"))], "1,234 of 9 rows: a, b"),
        ([finding(1, 3, 3)], "1 of 9 rows (expected 3)"),
        ([finding(1, 3, 7)], "1 of 9 rows (expected 3 to 7)"),
        ([finding(1, 3, None)], "1 of 9 rows (expected at least 3)"),
        ([finding(1.25, None, 0.5)], "1.25 of 9 rows (expected at most 0.50)"),
        ([finding(None, subject="marts.t missing")], "marts.t missing"),
        ([finding(i) for i in range(1, 6)], "1 of 9 rows; 2 of 9 rows; 3 of 9 rows; and 2 more"),
    ],
)
def test_words(found: list[Finding], words: str) -> None:
    assert words_of(found) == words


def test_long_examples_are_cut() -> None:
    assert len(words_of([finding(1, examples=("x" * 5000,))])) == 600


def test_a_failed_result_says_what_where_and_what_to_do() -> None:
    result = result_of(CHECK, passed=False, observed="3 of 9 rows")
    assert result.message == "marts.t: not kept: all is well. Found: 3 of 9 rows. Do something."
    assert result_of(CHECK, passed=True, observed="0 of 9 rows").message == "marts.t: all is well."
