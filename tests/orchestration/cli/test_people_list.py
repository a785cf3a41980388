"""Lists of people: whatever a spreadsheet or a query writes, told line by line where it is wrong."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from orchestration.cli import people_list
from orchestration.errors import UsageError


def read(tmp_path: Path, content: str | bytes) -> people_list.PeopleList:
    file = tmp_path / "people.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return people_list.read(str(file))


@pytest.mark.parametrize(
    "content",
    [
        "c-1\nann@x.example\n",
        "contact_id\nc-1\nann@x.example",
        "\ufeffname,contact_id\r\nAnn,c-1\r\n\r\n# those of May\r\nBo,ann@x.example\r\n",
        "E-Mail;Contact ID\nx@x.example;c-1\n;ann@x.example\n",
        'Name\tEmail\n"B, Ann"\tc-1\nBo\t ann@x.example \n',
        "contact_id\nc-1\nann@x.example\n".encode("utf-16"),
    ],
)
def test_who_is_named_is_read(tmp_path: Path, content: str | bytes) -> None:
    assert list(read(tmp_path, content).lines) == ["c-1", "ann@x.example"]


def test_complaints_name_file_line_and_what_to_do(tmp_path: Path) -> None:
    listed = read(tmp_path, "id\nc-1\n\nus@x.example\nc-1\nc-2\n")
    first, second, third = listed.complaints({"us@x.example": True, "c-1": False})
    assert (
        "people.csv, line 2: 'c-1': no record that was read names this contact: give the contact_id" in first
    )
    assert "people.csv, line 4: 'us@x.example': several contacts have this address: name those" in second
    assert "line 5: 'c-1'" in third


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names nobody: write one contact id or e-mail address a line"),
        (b"contact_id\n\n", "names nobody"),
        (b"name,contact_id\nAnn,c-1\nBo,\n", "line 3: nobody is named: complete or remove it"),
        (b"name,contact_id\nAnn\n", "line 2: nobody is named"),
        (b"c-1\nJ\xfcrgen\n", "line 2: not UTF-8: save the file as UTF-8"),
    ],
)
def test_a_list_that_is_wrong_is_refused_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(tmp_path, content)


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read .*correct --file"):
        people_list.read(str(tmp_path / "nothing.csv"))


def test_a_list_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"c-1\n")))
    assert people_list.read("-").name == "standard input"
