"""Compressions, encodings and whole files that cannot be read."""

from __future__ import annotations

import bz2
import errno
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard

from ingestion.errors import UnreadableFile
from ingestion.files import compression
from ingestion.files.compression import HEAD_BYTES, FileStream, check_encoding
from tests.ingestion.zone import Zone, event

TEXT = "".join(event(number) + "\n" for number in range(100)).encode()


PACKED = {
    "a.ndjson": TEXT,
    "a.ndjson.gz": gzip.compress(TEXT),
    "a.ndjson.zst": zstandard.compress(TEXT),
    "no-extension": gzip.compress(TEXT),
    "a.json": zstandard.compress(TEXT),
    "plain-inside.gz": TEXT,
    "of-pzstd.zst": b"\x50\x2a\x4d\x18\x04\0\0\0\x7f\0\0\0" + zstandard.compress(TEXT),
    "two-members.gz": gzip.compress(TEXT[: 10 * len(event()) + 10])
    + gzip.compress(TEXT[10 * len(event()) + 10 :]),
    "with-a-mark": b"\xef\xbb\xbf" + TEXT,
    "nested/deeper/a.ndjson": TEXT,
}


@pytest.mark.parametrize("block_bytes", [5000, 2**22])
def test_compressions_and_marks(zone: Zone, block_bytes: int) -> None:
    zone.put(event(500), "0.ndjson")
    for name, content in PACKED.items():
        zone.put(content, name)
    zone.put(event(501), "zz.ndjson")
    report = zone.land(block_bytes=block_bytes)
    assert not report.warnings
    assert sorted(zone.books()) == [(1, 1, 0, 0)] * 2 + [(100, 100, 0, 0)] * len(PACKED)


def test_a_byte_order_mark_counts_for_the_offset(zone: Zone) -> None:
    zone.put("\ufeff" + event(1) + "\n" + event(2))
    zone.land()
    assert zone.rows("line_number, byte_offset") == [(1, 3), (2, 3 + len(event(1)) + 1)]


UNREADABLE = [
    ("cut.gz", gzip.compress(TEXT)[:-20], "wrong_shape"),
    ("cut.zst", zstandard.compress(TEXT)[:-20], "wrong_shape"),
    ("short.gz", gzip.compress(TEXT, mtime=0)[:5], "wrong_shape"),
    ("tail.gz", gzip.compress(TEXT) + b"tail", "wrong_shape"),
    ("noise.gz", os.urandom(500), "wrong_shape"),
    ("utf16.json", TEXT.decode().encode("utf-16"), "not_utf8"),
    ("utf16-without-mark.json", TEXT.decode().encode("utf-16-le"), "not_utf8"),
    ("utf32.json", TEXT.decode().encode("utf-32"), "not_utf8"),
    ("zeros.json", bytes(1000), "not_utf8"),
]


@pytest.mark.parametrize("block_bytes", [1000, 2**22])
def test_an_unreadable_file_is_quarantined_whole(zone: Zone, block_bytes: int) -> None:
    for name, content, _ in UNREADABLE:
        zone.put(event(1), f"{name}.before.ndjson")
        zone.put(content, name)
    zone.put(event(2) + "\nbad", "z.ndjson")
    zone.land(block_bytes=block_bytes)
    assert sorted(zone.rows("sg_event_id")) == [("e1",)] * len(UNREADABLE) + [("e2",)]
    bad = zone.ledger(
        "select file, reason_code, records_read, contains(message, 'under a new name') from files"
        " where file_quarantined order by file"
    )
    assert bad == sorted((name, code, 0, True) for name, _, code in UNREADABLE)
    assert zone.ledger("select count(*) from quarantined_records") == [(1,)]
    parts = {row[0] for row in zone.ledger("select path from parts")}
    on_disk = {str(path.relative_to(zone.home)) for path in (zone.home / "raw").rglob("*.parquet")}
    assert on_disk == parts


