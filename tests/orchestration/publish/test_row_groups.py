"""Files put together from row groups of others are read like any file, by every reader that is installed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from engines.row_groups import Part, UnknownLayoutError, put_together, rows_of

#: Of every type and encoding that is published: dictionaries with Bloom filters, nulls, lists, decimals.
ROWS = """
    select
        i as number,
        'word ' || i % 5 as word,
        'text ' || hash(i) as text,
        case when i % 3 > 0 then timestamptz '2026-01-01 00:00:00+00' + to_seconds(i) end as instant,
        date '2026-01-01' + cast(i % 40 as int) as day,
        i % 2 = 0 as flag,
        i * 1.5 as amount,
        sqrt(i) as measure,
        [i, 1] as list
    from range({}, {}) as t(i)
"""


def write(file: Path, first: int, last: int, query: str = ROWS) -> Path:
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(
            f"copy ({query.format(first, last)}) to '{file}'"
            " (format parquet, compression zstd, row_group_size 4096)"
        )
    return file


def differing(file: Path, query: str) -> list[tuple[object, ...]]:
    """Return rows of a file that a query lacks, or the other way round."""
    with duckdb.connect() as connection:
        return connection.execute(
            f"(from '{file}' except all {query}) union all ({query} except all from '{file}')"
        ).fetchall()


def test_row_groups_of_two_files_make_one(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.parquet", 0, 20_000), write(tmp_path / "new.parquet", 50_000, 55_000)
    assert rows_of(old) == [4096, 4096, 4096, 4096, 3616]
    target = tmp_path / "target.parquet"
    assert put_together([Part(old, [0, 2, 4]), Part(new)], target) == 4096 + 4096 + 3616 + 5000
    assert rows_of(target) == [4096, 4096, 3616, 4096, 904]
    kept = f"{ROWS.format(0, 20_000)} where i < 4096 or i >= 16384 or i // 4096 = 2"
    expected = f"({kept} union all {ROWS.format(50_000, 55_000)})"
    assert differing(target, expected) == []
    table = pq.read_table(target)
    assert table.num_rows == 16_808 and table.schema == pq.read_schema(old)
    assert table["text"].to_pylist()[:4096] == pq.read_table(old)["text"].to_pylist()[:4096]


def test_what_was_put_together_can_be_put_together_again(tmp_path: Path) -> None:
    file = write(tmp_path / "0.parquet", 0, 10_000)
    for turn in (1, 2, 3):
        copy = tmp_path / f"{turn}.parquet"
        assert put_together([Part(file)], copy) == 10_000
        file = copy
    assert file.read_bytes() == (tmp_path / "1.parquet").read_bytes()
    assert differing(file, ROWS.format(0, 10_000)) == []


def test_a_file_can_be_copied_from_twice_and_after_it_changed(tmp_path: Path) -> None:
    source = write(tmp_path / "source.parquet", 0, 10_000)
    copies = [tmp_path / "first.parquet", tmp_path / "second.parquet"]
    for copy in copies:
        put_together([Part(source, [1, 2])], copy)
    assert copies[0].read_bytes() == copies[1].read_bytes()
    source.unlink()
    write(source, 30_000, 35_000)
    assert rows_of(source) == [4096, 904]
    put_together([Part(source)], copies[0])
    assert differing(copies[0], ROWS.format(30_000, 35_000)) == []


def test_readers_skip_row_groups_by_statistics_and_filters(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.parquet", 0, 9_000), write(tmp_path / "new.parquet", 20_000, 29_000)
    target = tmp_path / "target.parquet"
    put_together([Part(old, [1]), Part(new, [0, 2])], target)
    with duckdb.connect() as connection:
        for word, found in (("word 3", 2596 - 819), ("word 7", 0)):
            counted = connection.execute(f"select count(*) from '{target}' where word = '{word}'").fetchone()
            expected = connection.execute(
                f"select count(*) from (from '{old}' where number between 4096 and 8191 union all from '{new}'"
                f" where number < 24096 or number >= 28192) where word = '{word}'"
            ).fetchone()
            assert counted == expected and bool(counted and counted[0]) == bool(found)
        numbers = connection.execute(
            f"select stats_min, stats_max from parquet_metadata('{target}') where path_in_schema = 'number'"
        ).fetchall()
        probed = connection.execute(
            f"select count(*) from parquet_bloom_probe('{target}', 'word', 'word 7')"
            " where bloom_filter_excludes"
        ).fetchone()
    assert numbers == [("4096", "8191"), ("20000", "24095"), ("28192", "28999")]
    assert probed == (3,)


def test_an_empty_choice_gives_a_file_without_rows(tmp_path: Path) -> None:
    old = write(tmp_path / "old.parquet", 0, 10)
    assert put_together([Part(old, [])], tmp_path / "target.parquet") == 0
    assert pq.read_table(tmp_path / "target.parquet").num_rows == 0


@pytest.mark.parametrize("query", ["select {} as number, {} as other", "select 'a{}' as number, {} as word"])
def test_files_of_other_columns_are_not_put_together(query: str, tmp_path: Path) -> None:
    old, new = write(tmp_path / "old.parquet", 0, 10), write(tmp_path / "new.parquet", 0, 10, query)
    with pytest.raises(UnknownLayoutError, match="other columns"):
        put_together([Part(old), Part(new)], tmp_path / "target.parquet")


def test_a_file_with_page_indexes_is_not_copied(tmp_path: Path) -> None:
    file = tmp_path / "indexed"
    pq.write_table(pq.read_table(write(tmp_path / "old.parquet", 0, 10)), file, write_page_index=True)
    with pytest.raises(UnknownLayoutError, match="more than its pages"):
        put_together([Part(file)], tmp_path / "target.parquet")


@pytest.mark.parametrize("cut", [1, 9, 300, 2000])
def test_a_damaged_file_is_told(cut: int, tmp_path: Path) -> None:
    content = write(tmp_path / "old.parquet", 0, 1000).read_bytes()
    for damaged in (content[:-cut], content[cut:], content[:-cut] + b"\xff" * (cut - 1)):
        (tmp_path / "damaged").write_bytes(damaged)
        with pytest.raises(UnknownLayoutError):
            put_together([Part(tmp_path / "damaged")], tmp_path / "target.parquet")
