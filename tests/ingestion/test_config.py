"""`touchpoint.yml`: mistakes are named with the nearest valid word; hostile files are only wrong."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from ingestion.adapters.registry import ADAPTERS
from ingestion.config import BucketTarget, Config, PostgresTarget, load_config
from ingestion.errors import ConfigError
from ingestion.landing.feed import Feed
from tests.ingestion.zone import DAY, Zone, event


def load(folder: Path, text: str) -> Config:
    path = folder / "touchpoint.yml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def test_without_a_file_everything_is_at_its_default(tmp_path: Path) -> None:
    assert load_config(None) == load_config(tmp_path / "touchpoint.yml") == load(tmp_path, "") == Config()


def test_every_key(tmp_path: Path) -> None:
    config = load(
        tmp_path,
        """
        reporting_time_zone: Europe/Berlin
        feeds:
          - name: sendgrid_eu
            adapter: sendgrid
            path: eu/sendgrid
            timezone: America/New_York
            host: www.example.com
            ids: {contact_id: cid}
          - name: ses
        """,
    )
    assert config.reporting_time_zone == "Europe/Berlin"
    assert config.feeds == (
        Feed(
            "sendgrid_eu",
            "sendgrid",
            "eu/sendgrid",
            "America/New_York",
            "www.example.com",
            {"contact_id": "cid"},
        ),
        Feed("ses", "ses", "ses"),
    )
    assert config.feeds[0].id_names["contact_id"] == "cid"
    assert config.feeds[0].id_names["email_id"] == "email_id"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("reporting_timezone: UTC", "unknown key `reporting_timezone`; did you mean `reporting_time_zone`"),
        ("feeds: [{name: a, adaptor: ses}]", "feeds[0]: unknown key `adaptor`; did you mean `adapter`"),
        (
            "feeds: [{name: a, adapter: send_grid}]",
            "there is no adapter `send_grid`; did you mean `sendgrid`",
        ),
        ("feeds: [{name: a, adapter: ses, ids: {contactid: x}}]", "did you mean `contact_id`"),
        ("feeds: [{name: a, adapter: ses, ids: {contact_id: 3}}]", "must name a field"),
        ("feeds: [{name: a, adapter: ses, timezone: Europe/Berln}]", "did you mean `Europe/Berlin`"),
        ("reporting_time_zone: Mars/Base", "there is no time zone `Mars/Base`"),
        ("feeds: [{adapter: ses}]", "`name` must be given"),
        ("feeds: [{name: a/b, adapter: ses}]", "`name` must be given"),
        ("feeds: [{name: a, adapter: 3}]", "`adapter` must be text"),
        ("feeds: [{name: ses}, {name: ses, path: b}]", "two feeds have the name `ses`"),
        ("feeds: [{name: ses}, {name: b, adapter: ses, path: ./ses/}]", "two feeds have the path `ses`"),
        ("feeds: [{name: ses}, {name: b, adapter: ses, path: ses}]", "two feeds have the path `ses`"),
        ("feeds: 3", "`feeds` must be a list"),
        ("feeds: [3]", "expected entries"),
        ("[1]", "expected entries"),
        ("a: [", "not readable YAML"),
        (
            "publish: [{host: a}]",
            "publish[0]: `type` must be one of postgres, parquet, files; it is missing",
        ),
        ("publish: [{type: postgres, password: a}]", "name that with `password_env`"),
        ("publish: [{type: postgres, hots: a}]", "did you mean `host`"),
        ("publish: [{type: postgres, schema: public}]", "`schema` must be"),
        ("publish: [{type: postgres, schema: 'a\"b'}]", "`schema` must be"),
        ("publish: [{type: postgres, port: high}]", "`port` must be a whole number"),
        ("publish: [{type: postgres, port: 70000}]", "`port` must be less than or equal to 65535"),
        ("publish: [{type: postgres, sslmode: of}]", "`sslmode` must be 'disable'"),
        ("publish: [{type: parquet}]", "`to` must be the address of a bucket and a folder in it"),
        ("publish: [{type: files, to: 's3://bucket'}]", "`to` must be"),
        (
            "publish: [{type: files, to: 's3://key:secret@bucket/x'}]",
            "keys and tokens stay in the environment",
        ),
        ("publish: [{type: files, to: 's3://b/x', keep: 0}]", "`keep` must be greater than or equal to 1"),
        (
            "publish: [{type: files, to: 's3://b/x', port: 1}]",
            "`port` is no key of a target of the type `files`",
        ),
        ("publish: [{type: postgres, to: 's3://b/x'}]", "`to` is no key of a target of the type `postgres`"),
        (
            "publish: [{type: files, to: 's3://b/x'}, {type: parquet, to: 's3://b/x/'}]",
            "two targets under `publish` are the same folder `s3://b/x`; remove one",
        ),
        ("publish: [{type: postgres}, {type: postgres}]", "two targets under `publish` are the same schema"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value)
    assert "touchpoint.yml" in str(caught.value)


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


def test_a_target_of_publishing(tmp_path: Path) -> None:
    text = "publish: [{type: postgres, host: db, port: 5433, schema: insights, password_env: SECRET}, {type: postgres}]"
    first, second = load(tmp_path, text).publish
    assert first == PostgresTarget("db", 5433, schema="insights", password_env="SECRET")
    assert second == PostgresTarget()


def test_a_bucket_to_publish_to(tmp_path: Path) -> None:
    text = "publish: [{type: parquet, to: s3://b/x/, keep: 7}, {type: files, to: az://b/y}]"
    assert load(tmp_path, text).publish == (
        BucketTarget("s3://b/x", 7),
        BucketTarget("az://b/y", 2, everything=True),
    )


def test_a_feed_cannot_be_read_from_beside_the_landing_zone(zone: Zone, tmp_path: Path) -> None:
    outside = tmp_path / "outside" / DAY
    outside.mkdir(parents=True)
    (outside / "a.ndjson").write_text(event(1))
    warnings = zone.land(Config(feeds=(Feed("a", "sendgrid", "../outside"),))).warnings
    assert any("leaves the landing zone" in warning for warning in warnings)
    assert zone.ledger("select count(*) from files") == [(0,)]


def test_names_of_ids_are_only_names(zone: Zone) -> None:
    hostile = "x'\"); drop table files; --/~1\\ ${}"
    feeds = tuple(Feed(one, one, one, ids={"contact_id": hostile}, host=hostile) for one in sorted(ADAPTERS))
    for feed in feeds:
        zone.put(json.dumps({hostile: "c"}) + "\n" + f'"{hostile}"\n', "contacts.ndjson", feed=feed.name)
    zone.land(Config(feeds=feeds))
    found = zone.ledger("select feed from files where not file_quarantined or reason_code is not null")
    assert {feed for (feed,) in found} == set(ADAPTERS)
