"""The KPI dictionary: nothing that repeats it says something else, and a mart that cannot show it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from expectations import kpis as dictionary
from orchestration.errors import TouchpointError
from orchestration.tools import kpis


def test_what_repeats_the_dictionary_is_written_from_it() -> None:
    stale = sorted(path.name for path in kpis.stale())
    assert stale == [], "the KPI dictionary or one of these files was changed: run `make kpis`"


def test_every_kpi_has_its_own_name_and_words() -> None:
    every = [*dictionary.counts(), *dictionary.rates()]
    assert len({kpi.name for kpi in every}) == len(every)
    assert [kpi.name for kpi in every if not kpi.words.endswith(".") or not kpi.label] == []
    assert [kpi.name for kpi in every if not kpi.shown_in] == []


def test_what_does_not_add_up_says_so() -> None:
    silent = [
        count.name
        for count in dictionary.counts()
        if not count.is_additive and "Not additive" not in count.words
    ]
    assert silent == []
    assert {"page_visitors", "link_clicks_unique", "members"} <= {
        count.name for count in dictionary.counts() if not count.is_additive
    }


def test_a_mart_shows_its_own_subject_first_and_rates_last() -> None:
    columns = [kpi.column for kpi in dictionary.shown_in("mart_journey_kpis")]
    assert columns[:5] == ["entered", "in_progress", "completed", "stopped", "targeted"]
    assert columns.index("delivery_rate") == min(
        columns.index(column) for column in columns if column.endswith("_rate")
    )


@pytest.mark.parametrize(
    ("mart", "complaint"),
    [
        ("mart_of_nothing", "there is no mart_of_nothing.yml"),
        ("mart_email_recipients", "have no line `# KPIs, by"),
    ],
)
def test_a_mart_that_cannot_show_kpis_is_named(
    mart: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dictionary, "marts", lambda: (mart,))
    with pytest.raises(TouchpointError, match=complaint):
        kpis.stale()


def test_a_changed_column_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = dictionary.rates()
    renamed = dictionary.Rate(**(vars(first) | {"column": "delivered_rate"}))
    monkeypatch.setattr(dictionary, "rates", lambda: (renamed, *others))
    assert {path.name for path in kpis.stale()} == {
        *(f"{mart}.yml" for mart in first.shown_in),
        *("kpi_dictionary.sql", "kpis.md"),
    }
    assert "delivered_rate" in kpis.stale()[Path(kpis.MACRO)]
