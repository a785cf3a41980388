"""Secret keys of a home, from an environment variable or a file that only its owner can read, and hashes
with them.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
from pathlib import Path

from ingestion.errors import LandingError

#: Pattern of the temporary name of a file while it is written; `*` stands for the file's name.
_BESIDE = ".*.new"


def find(variable: str, file: Path) -> bytes | None:
    """Return the key from the environment variable, or else from the file; None if there is neither."""
    from_environment = os.environ.get(variable)
    if from_environment:
        return from_environment.encode()
    if not file.exists():
        return None
    key = file.read_bytes().strip()
    if not key:
        raise LandingError(f"The key file {file} is empty: put back the key it held, or set {variable}.")
    return key


def find_or_make(variable: str, file: Path) -> bytes:
    """Return the key from the environment variable or the file.

    If there is neither, write a new one to the file.
    """
    key = find(variable, file)
    if key is None:
        key = secrets.token_hex(32).encode()
        write_durably(file, key + b"\n")
    return key


def digest(key: bytes, text: str) -> str:
    """Return the HMAC-SHA256 of a text, in hexadecimal."""
    return digest_of_bytes(key, text.encode("utf-8", "surrogatepass"))


def digest_of_bytes(key: bytes, content: bytes) -> str:
    """Return the HMAC-SHA256 of bytes, in hexadecimal."""
    return hmac.digest(key, content, "sha256").hex()


def half_written(folder: Path) -> list[Path]:
    """Return the temporary files that a killed `write_durably` left in a folder."""
    return list(folder.glob(_BESIDE))


def write_durably(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read. After a power cut the old or the new content is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(_BESIDE.replace("*", file.name))
    with contextlib.suppress(FileNotFoundError):
        beside.unlink()
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
