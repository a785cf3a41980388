"""What the build is compared with: the database engine reading the same files, and nothing else.

python -m benchmarks.baselines scan|floor LANDING OUTPUT LAST_DAY

`scan` copies every file of every feed to Parquet. `floor` is the cheapest single query that gives a KPI:
which messages were sent, delivered, bounced, opened, clicked and unsubscribed from. It trusts every record:
it removes no copies, recognises no machines, resolves no contact, and checks and stores nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

#: Per provider, the JSON keys of the message id and of the event type.
_MAIL = {
    "sendgrid": ("{sg_message_id: 'VARCHAR', event: 'VARCHAR'}", "split_part(sg_message_id, '.', 1)", "event"),
    "ses": ("{eventType: 'VARCHAR', mail: 'STRUCT(\"messageId\" VARCHAR)'}", "mail.messageId", "eventType"),
    "mailgun": (
        "{\"event-data\": 'STRUCT(event VARCHAR, message STRUCT(headers STRUCT(\"message-id\" VARCHAR)))'}",
        "\"event-data\".message.headers.\"message-id\"",
        "\"event-data\".event",
    ),
    "postmark": ("{MessageID: 'VARCHAR', RecordType: 'VARCHAR'}", "MessageID", "RecordType"),
    "sparkpost": (
        "{msys: 'MAP(VARCHAR, STRUCT(message_id VARCHAR, type VARCHAR))'}",
        "map_values(msys)[1].message_id",
        "map_values(msys)[1].type",
    ),
    "brevo": ("{\"message-id\": 'VARCHAR', event: 'VARCHAR'}", "\"message-id\"", "event"),
    "mandrill": (
        "{mandrill_events: 'STRUCT(_id VARCHAR, event VARCHAR)[]'}",
        "mandrill_events[1]._id",
        "mandrill_events[1].event",
    ),
}  # fmt: skip
_TEXT = frozenset({"snowplow", "access_log"})
_TABLES = frozenset({"crm", "dynamics365"})


def main(what: str, landing: str, output: str, last_day: str) -> None:
    """Scan, or run the floor query, over every file up to a day."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute("set enable_progress_bar = false")
        connection.execute("set preserve_insertion_order = false")
        files = {
            feed.name: [
                str(path)
                for day in sorted(feed.iterdir())
                if day.name <= last_day
                for path in sorted(day.rglob("*"))
                if path.is_file() and path.name != "model.json"
            ]
            for feed in sorted(Path(landing).iterdir())
        }
        if what == "scan":
            Path(output).mkdir()
            for feed, paths in files.items():
                _scan(connection, feed, paths, Path(output))
        else:
            _floor(connection, files, output)


def _scan(connection: duckdb.DuckDBPyConnection, feed: str, paths: list[str], output: Path) -> None:
    groups = {feed: paths}
    if feed in _TABLES:
        groups = {}
        for path in paths:
            groups.setdefault(Path(path).name.rpartition("-")[0] or Path(path).stem, []).append(path)
    for name, group in groups.items():
        if feed in _TABLES:
            source = "read_csv($files, all_varchar = true)"
        elif feed in _TEXT:
            source = "read_csv($files, header = false, delim = '\\x01', quote = '', escape = '', columns = {'line': 'VARCHAR'})"
        else:
            source = "read_json($files, format = 'newline_delimited')"
        connection.execute(
            f"copy (select * from {source}) to $output (format parquet)",
            {"files": group, "output": str(output / f"{feed}-{name}.parquet")},
        )


def _floor(connection: duckdb.DuckDBPyConnection, files: dict[str, list[str]], output: str) -> None:
    events = " union all ".join(
        f"select {message} as message_id, lower({kind}) as kind from read_json({files[feed]}, columns = {columns},"
        f" format = 'newline_delimited')"
        for feed, (columns, message, kind) in _MAIL.items()
    )
    connection.execute(
        f"""
        copy (
            select
                message_id,
                bool_or(kind in ('processed', 'send', 'accepted', 'injection', 'request')) as is_sent,
                bool_or(kind in ('delivered', 'delivery')) as is_delivered,
                bool_or(kind in ('bounce', 'failed', 'hard_bounce')) as is_bounced,
                count(*) filter (kind in ('open', 'opened')) as opens,
                count(*) filter (kind in ('click', 'clicked')) as clicks,
                bool_or(kind in ('unsubscribe', 'unsubscribed', 'complaint', 'subscriptionchange', 'unsub',
                    'link_unsubscribe')) as is_unsubscribed
            from ({events})
            group by message_id
        ) to '{output}' (format parquet)
        """
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
