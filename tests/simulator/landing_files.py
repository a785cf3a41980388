"""Reads a simulated landing zone with the standard library, zstandard and pyarrow only."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pyarrow.parquet as pq
import zstandard

Body = dict[str, Any]


def content(path: Path) -> bytes:
    """Return the file's bytes, decompressed."""
    packed = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(packed)
    return zstandard.ZstdDecompressor().decompress(packed) if path.suffix == ".zst" else packed


def feed_files(landing: Path, feed: str) -> list[Path]:
    """Return the feed's files that are to be read and can be."""
    found = (landing / feed).glob("*/*")
    left_out = ("_", ".")
    return sorted(
        path for path in found
        if not path.name.startswith(left_out) and "torn" not in path.name
        and path.suffix not in (".tmp", ".part")
    )  # fmt: skip


def events(landing: Path, feed: str) -> Iterator[Body]:
    """Return every readable object of the feed, out of its containers."""
    for path in feed_files(landing, feed):
        yield from rows(path)


def rows(path: Path) -> Iterator[Body]:
    """Return every readable object of one file."""
    if path.suffix == ".parquet":
        yield from pq.read_table(path).to_pylist()
    elif ".csv" in path.name:
        yield from csv.DictReader(io.StringIO(content(path).decode()))
    else:
        for value in documents(content(path)):
            yield from _unpacked(value)


def documents(raw: bytes) -> Iterator[Any]:
    """Return the JSON values of a file: one in all, one per line, or several one after the other."""
    try:
        yield json.loads(raw)
        return
    except ValueError:
        pass
    decoder = json.JSONDecoder()
    for line in raw.split(b"\n"):
        try:
            text = line.decode()
            if text.startswith("mandrill_events="):
                text = parse_qs(text)["mandrill_events"][0]
            at = 0
            while at < len(text):
                value, at = decoder.raw_decode(text, at)
                yield value
        except ValueError:
            continue


def _unpacked(value: Any) -> Iterator[Body]:
    if isinstance(value, list):
        for item in value:
            yield from _unpacked(item)
    elif not isinstance(value, dict):
        return
    elif "items" in value or "mandrill_events" in value:
        yield from _unpacked(value.get("items") or value["mandrill_events"])
    elif "event-data" in value:
        yield from _unpacked(value["event-data"])
    elif value.get("Type") == "Notification":
        yield from _unpacked(json.loads(value["Message"]))
    elif "msys" in value:
        yield from value["msys"].values()
    else:
        yield value
