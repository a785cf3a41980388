"""Takes events out of a landing zone to deliver them later: few, from many files, most of them days late."""

from __future__ import annotations

import gzip
import json
import zlib
from collections import defaultdict
from pathlib import Path

import zstandard

#: Feeds in which every line is an event.
_LINE_FEEDS = frozenset({"access_log", "snowplow"})
#: The feed whose files begin with column names, in a folder per type.
_EXPORT = "dynamics365"
PREFIX = "late-"


def hold_back(landing: Path, late: Path, one_in: int) -> None:
    """Move one in `one_in` events out of `landing` into files of its last day under `late`.

    The event's text decides, so every run takes the same ones. Only events on a line or in an array on a line
    are taken.
    """
    files = [path for path in sorted(landing.glob("*/*/**/*")) if path.is_file()]
    last_day = max(path.relative_to(landing).parts[1] for path in files)
    #: By folder and column names: export files of one type can have different columns.
    held: dict[tuple[Path, bytes], list[bytes]] = defaultdict(list)
    for path in files:
        feed, _, *folders, name = path.relative_to(landing).parts
        target = Path(feed, last_day, *folders)
        if feed == "crm" or path.suffix == ".parquet" or name == "model.json":
            continue
        lines = _read(path).split(b"\n")
        heading = lines.pop(0) if feed == _EXPORT else b""
        kept = [heading] if heading else []
        for line in lines:
            rest, chosen = _chosen(line, feed, one_in)
            if rest is not None:
                kept.append(rest)
            held[target, heading] += chosen
        _write(path, b"\n".join(kept))
    for number, ((folder, heading), events) in enumerate(held.items()):
        if events:
            (late / folder).mkdir(parents=True, exist_ok=True)
            lines = [heading, *events] if heading else events
            (late / folder / f"{PREFIX}{number}").write_bytes(b"\n".join(lines) + b"\n")


def _chosen(line: bytes, feed: str, one_in: int) -> tuple[bytes | None, list[bytes]]:
    """Return what remains of a line (None: nothing) and the events taken out of it."""
    if line.startswith(b"[") and line.endswith(b"]"):
        events = [json.dumps(event).encode() for event in json.loads(line)]
        chosen = [event for event in events if _is_chosen(event, one_in)]
        if not chosen:
            return line, []
        rest = [event for event in events if event not in chosen]
        return (b"[" + b",".join(rest) + b"]" if rest else None), chosen
    is_event = (line.startswith(b"{") and line.endswith(b"}")) or (feed in {*_LINE_FEEDS, _EXPORT} and line)
    if is_event and _is_chosen(line, one_in):
        return None, [line]
    return line, []


def _is_chosen(event: bytes, one_in: int) -> bool:
    return zlib.crc32(event) % one_in == 0


def _read(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return content


def _write(path: Path, content: bytes) -> None:
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    elif path.suffix == ".zst":
        content = zstandard.ZstdCompressor().compress(content)
    path.write_bytes(content)
