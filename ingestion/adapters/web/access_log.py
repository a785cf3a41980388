"""Access logs of web servers: the columns that the fields of a line become, and messages for unreadable
lines.

`log_formats.py` splits a line into its fields. The dbt project decides which requests are visits or clicks.
"""

from __future__ import annotations

from collections.abc import Callable

from ingestion.adapters.adapter import FEED_HOST, LineAdapter, cast_as, varchar
from ingestion.adapters.web import log_formats
from ingestion.adapters.web.log_formats import LogFormat
from ingestion.landing.feed import Feed
from ingestion.sql import quoted
from ingestion.values import visitor_hash
from ingestion.values.instants import FEED_ZONE, epoch_seconds, iso_8601, with_leap_second

NAME = "access_log"

_FORMAT_STRING = "`format:` with the LogFormat or log_format string of the server's configuration"
#: Matches scheme and host of a URL that names the scheme's default port.
_OWN_PORT = r"^(https?://[^/:]+):(?:80|443)(/|$)"

_REQUEST = r"^([A-Za-z]+) (\S.*?)(?: HTTP/[0-9.]+)?$"


def _written(text_sql: str) -> str:
    """SQL for a quoted field with quotes and backslashes unescaped; null if the server wrote `-`."""
    plain = text_sql
    # Replace an escaped backslash by chr(1), which no server writes, until all other escapes are undone.
    for escaped, meant in ((r"\\", "\x01"), (r"\x5C", "\x01"), (r"\"", '"'), (r"\x22", '"'), ("\x01", "\\")):
        plain = f"replace({plain}, {_text(escaped)}, {_text(meant)})"
    whole = f"case when contains({text_sql}, '\\') then {plain} else {text_sql} end"
    return f"nullif(nullif({whole}, '-'), '')"


def _text(text: str) -> str:
    return "chr(1)" if text == "\x01" else quoted(text)


def _host(text_sql: str) -> str:
    """SQL for a host in lower case, without its port; null for a placeholder such as nginx's `_`."""
    bare = rf"rtrim(regexp_replace(lower(trim({text_sql})), ':\d+$', ''), '.')"
    return f"case when {bare} not in ('', '-', '_') then {bare} end"


def _instant(log_format: LogFormat) -> Callable[[str], str]:
    """Return a function from SQL of a time's text to SQL of the instant.

    It reads the form that the format string names; without one, the servers' usual form, ISO 8601 or seconds
    since 1970.
    """
    if log_format.time_format is not None:
        shape = quoted(log_format.time_format)
        has_zone = "%z" in log_format.time_format.lower()
        # C's strftime pads days and hours with blanks.
        form = "try_strptime(trim(regexp_replace({}, ' +', ' ', 'g')), {})"
        return lambda text: (
            form.format(text, shape) if has_zone else f"timezone({FEED_ZONE}, {form.format(text, shape)})"
        )
    return lambda text: (
        rf"""
        case
            when regexp_matches({text}, '^\d{{1,2}}/\w{{3}}/\d{{4}}:.* [+-]\d{{4}}$')
            then try_strptime({text}, '%d/%b/%Y:%H:%M:%S %z')
            when contains({text}, '/') and not contains({text}, 'T')
            then timezone({FEED_ZONE}, try_strptime({text}, '%d/%b/%Y:%H:%M:%S'))
            when regexp_matches({text}, '^\d{{9,10}}(\.\d+)?$') then {epoch_seconds(text)}
            when regexp_matches({text}, '^\d{{13}}(\d{{3}})?$')
            then {epoch_seconds(f"{text}[:10] || '.' || {text}[11:]")}
            else {iso_8601(text)}
        end
    """
    )


#: For lines that the strict combined format does not match: a pattern, what a line with it looks like, and
#: the feed setting with which it can be read.
_LOOKS_LIKE = (
    (
        r"""^\{"log":\s*\"""",
        "Docker's JSON around lines of a container: deliver the lines as `docker logs` prints them",
        None,
    ),
    (r"^\s*\{", "JSON", "`format: json`"),
    (r"^#|^\d{4}-\d\d-\d\d[\t ]\d\d:\d\d:\d\d[\t ]", "a W3C extended log (IIS, CloudFront)", "`format: w3c`"),
    (
        r"^(?:(?:https?|h2|wss?|grpcs?) )?\d{4}-\d\d-\d\dT\S+ \S+ \S+:\d+ \S+ [\d.-]+ [\d.-]+ [\d.-]+ ",
        "a log of an AWS load balancer (ALB)",
        "`format: alb`",
    ),
    (
        r"^\d{4}-\d\d-\d\dT\S+ (?:std(?:out|err) [FP] )?\S+ |^\S*\s*\| |^\x1b"
        r"|^(?:<\d+>)?\w{3} +\d+ \d\d:\d\d:\d\d ",
        "a line with the time, stream or name of a container (or of syslog) before it",
        "`format:` with the server's format string after what stands before it",
    ),
    (
        r"""^"?[^\s"\[]+, |^[^\s\[]+ \([\d.:a-fA-F]+\) """,
        "a line that begins with the addresses of X-Forwarded-For",
        "`format:` with the server's format string, and `client: X-Forwarded-For`",
    ),
    (r"^(?:[\d.]+|\[[\da-fA-F:]+\]):\d+ ", "a line with the client's port", _FORMAT_STRING),
    (r"\[\d{4}-\d\d-\d\dT", "a line whose time is in ISO 8601", _FORMAT_STRING),
    (
        r"^\S+ (?:- )?\(?(?:[\w-]+\.)+[A-Za-z][\w-]*\)? ",
        "a line with the host after the client, or a client by name",
        f"{_FORMAT_STRING}, or `format: combined` where the first word is the client",
    ),
    (
        r"""\] "(?:[^"\\]|\\.)*" (?:\d{3}|-) """,
        "a line with another field before the referrer or the user agent, or in its place",
        _FORMAT_STRING,
    ),
)


