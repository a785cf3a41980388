"""A bucket, or a prefix of one: lists, reads, writes and removes objects, and words what it refuses.

The only module that knows the library. Credentials are the library's to find: in the environment, or from the
machine's role. They are in no argument here, and no message repeats them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import obstore
from obstore import exceptions
from obstore.store import from_url

from ingestion.errors import StoreError
from ingestion.landing.retries import patiently

_ADDRESS = re.compile(r"(?P<scheme>s3|gs|az)://(?P<bucket>[^/@?#:]+)(?P<prefix>(/[^?#]*)?)")
#: Variables that hold the address of a server which is not the provider's own.
_ENDPOINT = re.compile(r"(AWS|AZURE|AZURITE|GOOGLE)_.*(ENDPOINT|URL)")
#: A larger object is read in pieces of so many bytes, each a request of its own.
PIECE_BYTES = 32 * 2**20
_CHUNK_BYTES = 2**20
#: Seconds that one request may take.
_REQUEST_SECONDS = 120
_RETRIES: Any = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=60),
    "backoff": {"init_backoff": timedelta(seconds=0.2), "max_backoff": timedelta(seconds=8), "base": 2},
}
_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>")
_NO_CREDENTIALS = re.compile(
    r"(?i)no credential|169\.254\.169\.254|metadata\.google|token request|account.{0,20}must be"
)
_BUSY = frozenset({408, 425, 429})
_SETTINGS = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY",
}
_MAY_READ = {
    "s3": "s3:ListBucket and s3:GetObject",
    "gs": "the role Storage Object Viewer",
    "az": "the role Storage Blob Data Reader",
}


@dataclass(frozen=True)
class StoredFile:
    """An object as it was listed, or read; its key begins after the bucket's prefix."""

    key: str
    size_bytes: int
    modified_at: datetime
    etag: str | None


