"""`touchpoint.yml`: what is wrong with it is named, with the nearest thing that exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.config import Config, Feed, load_config
from ingestion.errors import ConfigError


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
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value)
    assert "touchpoint.yml" in str(caught.value)