def _mistaken(log_format: LogFormat, feed_format: str | None) -> str:
    """SQL over `body` giving the message for a line that cannot be read: what is wrong, and what to do."""
    if feed_format is not None:
        return quoted(
            "The line is not in the `format` that touchpoint.yml says of its feed: it needs"
            f" {log_format.needs}. Correct it there, then run `touchpoint replay`; or make a feed of its own"
            " for such lines."
        )
    add = " {} to the feed in touchpoint.yml, then run `touchpoint replay`."
    cases = " ".join(
        f"when regexp_matches(body, {quoted(pattern)})"
        f" then {quoted(f' It looks like {what}' + (':' + add.format(f'add {how}') if how else '.'))}"
        for pattern, what, how in _LOOKS_LIKE
    )
    return (
        "'The line is not in the combined format to the letter, and no field is guessed.' ||"
        f" case {cases} else {quoted(add.format(f'Add {_FORMAT_STRING}'))} end"
    )


def _adapter(log_format: LogFormat, feed_format: str | None) -> LineAdapter:
    has_directives = feed_format == "w3c"
    is_directive = "starts_with(body, '#')" if has_directives else "false"
    # nginx writes `unix:` as the client of a local socket.
    client = log_format.value("client")
    ip = f"case when {client} not in ('', '-', 'unix:') then {client} end"
    user_agent = _written(log_format.value("user_agent"))
    logged_at = log_format.value("logged_at")
    request = log_format.value("request")
    method = f"coalesce(nullif({log_format.value('method')}, ''), regexp_extract({request}, '{_REQUEST}', 1))"
    query = f"ltrim({log_format.value('query')}, '?')"
    asked = f"nullif(nullif({log_format.value('target')}, ''), '-')"
    with_query = (
        f"case when {query} not in ('', '-') and not contains({asked}, '?') then '?' || {query} else '' end"
    )
    own = f"{asked} || coalesce({with_query}, '')"
    # A load balancer writes the port even if it is the scheme's default.
    requested = f"regexp_replace(regexp_extract({request}, '{_REQUEST}', 2), '{_OWN_PORT}', '\\1\\2')"
    return LineAdapter(
        name=NAME,
        shapes="web servers' logs: combined, optionally with the virtual host first; JSON, W3C, ALB and"
        " format strings where the feed says so ([below](#access-logs))",
        description="One row per request that a web server logged.",
        fields=log_format.fields,
        is_record=log_format.is_record,
        mistaken=_mistaken(log_format, feed_format),
        event_type=f"case when {is_directive} then 'directive' else 'request' end",
        modelled=None,
        ignored_as=f"case when {is_directive} then 'directive' end",
        event_time=logged_at,
        parsed_time=with_leap_second(logged_at, _instant(log_format)),
        columns={
            "ip": varchar(ip),
            "user_agent": varchar(user_agent),
            "host": varchar(
                f"coalesce({_host(log_format.value('host'))}, {_host(FEED_HOST)})",
                "Host that was asked, without its port: the line's, else the feed's configured one.",
            ),
            # A request that is not HTTP (noise, another protocol) has neither method nor target.
            "http_method": varchar(
                f"nullif(upper({method}), '')", "Method of the request; null where the request line is none."
            ),
            "target": varchar(
                f"coalesce({own}, {_written(requested)})",
                "What was asked for, verbatim: a path with its query, mostly.",
            ),
            "http_status": cast_as(
                "INTEGER", f"nullif({log_format.value('status')}, '-')", "Status of the answer."
            ),
            "referrer": varchar(_written(log_format.value("referrer")), "Page the visitor came from."),
            "visitor_id": varchar(
                visitor_hash.visitor(ip, user_agent), "Keyed hash of address and user agent."
            ),
            "line_hash": varchar(
                "md5(body)",
                "Hash of the line: with its ordinal among equal lines of the file, the deduplication key.",
            ),
        },
        for_feed=_for_feed if feed_format is None else None,
        has_directives=has_directives,
    )


def _for_feed(feed: Feed) -> LineAdapter:
    if feed.format is None and feed.client is None:
        return ADAPTER
    return _adapter(log_formats.parse(feed.format, feed.client), feed.format)


ADAPTER = _adapter(log_formats.parse(None, None), None)
