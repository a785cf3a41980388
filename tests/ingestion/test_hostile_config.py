"""Configuration made to do harm, which can do no more than be wrong."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from ingestion.adapters.registry import ADAPTERS
from ingestion.config import Config, Feed, load_config
from ingestion.errors import ConfigError
from tests.ingestion.zone import DAY, Zone, event

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in pairwise("abcdefghi")
)


@pytest.mark.parametrize(
    "text",
    [
        "feeds: !!python/object/apply:os.system ['touch /tmp/never']",
        f"{BOMB}feeds: *i",
        f"feeds:\n- name: &x {{}}\n- *x\n{BOMB}",
        "feeds: [{name: a, adapter: " + "x" * 100_000 + "}]",
        "feeds: " + "[" * 5000,
        "feeds: [{name: ../../x, adapter: ses}]",
        "feeds: [{name: 'a/b', adapter: ses}]",
        'feeds: [{name: "a\\0b", adapter: ses}]',
        "feeds: [{name: " + "a" * 5000 + ", adapter: ses}]",
        "feeds: [{name: 2026-99-99, adapter: ses}]",
        "reporting_time_zone: *x",
        "\x00",
    ],
)
def test_configuration_cannot_do_more_than_be_wrong(tmp_path: Path, text: str) -> None:
    path = tmp_path / "touchpoint.yml"
    path.write_text(text)
    with pytest.raises(ConfigError) as raised:
        load_config(path)
    assert len(str(raised.value)) < 2000


def test_a_bomb_is_not_written_into_a_message(tmp_path: Path) -> None:
    path = tmp_path / "touchpoint.yml"
    for where in ("feeds: [{name: *i}]", "reporting_time_zone: *i", "feeds: [*i]"):
        path.write_text(BOMB + where)
        with pytest.raises(ConfigError) as raised:
            load_config(path)
        assert len(str(raised.value)) < 2000


def test_a_feed_cannot_be_read_from_beside_the_landing_zone(zone: Zone, tmp_path: Path) -> None:
    outside = tmp_path / "outside" / DAY
    outside.mkdir(parents=True)
    (outside / "a.ndjson").write_text(event(1))
    warnings = zone.land(Config(feeds=(Feed("a", "sendgrid", "../outside"),))).warnings
    assert any("leaves the landing zone" in warning for warning in warnings)
    assert zone.ledger("select count(*) from files") == [(0,)]


@pytest.mark.parametrize("adapter", sorted(ADAPTERS))
def test_names_of_ids_are_only_names(zone: Zone, adapter: str) -> None:
    hostile = "x'\"); drop table files; --/~1\\ ${}"
    zone.put(json.dumps({hostile: "c"}) + "\n" + f'"{hostile}"\n', "contacts.ndjson", feed=adapter)
    config = Config(feeds=(Feed(adapter, adapter, adapter, ids={"contact_id": hostile}, host=hostile),))
    zone.land(config)
    assert zone.ledger("select count(*) from files where not file_quarantined or reason_code is not null")[0][
        0
    ]
