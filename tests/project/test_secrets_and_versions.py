"""The checkout holds nothing secret and nothing that a tool left, and installs nothing that was not pinned."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.harness.paths import CHECKOUT

#: Keys as their makers write them. Split, so that this file has none.
_SECRETS = re.compile(
    "|".join(
        (
            "AKIA" + "[0-9A-Z]{16}",
            "-----BEGIN" + " [A-Z ]*PRIVATE KEY-----",
            "gh[pousr]" + "_[A-Za-z0-9]{36}",
            "xox[abpr]" + "-[A-Za-z0-9-]{10,}",
            "SG\\." + "[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}",
            r"(?i:password|passwd|secret_key|api_key|access_token)\s*[:=]\s*['\"][^'\"\s{]{8,}['\"]",
        )
    )
)


#: Endings of the only files that hold no text: pictures, and the packed home of an earlier version.
_NO_TEXT = {".png", ".zst"}


def secrets(text: str) -> list[str]:
    return [match[0] for match in _SECRETS.finditer(text)]


def written_files() -> list[Path]:
    """Every file that git knows."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [CHECKOUT / name for name in names.split("\0") if (CHECKOUT / name).is_file()]


def test_the_checkout_holds_no_secret() -> None:
    found = {
        str(path): secrets(text)
        for path in written_files()
        if secrets(text := path.read_text(encoding="utf-8", errors="replace"))
    }
    assert found == {}


def left_by_a_tool(file: Path) -> bool:
    """Whether a file looks like a log, or a database."""
    return file.suffix == ".log" or (file.suffix not in _NO_TEXT and b"\0" in file.read_bytes())


def test_the_checkout_holds_nothing_that_a_tool_left() -> None:
    assert [str(file) for file in written_files() if left_by_a_tool(file)] == []


def test_what_a_tool_left_is_found(tmp_path: Path) -> None:
    log, database, page = tmp_path / "derby.log", tmp_path / "c10.dat", tmp_path / "page.md"
    log.write_text("Booting", encoding="utf-8")
    database.write_bytes(b"rows\0rows")
    page.write_text("# Words", encoding="utf-8")
    assert [left_by_a_tool(file) for file in (log, database, page)] == [True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "key = " + "AKIA" + "ABCDEFGHIJKLMNOP",
        "-----BEGIN" + " RSA PRIVATE KEY-----",
        "pass" + "word: 'correct-horse'",
        "API_KEY" + '="0123456789abcdef"',
    ],
)
def test_a_secret_is_found(text: str) -> None:
    assert secrets(text)


def test_every_file_that_may_be_installed_has_its_hash() -> None:
    lock = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
    pins = [pin for pin in re.split(r"\n(?=\S)", lock.strip()) if not pin.startswith("#")]
    needed = re.findall(
        r"^[a-z0-9-]+", (CHECKOUT / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(needed) <= {pin.partition("==")[0] for pin in pins}
    for pin in pins:
        assert re.match(r"[A-Za-z0-9._-]+==\S+", pin), pin
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", pin), pin


def test_setup_installs_by_hash_and_nothing_besides() -> None:
    setup = subprocess.run(
        ["make", "--dry-run", "--always-make", ".venv/.installed"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.replace("\\\n", " ")
    installs = [line for line in setup.splitlines() if "pip install" in line]
    assert len(installs) == 2 and all("--no-deps" in line for line in installs)
    assert "--require-hashes" in installs[0] and "--requirement requirements.lock" in installs[0]
