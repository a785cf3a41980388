"""What the build is measured against: DuckDB reading the same files into Parquet, and nothing else.

python -m benchmarks.plain_scan LANDING OUTPUT
"""

from __future__ import annotations

import sys

import duckdb


def main(landing: str, output: str) -> None:
    """Read every SendGrid file under `landing` and write one Parquet file."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            "copy (select * from read_json($files, format = 'newline_delimited')) to $output (format parquet)",
            {"files": f"{landing}/sendgrid/*/*.ndjson", "output": output},
        )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
