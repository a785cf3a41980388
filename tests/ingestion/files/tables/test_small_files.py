"""Many small files: read together, they come to what each comes to by itself, and cost a few statements."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from benchmarks.small_files import SHAPES, files_of
from ingestion import ledger
from ingestion.adapters.adapter import text_field
from ingestion.files.tables import files as table_files
from ingestion.files.tables.rows import judge
from ingestion.files.tables.table import Table
from ingestion.files.tables.text_table import make_table
from ingestion.values import kinds
from tests.ingestion.adapters import cdm
from tests.ingestion.tables import parquet
from tests.ingestion.zone import NATIVE_HEADER, Zone, native

AT = "2026-03-01T00:00:00Z"


class Counting:
    """A connection that counts the statements it runs."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.lengths: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *values: Any) -> Any:
        self.lengths.append(len(sql))
        return self._connection.execute(sql, *values)

    def sql(self, sql: str) -> Any:
        self.lengths.append(len(sql))
        return self._connection.sql(sql)


def statements(zone: Zone, shape: str, files: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many statements it takes to land so many small files of a shape."""
    for path, content in files_of(shape, files, 3):
        feed, day, name = path.split("/", 2)
        zone.put(content, name, day, feed)
    connect, made = duckdb.connect, []

    def counting(*arguments: Any, **options: Any) -> Any:
        made.append(Counting(connect(*arguments, **options)))
        return made[-1]

    with monkeypatch.context() as patched:
        patched.setattr(ledger.duckdb, "connect", counting)
        zone.land()
    assert zone.ledger(
        "select count(*), count(*) filter (records_readable > 0) from files where file <> 'model.json'"
    ) == [(files, files)]
    return sum(len(connection.lengths) for connection in made)


#: Packed files are read like plain ones: two stand for all.
PACKED = {"native csv, gzip", "segment ndjson, gzip"}


@pytest.mark.parametrize(
    "shape", [one for one in SHAPES if one in PACKED or one[-4:] not in ("gzip", "zstd")]
)
def test_more_files_are_not_more_statements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    few, many = (statements(Zone(tmp_path / str(files)), shape, files, monkeypatch) for files in (4, 24))
    # Files that are not in order are looked for by halves.
    assert many <= few + (20 if "disorderly" in shape else 5)


def test_more_columns_are_not_a_longer_statement_for_each_of_them() -> None:
    def length(width: int) -> int:
        names = [f"field_{number:03}" for number in range(width)]
        values = {name: kinds.number(text_field(name))[1] for name in names}
        table = Table(
            relation="t",
            columns={"file_id": "BIGINT", "line_number": "BIGINT", **dict.fromkeys(names, "DOUBLE")},
            fields=tuple(names),
            key=(),
            values=values,
            required={names[0]: values[names[0]]},
            nulled={name: kinds.is_lost(text_field(name), value) for name, value in values.items()},
        )
        connection = Counting(duckdb.connect())
        counted: Any = connection
        make_table(counted, table.texts)
        judge(counted, table, "'feed'", [])
        return sum(connection.lengths)

    assert length(80) < 2.1 * length(40)


def crm_rows(rows: int, header: str = "contact_id,email") -> str:
    return f"{header}\n" + "".join(f"c{number},u{number}@example.com\n" for number in range(rows))


def sent(key: str, **changes: Any) -> dict[str, Any]:
    return cdm.record("EmailSent", key, **changes)


def written(tmp_path: Path, **columns: list[Any]) -> bytes:
    return parquet(tmp_path, pa.table(columns))


NATIVE: dict[str, bytes | str] = {
    "a.csv": native(1),
    "b.csv": native(2).replace("\n", "\r\n"),
    "c.csv": "\ufeff" + native(3),
    "d.csv": native(4).rstrip("\n"),
    "e.csv": native(5) + "\n\n",
    "f.csv": f'{NATIVE_HEADER},link_name\ni6,email_sent,{AT},"two\nlines"\ni7,email_sent,soon,x\ni8,email_sent,{AT},\n',
    "g.csv": native(9) + f"i10,email_sent\ni11,email_sent,{AT}\n",
    "h.csv": native(12) + f'i13,email_sent,{AT}\ni14,"email_sent,{AT}\n',
    "i.csv": native(15).encode() + b"i\xff,email_sent,2026-03-01T00:00:00Z\n",
    "j.csv": "Occurred_At,Interaction_Type,INTERACTION_ID\n" + f"{AT},email_sent,i16\n",
    "k.csv": "sep=;\n" + native(17).replace(",", ";"),
    "l.csv": "interaction_id,occurred_at\ni18,x\n",
    "m.csv": "",
    "n.csv": NATIVE_HEADER,
    "o.csv.gz": gzip.compress(native(19).encode()),
    "p.csv.gz": gzip.compress(native(20).encode())[:-9],
    "q.csv": native(21) + 'i22,email_winked,2026-03-01T00:00:00Z\n"i23",email_sent,\n',
    "r.parquet": b"PAR1 and no more",
    "s.csv": "interaction_id,interaction_type,occurred_at,bounce_type,unheard_of\n"
    + f"i24,email_sent,{AT},odd,1\n",
}
CRM: dict[str, bytes | str] = {
    "1/contacts.csv": crm_rows(3),
    "2/contacts.csv": crm_rows(3, "CONTACT_ID,Email") + "c1,again@example.com\n",
    "3/contacts.csv": "contact_id,first_name\nc1,Jos\u00e9\n".encode("cp1252"),
    "4/contacts.csv": ("contact_id,first_name\nc2,\u017bak\n" + ",nobody\n").encode("utf-16"),
    "5/contacts.ndjson": '{"contact_id": "c3", "email": "a@example.com"}\n\n{"email": "b@example.com"}\n',
    "6/contacts.ndjson": '{"Contact_ID": "c4", "EMAIL": "a@example.com"}\n[1]\n{"contact_id"\n',
    "7/contacts.ndjson": b'{"contact_id": "c5"}\n{"contact_id": "c\xff"}\n{"contact_id": "c6", "odd": 1}\n',
    "8/contacts.ndjson": "{}\n",
    "9/contacts.ndjson": "",
    "accounts.csv": "account_id,name\na1,A\n",
    "nothing.csv": "a,b\n",
}
BLOBS: dict[str, bytes | str] = {
    "csv/EmailSent/1": cdm.blob([sent("k1"), sent("k2", Timestamp="soon")]),
    "csv/EmailSent/2": cdm.blob([sent("k3", SubmittedValues="a\r\nb"), sent("k4")]),
    "csv/EmailSent/3": cdm.blob([sent("k5", EmailAddressUsed="j\u00f6rg@example.com")], encoding="cp1252"),
    "csv/EmailSent/4": cdm.blob([sent("k6")]) + b'"too","short"\r\n',
    "csv/EmailSent/5": b"",
    "csv/EmailSent/6": cdm.blob([sent("k7")], line_break="\n", quote_all=False),
    "csv/EmailSent/7.gz": gzip.compress(cdm.blob([sent("k8")])),
    "csv/EmailSent/8": b"Timestamp,Version\r\n1,2\r\n",
    "csv/EmailOpened/9": cdm.blob([cdm.record("EmailOpened", "k9"), cdm.record("Unheard", "k10")]),
}


def table_of(zone: Zone) -> Mapping[str, Any]:
    """All that a landing left, but for parts and times."""
    rows = {}
    for relation in {relation for (relation,) in zone.ledger("select distinct relation from parts")}:
        with duckdb.connect() as connection:
            found = connection.read_parquet(str(zone.home / "raw" / relation / "**" / "*.parquet"))
            order = ", ".join(f'"{name}"' for name in found.columns if name != "byte_offset")
            rows[relation] = (
                found.project("* exclude (byte_offset)" if "byte_offset" in found.columns else "*")
                .order(order)
                .fetchall()
            )
    books = "records_read, records_readable, ignored, quarantined, reason_code, message, size_bytes, checksum"
    return {
        "rows": rows,
        "books": zone.ledger(f"select feed, file, {books} from files order by 1, 2"),
        "bad": zone.ledger("select * from quarantined_records order by all"),
        "nulled": zone.ledger("select * from nulled_values order by all"),
        "ignored": zone.ledger("select * from ignored_records order by all"),
    }


def test_files_that_are_read_together_come_to_what_each_comes_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alike = {
        "t.parquet": written(
            tmp_path,
            interaction_id=["i30", "i31"],
            interaction_type=["email_sent"] * 2,
            occurred_at=[AT, "soon"],
            path=["/", None],
        ),
        "u.parquet": written(
            tmp_path, interaction_id=["i32"], interaction_type=["email_sent"], occurred_at=[AT], path=["/a"]
        ),
        "v.parquet": written(
            tmp_path, interaction_id=[33], interaction_type=["email_sent"], occurred_at=[AT]
        ),
        "w.parquet": written(tmp_path, interaction_id=["i34"]),
    }
    alike["x.parquet"] = alike["u.parquet"][:-20] + b"PAR1"
    alike["y.parquet.gz"] = gzip.compress(alike["u.parquet"])
    together, apart = Zone(tmp_path / "together"), Zone(tmp_path / "apart")
    told = {}
    for zone in (together, apart):
        for feed, files in (("interactions", {**NATIVE, **alike}), ("crm", CRM), ("dynamics365", BLOBS)):
            for name, content in files.items():
                zone.put(content, name, feed=feed)
        zone.put(cdm.model(BLOBS), "model.json", feed="dynamics365")
        with monkeypatch.context() as patched:
            if zone is apart:
                patched.setattr(table_files, "BATCH_FILES", 1)
            told[zone.root] = sorted(zone.land().warnings)
    found = table_of(together)
    assert found == table_of(apart)
    assert told[together.root] == told[apart.root]
    interactions = {
        row[0]: row[1:5]
        for row in together.ledger(
            "select file, records_read, records_readable, ignored, quarantined from files where feed = 'interactions'"
        )
    }
    assert interactions["f.csv"] == (3, 2, 0, 1)
    assert interactions["g.csv"] == (3, 2, 0, 1)
    assert interactions["t.parquet"] == (2, 1, 0, 1)
    ids = {row for (row,) in together.ledger("select file from files where file_quarantined")}
    assert {
        "l.csv",
        "p.csv.gz",
        "r.parquet",
        "w.parquet",
        "x.parquet",
        "8/contacts.ndjson",
        "csv/EmailSent/8",
    } <= ids
    # A part for a relation and day, whatever the number of files.
    assert together.ledger("select relation, count(*) from parts group by 1 order by 1") == [
        ("crm_accounts", 1),
        ("crm_contacts", 1),
        ("dynamics365", 1),
        ("interactions", 1),
    ]
