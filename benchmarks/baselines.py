"""What the build is compared with: other ways of reading the same files, and nothing else.

python -m benchmarks.baselines scan|floor|pandas LANDING OUTPUT LAST_DAY

`scan` copies every file of every feed to Parquet. `floor` is the cheapest single query that gives a KPI:
which messages were sent, delivered, bounced, opened, clicked and unsubscribed from. It trusts every record:
it removes no copies, recognises no machines, resolves no contact, and checks and stores nothing. `pandas` gives
the same table as `floor` in the way that is written in notebooks: every file a data frame, all of them one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

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
#: Per kind of event, what providers call it, in lower case.
_KINDS = {
    "sent": ("processed", "send", "accepted", "injection", "request"),
    "delivered": ("delivered", "delivery"),
    "bounced": ("bounce", "failed", "hard_bounce"),
    "opened": ("open", "opened"),
    "clicked": ("click", "clicked"),
    "unsubscribed": (
        "unsubscribe", "unsubscribed", "complaint", "subscriptionchange", "unsub", "link_unsubscribe",
    ),
}  # fmt: skip
#: Kinds of which a message may have several that count.
_COUNTED = ("opened", "clicked")
_TEXT = frozenset({"snowplow", "access_log"})
_TABLES = frozenset({"crm", "dynamics365"})


def main(what: str, landing: str, output: str, last_day: str) -> None:
    """Scan, run the floor query, or compute its table with pandas, over every file up to a day."""
    if what == "pandas":
        _pandas(_files(landing, last_day), output)
        return
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute("set enable_progress_bar = false")
        connection.execute("set preserve_insertion_order = false")
        files = _files(landing, last_day)
        if what == "scan":
            Path(output).mkdir()
            for feed, paths in files.items():
                _scan(connection, feed, paths, Path(output))
        else:
            _floor(connection, files, output)


def _files(landing: str, last_day: str) -> dict[str, list[str]]:
    """Return feed -> its files up to a day."""
    return {
        feed.name: [
            str(path)
            for day in sorted(feed.iterdir())
            if day.name <= last_day
            for path in sorted(day.rglob("*"))
            if path.is_file() and path.name != "model.json"
        ]
        for feed in sorted(Path(landing).iterdir())
    }


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
        if feed in files
    )
    measures = ", ".join(
        f"count(*) filter (kind in {names}) as {kind}"
        if kind in _COUNTED
        else f"bool_or(kind in {names}) as is_{kind}"
        for kind, names in _KINDS.items()
    )
    connection.execute(
        f"copy (select message_id, {measures} from ({events}) group by message_id) to '{output}' (format parquet)"
    )


def _pandas(files: dict[str, list[str]], output: str) -> None:
    import pandas as pd

    kind_of = {name: kind for kind, names in _KINDS.items() for name in names}
    frames = []
    for feed in _MAIL:
        for path in files.get(feed, ()):
            frame = pd.read_json(path, lines=True)
            if len(frame):
                message, kind = _of_frame(feed, frame)
                frames.append(pd.DataFrame({"message_id": message, "kind": kind.str.lower().map(kind_of)}))
    events = pd.concat(frames, ignore_index=True)
    table = pd.crosstab(events["message_id"], events["kind"])
    for kind in _KINDS:
        if kind not in _COUNTED:
            table[f"is_{kind}"] = table.pop(kind) > 0 if kind in table else False
    table.reset_index().to_parquet(output)


def _of_frame(feed: str, frame: Any) -> tuple[Any, Any]:
    """Return the message ids and kinds of a provider's events, as columns of its data frame."""
    if feed == "sendgrid":
        return frame["sg_message_id"].str.split(".").str[0], frame["event"]
    if feed == "ses":
        return frame["mail"].str["messageId"], frame["eventType"]
    if feed == "mailgun":
        event = frame["event-data"].str
        return event["message"].str["headers"].str["message-id"], event["event"]
    if feed == "postmark":
        return frame["MessageID"], frame["RecordType"]
    if feed == "sparkpost":
        event = frame["msys"].map(lambda found: next(iter(found.values())))
        return event.str["message_id"], event.str["type"]
    if feed == "brevo":
        return frame["message-id"], frame["event"]
    event = frame["mandrill_events"].str[0]
    return event.str["_id"], event.str["event"]


if __name__ == "__main__":
    main(*sys.argv[1:])
