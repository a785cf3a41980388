"""No check without a change that breaks it; within its thresholds it stays quiet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from engines.change_logs import Logged
from expectations import kpis
from expectations.check import measured
from expectations.engine import opened
from expectations.suites import CHECKS, kpi_marts
from tests.expectations.breaks import BORNE, BREAKS
from tests.expectations.breaks.sql import Changes, update
from tests.expectations.changed_rows import changes_of, log_differences, read_by, verdict
from tests.expectations.conftest import Build, broken

BY_NAME = {check.name: check for check in CHECKS}


def cases(changes: Changes) -> pytest.MarkDecorator:
    """One test per change."""
    return pytest.mark.parametrize(
        ("check", "change"),
        [
            pytest.param(check, change, id=f"{check}: {name}")
            for check, by_name in changes.items()
            for name, change in by_name.items()
        ],
    )


def test_every_check_has_a_break_aimed_at_it() -> None:
    assert BREAKS.keys() == BY_NAME.keys()


@cases(BREAKS)
def test_it_breaks(
    changed_build: Callable[[str], Build],
    sound_build: Build,
    logged: Mapping[str, Logged],
    check: str,
    change: str,
) -> None:
    build = changed_build(change)
    result = build.judged([BY_NAME[check]])[check]
    assert not result.passed
    assert "not measurable" not in result.observed and "missing from the build" not in result.observed
    log_differences(build, sound_build, logged, read_by(BY_NAME[check], logged))
    with opened(*build.files) as engine:
        assert verdict(engine, BY_NAME[check], changes_of(logged)) is not True


@cases(BORNE)
def test_it_is_borne(changed_build: Callable[[str], Build], check: str, change: str) -> None:
    assert broken(changed_build(change).judged([BY_NAME[check]])) == set()


def test_great_expectations_agrees_with_the_measurements(changed_build: Callable[[str], Build]) -> None:
    aimed = ("email_messages_are_unique", "books_balance", "arrival_fields_are_kept")
    changes = "".join(next(iter(BREAKS[check].values())) for check in aimed)
    build = changed_build(changes + "drop table mart_email_clients;")
    judged = build.judged()
    assert broken(judged) >= {*aimed, "email_clients_equal_daily"}
    assert build.audit() == judged


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("open_rate = open_rate + 1", 1),
        ("unsubscribed = unsubscribed + 1", 2),
        ("open_rate = open_rate", 0),
    ],
)
def test_the_dictionary_alone_checks_a_mart(
    change: str, wrong: int, changed_build: Callable[[str], Build]
) -> None:
    build = changed_build(update("mart_email_domains", change, "open_rate is not null"))
    with opened(*build.files) as engine:
        found = measured(engine, kpi_marts.of_mart("mart_email_domains").rule)
    assert len([finding for finding in found if finding.observed]) == wrong
    counts = [kpi for kpi in kpis.shown_in("mart_email_domains") if isinstance(kpi, kpis.Count)]
    assert len(found) == len(counts) + 1
