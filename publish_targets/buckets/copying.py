"""Copies a published build into a bucket: its files first, then `latest.json`, which leads readers to them.

An object is put in place whole, so readers of `latest.json` see one build or the next. What was cut short is
finished by the next copy; what readers see stays until then.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingestion.config import BucketTarget
from ingestion.errors import StoreError
from ingestion.landing.objects.store import Bucket
from publish_targets.errors import TargetError

Progress = Callable[[str], None]

LATEST = "latest.json"
_MARK = "touchpoint"
_BUILD = re.compile(r"(\d{8}T\d{6})Z-[a-z]{4}")


def bring_up_to_date(
    target: BucketTarget,
    folder: Path,
    build_id: str,
    progress: Progress,
    erased_at: datetime | None = None,
) -> bool:
    """Put the published build into the bucket; return whether it was missing there.

    folder: the published build's. erased_at: when somebody was erased last; builds of before are removed,
    because they hold that person. Raises `TargetError` where it could not be done: what readers see there
    stays.
    """
    try:
        bucket = Bucket(target.to)
        files = _files(folder, everything=target.everything)
        shown = {f"builds/{build_id}/{name}" for name in files}
        is_missing = not shown <= set(_latest(bucket).get("files", ()))
        if is_missing:
            bucket.write(LATEST, _upload(bucket, files, build_id))
        _remove_old(bucket, build_id, target.keep, erased_at, progress)
    except StoreError as error:
        raise TargetError(str(error).rstrip("."), may_pass=error.may_pass) from error
    return is_missing


def _latest(bucket: Bucket) -> Mapping[str, Any]:
    """Return what readers are led to now; empty where nothing was published yet."""
    content = bucket.read(LATEST)
    if content is None:
        return {}
    try:
        latest = json.loads(content)
    except ValueError:
        latest = None
    if not isinstance(latest, dict) or latest.get("published_by") != _MARK:
        raise TargetError(
            f"{bucket.address}/{LATEST} is there and not Touchpoint's: name a folder of its own in `to`"
        )
    return latest


def _files(folder: Path, *, everything: bool) -> dict[str, Path]:
    """Return the files to copy, by their path in the build's folder."""
    below = folder if everything else folder / "parquet"
    return {path.relative_to(folder).as_posix(): path for path in sorted(below.rglob("*")) if path.is_file()}


def _upload(bucket: Bucket, files: Mapping[str, Path], build_id: str) -> bytes:
    """Upload the files that are not there yet, make sure that all are, and return the manifest."""
    there = _sizes(bucket, build_id)
    for name, path in files.items():
        if there.get(name) != path.stat().st_size:
            bucket.write(f"builds/{build_id}/{name}", path)
    there = _sizes(bucket, build_id)
    for name, path in files.items():
        if there.get(name) != path.stat().st_size:
            raise TargetError(
                f"builds/{build_id}/{name} has {there.get(name, 0):,} bytes there and"
                f" {path.stat().st_size:,} here. Look for something that changes objects in that bucket",
                may_pass=True,
            )
    tables = {
        Path(name).stem: {
            "file": f"builds/{build_id}/{name}",
            "rows": pq.read_metadata(path).num_rows,
            "bytes": path.stat().st_size,
        }
        for name, path in files.items()
        if name.startswith("parquet/")
    }
    manifest = {
        "published_by": _MARK,
        "build_id": build_id,
        "folder": f"builds/{build_id}/",
        "tables": tables,
        "files": [f"builds/{build_id}/{name}" for name in files],
    }
    return json.dumps(manifest, indent=1).encode()


def _sizes(bucket: Bucket, build_id: str) -> dict[str, int]:
    """Return the sizes of a build's objects, by their path in its folder."""
    prefix = f"builds/{build_id}"
    return {one.key.removeprefix(f"{prefix}/"): one.size_bytes for one in bucket.objects(prefix)}


def _remove_old(
    bucket: Bucket, build_id: str, keep: int, erased_at: datetime | None, progress: Progress
) -> None:
    """Remove all builds but the newest, and what copies that were cut short left."""
    found: dict[str, list[str]] = {}
    for one in bucket.objects("builds"):
        name = one.key.split("/")[1]
        if _BUILD.fullmatch(name):
            found.setdefault(name, []).append(one.key)
    earlier = sorted((name for name in found if name < build_id), reverse=True)
    kept = {build_id, *(name for name in earlier[: keep - 1] if not _is_before(name, erased_at))}
    for name in found.keys() - kept:
        progress(f"removing {bucket.address}/builds/{name}")
        bucket.remove(found[name])


def _is_before(build_id: str, instant: datetime | None) -> bool:
    built = datetime.strptime(build_id[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return instant is not None and built <= instant