class Bucket:
    """The objects below an address like `s3://bucket/prefix`."""

    def __init__(self, address: str) -> None:
        found = _ADDRESS.fullmatch(address.strip())
        if found is None:
            raise StoreError(
                f"{_without_secrets(address)} is no address of a bucket: write it as s3://bucket/folder,"
                " gs://bucket/folder or az://container/folder. Keys and tokens belong into the environment"
                f" ({_SETTINGS['s3']} and so on), not into the address."
            )
        self.scheme, self._bucket = found["scheme"], found["bucket"]
        self._prefix = "/".join(part for part in found["prefix"].split("/") if part)
        self.address = "/".join(filter(None, (f"{self.scheme}://{self._bucket}", self._prefix)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bucket) and other.address == self.address

    def __hash__(self) -> int:
        return hash(self.address)

    @cached_property
    def _store(self) -> Any:
        options: Any = {"timeout": timedelta(seconds=_REQUEST_SECONDS)}
        if any(_ENDPOINT.match(name) and value.startswith("http://") for name, value in os.environ.items()):
            options["allow_http"] = True  # who names such an address means it
        try:
            return from_url(self.address, client_options=options, retry_config=_RETRIES)
        except (exceptions.BaseError, ValueError, OSError) as error:
            self._refuse(error)

    def objects(self, folder: str = "", after: str | None = None) -> Iterator[StoredFile]:
        """Yield every object below a folder, by key; `after`: leave out those up to this key."""
        where = folder or None
        try:
            for page in obstore.list(self._store, prefix=where, offset=after):
                yield from map(_stored, page)
        except (exceptions.BaseError, ValueError, OSError) as error:
            self._refuse(error)

    def entries(self) -> tuple[list[str], list[StoredFile]]:
        """Return the names of the folders at the top, and the objects beside them."""
        try:
            found = obstore.list_with_delimiter(self._store)
        except (exceptions.BaseError, ValueError, OSError) as error:
            self._refuse(error)
        return list(found["common_prefixes"]), [_stored(one) for one in found["objects"]]

    def fetch(self, listed: StoredFile, target: Path) -> StoredFile:
        """Write an object's content into a file; return the object as it is now.

        It may have changed since it was listed. Raises `FileNotFoundError` if it is gone, `PermissionError`
        if this one object may not be read.
        """

        def once() -> StoredFile:
            with target.open("wb") as file:
                return self._read_into(listed, file)

        try:
            return patiently(once, lambda error: isinstance(error, exceptions.BaseError) and _may_pass(error))
        except FileNotFoundError:
            raise
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
            raise PermissionError(_code(error)) from error
        except exceptions.BaseError as error:
            if _status(error) in (401, 403):
                raise PermissionError(_code(error)) from error
            self._refuse(error)

    def _read_into(self, listed: StoredFile, file: Any) -> StoredFile:
        begun: StoredFile | None = None
        while begun is None or file.tell() < begun.size_bytes:
            size = (begun or listed).size_bytes
            end = min(file.tell() + PIECE_BYTES, size)
            options: Any = {} if size <= PIECE_BYTES else {"range": (file.tell(), end)}
            given = obstore.get(self._store, listed.key, options=options)
            now = _stored(given.meta)
            if begun is not None and now != begun:
                file.seek(0)  # it was replaced between two pieces: begin anew
                file.truncate()
                begun = None
                continue
            begun = now
            for chunk in given.stream(min_chunk_size=_CHUNK_BYTES):
                file.write(chunk)
            if not begun.size_bytes:
                break
        return begun

    def read(self, key: str) -> bytes | None:
        """Return a small object's content; None where there is no such object."""
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                self._refuse(error)
            return None
        except (exceptions.BaseError, ValueError, OSError) as error:
            self._refuse(error)

    def write(self, key: str, content: bytes | Path) -> None:
        """Put an object in its place, whole; a reader sees the one before until then."""
        try:
            patiently(
                lambda: obstore.put(self._store, key, content),
                lambda error: isinstance(error, exceptions.BaseError) and _may_pass(error),
            )
        except (exceptions.BaseError, ValueError, FileNotFoundError) as error:
            self._refuse(error)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are gone already do not matter."""
        for key in keys:
            try:
                obstore.delete(self._store, key)
            except FileNotFoundError:
                continue
            except (exceptions.BaseError, ValueError) as error:
                self._refuse(error)

    def _refuse(self, error: Exception) -> NoReturn:
        may_pass = isinstance(error, exceptions.BaseError) and _may_pass(error)
        raise StoreError(f"{self.address}: {self._words(error)}", may_pass=may_pass) from error

    def _words(self, error: Exception) -> str:
        status, text = _status(error), _without_secrets(_first_line(error))
        settings = _SETTINGS[self.scheme]
        if isinstance(error, exceptions.InvalidPathError):
            return (
                f"one of its objects has a name that cannot be read ({text}): rename or remove that object;"
                " no part between two `/` may be empty, `.` or `..`"
            )
        if status in (401, 403) or isinstance(
            error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError
        ):
            return (
                f"access is refused ({_code(error)}). Check the credentials in the environment ({settings}),"
                f" or the machine's role; they need {_MAY_READ[self.scheme]}, and to publish the right to"
                " write and delete too"
            )
        if status == 404 or isinstance(error, FileNotFoundError):
            return "there is no such bucket. Create it, or correct its name"
        if re.search(r"(?i)incorrectly configured region|redirect|PermanentRedirect", str(error)):
            return f"it seems to lie in another region ({text}). Set AWS_REGION"
        if _NO_CREDENTIALS.search(str(error)):
            return f"no credentials were found ({text}). Set {settings}, or give the machine a role"
        if _may_pass(error):
            return f"it does not answer ({text}). Check the network and {settings}, then run this again"
        return f"it cannot be used ({text}). Check the address, and {settings}"


def _stored(meta: Any) -> StoredFile:
    # Some servers put quotes around a tag in one answer and none in another.
    etag = (meta["e_tag"] or "").removeprefix("W/").strip('"') or None
    return StoredFile(meta["path"], meta["size"], meta["last_modified"], etag)


def _status(error: Exception) -> int | None:
    found = _STATUS.search(str(error))
    return int(found[1]) if found else None


def _code(error: Exception) -> str:
    found = _CODE.search(str(error))
    return " ".join(filter(None, (str(_status(error) or ""), found[1] if found else ""))) or "no reason given"


def _may_pass(error: Exception) -> bool:
    if type(error) is not exceptions.GenericError or _NO_CREDENTIALS.search(str(error)):
        return False
    status = _status(error)
    return status is None or status >= 500 or status in _BUSY


def _first_line(error: Exception) -> str:
    text = str(error).split("\n\nDebug source")[0].split("<?xml")[0]
    text = re.sub(r"Generic \w+ error: | in [\d.]+[mµ]?s\b|, max_retries: .*?s(?= )", "", text)
    return " ".join(text.split()).rstrip(":")[:300]


def _without_secrets(text: str) -> str:
    """Leave out what may be a secret: what follows `?` in an address, and names before `@` in it."""
    return re.sub(r"//[^/@\s]+@", "//", re.sub(r"\?\S*", "", text))
