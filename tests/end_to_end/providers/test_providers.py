"""Every provider's payloads become the interactions that its fixtures say: one test for all providers."""

from __future__ import annotations

import pytest

from ingestion.adapters.registry import ADAPTERS
from orchestration.settings import DBT_PROJECT
from orchestration.tools.provider_files import staging_models
from tests.end_to_end.providers.cases import Case, Outcome, Row, cases, outcomes

CASES = cases()


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """All cases, landed and staged."""
    return outcomes(tmp_path_factory.mktemp("providers"), CASES)


@pytest.mark.parametrize("provider", staging_models(DBT_PROJECT))
def test_every_provider_has_cases(provider: str) -> None:
    assert [case for case in CASES if case.provider == provider and case.becomes] != []


def test_every_fixture_is_of_a_provider() -> None:
    assert {case.provider for case in CASES} <= set(ADAPTERS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.provider}: {case.says}")
def test_payloads_become_what_they_should(case: Case, staged: dict[str, Outcome]) -> None:
    outcome = staged[case.feed]
    assert _of_interest(outcome.staged, case.becomes) == case.becomes
    if case.lands is not None:
        assert _of_interest(outcome.landed, case.lands) == case.lands
    books = (outcome.ignored, outcome.quarantined, outcome.nulled)
    assert books == (case.ignored, case.quarantined, case.nulled)
    read, accounted = outcome.books
    assert read == accounted


def _of_interest(rows: list[Row], expected: list[Row]) -> list[Row]:
    """The rows with the columns that are expected of them; all their columns where no more rows are."""
    shown = [dict(row, event=label) for row, label in zip(rows, _labels(rows, expected), strict=True)]
    return [
        {name: row.get(name) for name in (expected[number] if number < len(expected) else row)}
        for number, row in enumerate(shown)
    ]


def _labels(rows: list[Row], expected: list[Row]) -> list[str | None]:
    """Name each row's event: as its first row is expected to be called, if no other event is called so."""
    names: dict[str | None, str | None] = {}
    for number, row in enumerate(rows):
        wanted = expected[number].get("event") if number < len(expected) else None
        key = row.get("source_key")
        if key not in names:
            names[key] = wanted if wanted not in names.values() else f"not the same as {wanted}"
    return [names[row.get("source_key")] for row in rows]