def test_an_empty_file_is_read_and_holds_nothing(zone: Zone) -> None:
    zone.put(b"")
    zone.put(b"", "empty.gz")
    zone.put(b"\n\n  \n", "blank")
    zone.land()
    assert zone.books() == [(0, 0, 0, 0)] * 3
    assert zone.ledger("select distinct file_quarantined from files") == [(False,)]


def test_a_bomb_is_one_record(zone: Zone) -> None:
    zone.put(gzip.compress(b"x" * (80 * 2**20), 1), "bomb.gz")
    zone.put(
        gzip.compress(b"[" + b" " * (40 * 2**20) + event(1).encode() + b"]\n" + event(2).encode(), 1),
        "wide.gz",
    )
    zone.land(block_bytes=2**22)
    assert zone.books() == [(1, 0, 0, 1), (2, 2, 0, 0)]
    assert zone.quarantine("reason_code, length(raw_text)") == [("too_large", 65536)]


def _zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../escaped", os.urandom(3000))
    return packed.getvalue()


def _tarred() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../../../escaped"))
    return packed.getvalue()


ARCHIVES = {
    "a.bz2": (bz2.compress(TEXT), "bzip2 data"),
    "a.gz.gz": (gzip.compress(gzip.compress(TEXT)), "gzip data inside another compression"),
    "a.tar.gz": (_tarred(), "a tar archive"),
    "a.xz": (lzma.compress(TEXT), "xz data"),
    "a.zip": (_zipped(), "a zip archive"),
}


@pytest.mark.parametrize("feed", ["sendgrid", "access_log", "interactions", "dynamics365"])
def test_another_archive_is_one_unreadable_file(zone: Zone, feed: str) -> None:
    folder = "csv/EmailSent/" if feed == "dynamics365" else ""
    for name, (content, _) in ARCHIVES.items():
        zone.put(content, folder + name, feed=feed)
    zone.land()
    told = zone.ledger(
        "select records_read, reason_code, message from files where file <> 'model.json' order by file"
    )
    assert [row[:2] for row in told] == [(0, "wrong_shape")] * len(ARCHIVES)
    assert all(what in row[2] for row, (_, what) in zip(told, ARCHIVES.values(), strict=True))


def test_text_that_begins_like_an_archive_is_text() -> None:
    check_encoding(b"BZhours,visits\n8,1\n")
    with pytest.raises(UnreadableFile, match="bzip2"):
        check_encoding(bz2.compress(TEXT))


class FailingDisk(io.BytesIO):
    """What is on it cannot be read any more."""

    def readinto(self, target: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_file_of_which_the_disk_gives_no_more_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b" " * (HEAD_BYTES + 1))
    with FileStream(path) as stream:
        stream._file.close()
        stream._file = FailingDisk()
        with pytest.raises(UnreadableFile, match="Input/output error"):
            stream.skip(HEAD_BYTES + 1)


class Hiccups(io.FileIO):
    """A file on a network disk that fails to be read so often."""

    left = 0

    def readinto(self, target: object) -> int:
        if Hiccups.left:
            Hiccups.left -= 1
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return super().readinto(target)  # type: ignore[arg-type]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("times", "is_read"), [(3, True), (4, False)])
def test_a_network_disk_that_hiccups_is_asked_again(
    zone: Zone, monkeypatch: pytest.MonkeyPatch, packed: bool, times: int, is_read: bool
) -> None:
    content = "\n".join(map(event, range(3))).encode()
    zone.put(gzip.compress(content) if packed else content)
    monkeypatch.setattr(compression, "_PAUSES", (0, 0, 0))
    monkeypatch.setattr(compression._PatientFile, "_opened", lambda self: Hiccups(self._path))
    Hiccups.left = times
    zone.land()
    assert len(zone.rows("line_number")) == (3 if is_read else 0)
    assert zone.ledger("select file_quarantined, checksum is null from files")[0][0] is not is_read
    Hiccups.left = 0
    zone.land()
    assert len(zone.rows("line_number")) == 3
