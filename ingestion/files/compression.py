"""Opens a file of the landing zone: decompresses it, streams its bytes, computes its checksum, checks its
encoding.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from ingestion.errors import UnreadableFile
from ingestion.landing.retries import is_passing, patiently

#: Magic bytes -> compression; the last are the start of files packed by pzstd.
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\x50\x2a\x4d\x18": "zstd"}
#: Compressions that are not supported, by position and value of their magic bytes; files packed twice too.
_FOREIGN = {
    (0, b"PK\x03\x04"): "a zip archive",
    (0, b"BZh"): "bzip2 data",
    (0, b"\xfd7zXZ\x00"): "xz data",
    (0, b"7z\xbc\xaf\x27\x1c"): "a 7z archive",
    (257, b"ustar"): "a tar archive",
    (0, b"PAR1"): "a Parquet file",
    (0, b"Obj\x01"): "an Avro file",
    (0, b"ORC"): "an ORC file",
    (0, b"\xff\x06\x00\x00sNaPpY"): "Snappy data",
    (0, b"\x04\x22\x4d\x18"): "LZ4 data",
    **{(0, magic): f"{kind} data inside another compression" for magic, kind in _MAGIC.items()},
}
_EXTENSIONS = {".gz": "gzip", ".gzip": "gzip", ".zst": "zstd", ".zstd": "zstd"}
HEAD_BYTES = 65_536
#: Most that a compressed file may unpack to: this many times its size, and this many bytes for any size. Logs
#: shrink to a tenth, the most monotonous to a hundredth; a file that shrank more is a decompression bomb.
LARGEST_EXPANSION = 200
LARGEST_FREE = 2**30
#: Seconds before a file is tried again that a network disk did not give.
_PAUSES = (0.2, 1, 3)
_DELIVER_AGAIN = "Deliver the file again, whole, under a new name."


class ByteSource(Protocol):
    """A stream of bytes."""

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""


class _PatientFile(io.RawIOBase):
    """A file's bytes; where the system fails to read with an error that often passes, it opens it again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = patiently(self._opened, pauses=_PAUSES)

    def _opened(self) -> io.FileIO:
        if not self._path.is_file():  # opening a pipe would wait for its writer
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self._path.open("rb", buffering=0)

    @property
    def size(self) -> int:
        """Number of bytes in the file now."""
        return os.fstat(self._file.fileno()).st_size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, target: Any, /) -> int:
        at = self._file.tell()

        def read() -> int:
            if self._file.closed:
                self._file = self._opened()
                self._file.seek(at)
            try:
                return self._file.readinto(target)
            except OSError as error:
                if is_passing(error):
                    self._file.close()
                raise

        return patiently(read, pauses=_PAUSES)

    def close(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()
        super().close()


class FileStream:
    """The decompressed bytes of a file; after the last one, `checksum` is that of the stored bytes."""

    def __init__(self, path: Path) -> None:
        try:
            self._open(path)
        except OSError as error:
            raise _not_given(error) from error

    def _open(self, path: Path) -> None:
        self._file = _PatientFile(path)
        self._left = max(LARGEST_EXPANSION * self._file.size, LARGEST_FREE)
        head = self._file.read(HEAD_BYTES)
        self._file.seek(0)
        self.compression = compression_of(path.name, head)
        self._hash = hashlib.sha256()
        self._source: pa.CompressedInputStream | None = None
        if self.compression:
            self._hash = hashlib.file_digest(self._file, "sha256")
            self._file.seek(0)
            self._source = pa.CompressedInputStream(pa.PythonFile(self._file, "r"), self.compression)

    def readinto(self, target: memoryview) -> int:
        """Fill `target` from the stream and return the number of bytes read.

        It is less than full only at the end.
        """
        filled = 0
        while filled < len(target):
            piece = self._read_into(target[filled:])
            if not piece:
                break
            filled += piece
        return filled

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end."""
        buffer = bytearray(size)
        return bytes(memoryview(buffer)[: self.readinto(memoryview(buffer))])

    def skip(self, size: int) -> None:
        """Skip `size` decompressed bytes; the checksum still includes them."""
        buffer = memoryview(bytearray(2**20))
        while size > 0:
            step = self.readinto(buffer[: min(size, len(buffer))])
            if not step:
                return
            size -= step

    def _read_into(self, target: memoryview) -> int:
        if self._source is None:
            try:
                size = self._file.readinto(target)
            except OSError as error:
                raise _not_given(error) from error
            self._hash.update(target[:size])
            return size
        try:
            size = int(self._source.readinto(target))
        except OSError as error:
            raise UnreadableFile(
                "wrong_shape",
                f"The {self.compression} data is cut short or damaged ({error}), so nothing of it was read."
                f" {_DELIVER_AGAIN}",
            ) from error
        self._left -= size
        if self._left < 0:
            raise UnreadableFile(
                "too_large",
                f"It grows to over {LARGEST_EXPANSION} times its size when it is unpacked, as no log does, so"
                " nothing of it was read. Deliver its content without compression, under a new name.",
            )
        return size

    def checksum(self) -> str:
        """Return the SHA-256 of the stored bytes."""
        return self._hash.hexdigest()

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def __enter__(self) -> FileStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def compression_of(name: str, head: bytes) -> str | None:
    """Return the compression that the magic bytes tell, None for plain text.

    Raise `UnreadableFile` if the file's extension names a compression and the content is neither that nor
    text.
    """
    for magic, compression in _MAGIC.items():
        if head.startswith(magic):
            return compression
    promised = next((kind for suffix, kind in _EXTENSIONS.items() if name.lower().endswith(suffix)), None)
    if promised and head and not _is_text(head):
        raise UnreadableFile(
            "wrong_shape", f"The name promises {promised} data, but the content is none. {_DELIVER_AGAIN}"
        )
    return None


def check_encoding(head: bytes) -> None:
    """Raise `UnreadableFile` if the first bytes of the content show that it is not UTF-8 text."""
    for (position, magic), what in _FOREIGN.items():
        if head.startswith(magic, position) and not _is_text(head):
            raise UnreadableFile(
                "wrong_shape",
                f"It is {what}, which is not read here. Deliver what is in it as text, plain or as gzip or"
                " zstd, under a new name.",
            )
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        raise UnreadableFile(
            "not_utf8", "The file is UTF-16 or UTF-32 text. Deliver it as UTF-8, under a new name."
        )
    if head.count(0) * 5 > len(head):
        raise UnreadableFile(
            "not_utf8",
            "The file is full of zero bytes: binary data, or UTF-16 text. Deliver it as UTF-8 text,"
            " under a new name.",
        )


def checksum_of(path: Path) -> str | None:
    """Return the SHA-256 of the file's stored bytes.

    None if it is unreadable or no file (a pipe never ends).
    """
    try:
        with _PatientFile(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _not_given(error: OSError) -> UnreadableFile:
    return UnreadableFile(
        "wrong_shape",
        f"The file could not be read ({error.strerror or error}). Check its permissions, then deliver it"
        " again under a new name.",
        is_of_system=True,
    )


def _is_text(head: bytes) -> bool:
    if 0 in head:
        return False
    try:
        # The head may end inside a character.
        head[: max(len(head) - 3, 0)].decode()
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 6
    return True
