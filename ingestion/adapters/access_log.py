"""Access logs of web servers, in the combined format: their fields, as data.

Belongs here: telling the fields of a log line apart. Does not belong here: which requests are visits or
clicks (the dbt project).
"""

from __future__ import annotations

from ingestion import visitors
from ingestion.adapter import FEED_HOST, Column, LineAdapter
from ingestion.fields import quoted
from ingestion.instants import FEED_ZONE, with_leap_second

_OPENED = r'"((?:[^"\\]|\\.)*)'
_QUOTED = _OPENED + '"'
#: An address, or the name a server looked up for it.
_CLIENT = r"\S*[.:]\S*|localhost"
#: The groups of the pattern below. With a virtual host there are four words before the time, without it
#: three; the name of a user may have blanks in it.
_GROUPS = (
    "virtual_host",
    "virtual_client",
    "client",
    "logged_at",
    "request",
    "status",
    "referrer",
    "user_agent",
)
_LINE = (
    rf"^(?:(\S+) ({_CLIENT}) \S+ \S+|(\S+) \S+ .*?) \[([^\]]+)\] {_QUOTED} (\d{{3}}|-) (?:\d+|-)"
    # Other formats go on after the user agent, or end earlier; a user agent that is too long is cut short.
    rf'(?: {_QUOTED} {_OPENED}(?:".*)?|(?: .*)?)$'
)
_FIELDS = f"regexp_extract(body, {quoted(_LINE)}, [{', '.join(map(quoted, _GROUPS))}])"

_REQUEST = r"^([A-Za-z]+) (\S.*?)(?: HTTP/[0-9.]+)?$"


def _written(text_sql: str) -> str:
    """SQL for what a quoted field holds; null where the server writes `-`. Other escapes stay as they are."""
    plain = text_sql
    # A backslash waits as a character that no server writes, so that it escapes nothing any more.
    for escaped, meant in ((r"\\", "\x01"), (r"\x5C", "\x01"), (r"\"", '"'), (r"\x22", '"'), ("\x01", "\\")):
        plain = f"replace({plain}, {_text(escaped)}, {_text(meant)})"
    whole = f"case when contains({text_sql}, '\\') then {plain} else {text_sql} end"
    return f"nullif(nullif({whole}, '-'), '')"


def _text(text: str) -> str:
    return "chr(1)" if text == "\x01" else quoted(text)


def _host(text_sql: str) -> str:
    """SQL for a host without its port, in lower case; null for the names of a server that has none."""
    bare = rf"rtrim(regexp_replace(lower(trim({text_sql})), ':\d+$', ''), '.')"
    return f"case when {bare} not in ('', '-', '_') then {bare} end"


_IP = "nullif(coalesce(nullif(r.virtual_client, ''), r.client), '-')"
_USER_AGENT = _written("r.user_agent")


def _instant(logged_at: str) -> str:
    return f"""
        case
            when regexp_matches({logged_at}, ' [+-]\\d{{4}}$')
            then try_strptime({logged_at}, '%d/%b/%Y:%H:%M:%S %z')
            else timezone({FEED_ZONE}, try_strptime({logged_at}, '%d/%b/%Y:%H:%M:%S'))
        end
    """


ADAPTER = LineAdapter(
    name="access_log",
    fields=_FIELDS,
    is_record="r.logged_at <> ''",
    shape="a line of an access log in the combined format",
    event_type="'request'",
    modelled=None,
    event_time="r.logged_at",
    parsed_time=with_leap_second("r.logged_at", _instant),
    columns={
        "ip": Column("VARCHAR", _IP),
        "user_agent": Column("VARCHAR", _USER_AGENT),
        "host": Column("VARCHAR", f"coalesce({_host('r.virtual_host')}, {_host(FEED_HOST)})"),
        # A request line that is none (noise, an attack on another protocol) has neither method nor target.
        "http_method": Column("VARCHAR", f"nullif(upper(regexp_extract(r.request, '{_REQUEST}', 1)), '')"),
        "target": Column("VARCHAR", _written(f"regexp_extract(r.request, '{_REQUEST}', 2)")),
        "http_status": Column("INTEGER", "try_cast(r.status as INTEGER)"),
        "referrer": Column("VARCHAR", _written("r.referrer")),
        "visitor_id": Column("VARCHAR", visitors.visitor(_IP, _USER_AGENT)),
        "line_hash": Column("VARCHAR", "md5(body)"),
    },
)
