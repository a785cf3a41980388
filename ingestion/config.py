"""Reads and checks `touchpoint.yml`: which folders are feeds and how to read them, the time zone of
reports.
"""

from __future__ import annotations

import os
import re
import reprlib
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingestion.adapters import crm
from ingestion.adapters.registry import ADAPTERS
from ingestion.adapters.web import access_log, log_formats
from ingestion.errors import ConfigError, nearest
from ingestion.landing.feed import CORRELATION_IDS, Feed
from ingestion.values.instants import DateOrder

_TOP_KEYS = ("reporting_time_zone", "feeds")
_TEXT_KEYS = ("name", "adapter", "path", "timezone", "host", "format", "client")
_FEED_KEYS = (*_TEXT_KEYS, "ids", "columns", "date_format")
_LONGEST_NAME = 100
_FEED_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{_LONGEST_NAME - 1}}}")


@dataclass(frozen=True)
class Config:
    """The settings of `touchpoint.yml`, each at its default where the file or the key is missing."""

    reporting_time_zone: str = "UTC"
    feeds: tuple[Feed, ...] = ()


def load_config(path: Path | None) -> Config:
    """Read `path`; where it is None or missing, everything is at its default."""
    if path is None or not path.exists():
        return Config()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError, OSError) as error:
        raise ConfigError(f"{path.name} is not readable YAML: {error}. Correct it there.") from error
    return parse_config(content if content is not None else {}, path.name)


def parse_config(content: Any, where: str = "touchpoint.yml") -> Config:
    """Check the parsed content; `where` names the file in messages."""
    _check_keys(content, _TOP_KEYS, where)
    entries = content.get("feeds") or []
    if not isinstance(entries, list):
        raise ConfigError(f"{where}: `feeds` must be a list of entries with `name` and `adapter`.")
    feeds = tuple(_feed(entry, f"{where}: feeds[{index}]") for index, entry in enumerate(entries))
    _check_unique((feed.name for feed in feeds), "name", where)
    _check_unique((os.path.normpath(feed.path) for feed in feeds), "path", where)
    zone = _zone(content.get("reporting_time_zone") or "UTC", f"{where}: reporting_time_zone")
    return Config(reporting_time_zone=zone, feeds=feeds)


def _feed(entry: Any, where: str) -> Feed:
    _check_keys(entry, _FEED_KEYS, where)
    for key in _TEXT_KEYS:
        if entry.get(key) is not None and not isinstance(entry[key], str):
            raise ConfigError(f"{where}: `{key}` must be text, not {_shown(entry[key])}; put it in quotes.")
    name = entry.get("name")
    if not name or not _FEED_NAME.fullmatch(name):
        raise ConfigError(
            f"{where}: `name` must be given, of letters, digits, `.`, `_` and `-`; it is {_shown(name)}."
        )
    adapter = entry.get("adapter") or name
    if adapter not in ADAPTERS:
        unknown = _text(adapter)
        raise ConfigError(f"{where}: there is no adapter `{unknown}`; {did_you_mean(unknown, ADAPTERS)}")
    ids = entry.get("ids") or {}
    _check_keys(ids, CORRELATION_IDS, f"{where}.ids")
    for ours, theirs in ids.items():
        if not isinstance(theirs, str) or not theirs:
            raise ConfigError(f"{where}.ids: `{ours}` must name a field of the feed, not {_shown(theirs)}.")
    zone = _zone(entry.get("timezone") or "UTC", f"{where}.timezone")
    columns = _columns(entry.get("columns") or {}, adapter, where)
    order = _date_order(entry.get("date_format"), adapter, where)
    log_format, client = _log_format(entry.get("format"), entry.get("client"), adapter, where)
    path = entry.get("path") or name
    return Feed(name, adapter, path, zone, entry.get("host"), dict(ids), columns, order, log_format, client)


def _log_format(
    log_format: str | None, client: str | None, adapter: str, where: str
) -> tuple[str | None, str | None]:
    """Check the format of a feed's log lines and the header that holds the client's address."""
    if log_format is None and client is None:
        return None, None
    if adapter != access_log.NAME:
        key = "format" if log_format is not None else "client"
        raise ConfigError(
            f"{where}: `{key}` is for feeds of the adapter `{access_log.NAME}`, not of `{adapter}`."
        )
    try:
        log_formats.parse(log_format, client)
    except log_formats.FormatError as error:
        raise ConfigError(f"{where}: {error}.") from error
    return log_format, client


def _columns(given: Any, adapter: str, where: str) -> dict[str, str]:
    """Check `columns`: our column of a CRM snapshot -> its header in the feed's files."""
    if given and adapter != crm.NAME:
        raise ConfigError(f"{where}: `columns` is for feeds of the adapter `{crm.NAME}`, not of `{adapter}`.")
    known = tuple(sorted({column for entity in crm.ENTITIES.values() for column in entity.kinds}))
    _check_keys(given, known, f"{where}.columns")
    for ours, theirs in given.items():
        if not isinstance(theirs, str) or not theirs:
            raise ConfigError(f"{where}.columns: `{ours}` must name a header, not {_shown(theirs)}.")
    return dict(given)


def _date_order(given: Any, adapter: str, where: str) -> DateOrder | None:
    if given is None:
        return None
    if adapter != crm.NAME:
        raise ConfigError(
            f"{where}: `date_format` is for feeds of the adapter `{crm.NAME}`, not of `{adapter}`."
        )
    order = DateOrder.of_format(given) if isinstance(given, str) else None
    if order is None:
        raise ConfigError(
            f"{where}: `date_format` must say in which order day, month and year stand, like DD.MM.YYYY,"
            f" MM/DD/YYYY or YYYY-MM-DD; it is {_shown(given)}."
        )
    return order


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """The end of a message about an unknown name."""
    choices = sorted(valid)
    return f"did you mean `{nearest(name, choices)}`? Valid: {', '.join(choices)}."


def _shown(value: Any) -> str:
    """Shorten a value for a message: YAML can make a gigabyte of a few lines."""
    return reprlib.repr(value)


def _text(value: Any) -> str:
    """Shorten what should be a name for a message; other values are shown as `_shown` does."""
    return value[:_LONGEST_NAME] if isinstance(value, str) else _shown(value)


def _check_keys(content: Any, valid: tuple[str, ...], where: str) -> None:
    if not isinstance(content, dict):
        keys = ", ".join(valid)
        raise ConfigError(f"{where}: expected entries with the keys {keys}, not {_shown(content)}.")
    for key in content:
        if key not in valid:
            raise ConfigError(f"{where}: unknown key `{_text(key)}`; {did_you_mean(_text(key), valid)}")


def _check_unique(values: Iterable[str], key: str, where: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ConfigError(f"{where}: two feeds have the {key} `{_text(value)}`; give each its own.")
        seen.add(value)


def _zone(name: Any, where: str) -> str:
    zones = zoneinfo.available_timezones()
    if not isinstance(name, str) or name not in zones:
        suggestion = nearest(_text(name), zones)
        raise ConfigError(f"{where}: there is no time zone `{_text(name)}`; did you mean `{suggestion}`?")
    return name
