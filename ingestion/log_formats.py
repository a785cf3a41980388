"""Formats of web servers' logs: SQL that tells the fields of a line apart, as the feed is configured.

Belongs here: the formats, and format strings of Apache (`LogFormat`) and nginx (`log_format`) as they stand
in a server's configuration. Does not belong here: what the fields become (`adapters/access_log.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingestion.errors import nearest
from ingestion.fields import quoted

#: Formats by name, beside format strings.
NAMES = ("combined", "vhost_combined", "json", "w3c", "alb")

_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*(?::[0-9A-Fa-f.]*){2,}(?:%\w+)?"
_HOST_NAME = r"(?:[\w-]+\.)+[A-Za-z][\w-]*\.?(?::\d+)?|localhost(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?|[-_]"
_INSIDE_QUOTES = r'(?:[^"\\]|\\.)*'
#: From the time on, combined lines are alike. A user agent that is too long is cut short; what follows it is
#: not read. Without referrer and user agent, it is the common format.
_REST = (
    rf'\[(?P<logged_at>[^\]]+)\] "(?P<request>{_INSIDE_QUOTES})" (?P<status>\d{{3}}|-) (?:\d+|-)'
    rf'(?: "(?P<referrer>{_INSIDE_QUOTES})" "(?P<user_agent>{_INSIDE_QUOTES})(?:".*)?)?$'
)
#: To the letter: an address, a dash (no server asks identd any more), a user without blanks or in quotes.
_USER = rf'"{_INSIDE_QUOTES}"|[^\s"\[\]]+'
_STRICT = rf"^(?:(?P<host>{_HOST_NAME}) )?(?P<client>{_ADDRESS}|-) - (?P<user>{_USER}) {_REST}"
_COMBINED = rf"^(?P<client>\S+) \S+ .*? {_REST}"
_VHOST_COMBINED = rf"^(?P<host>\S+) (?P<client>\S+) \S+ .*? {_REST}"
#: Application Load Balancers of AWS; the target has its port, also the protocol's own.
_ALB = (
    r"^\S+ (?P<logged_at>\S+) \S+ (?P<client>\S+):\d+ \S+ \S+ \S+ \S+ (?P<status>\S+) \S+ \S+ \S+"
    rf' "(?P<request>{_INSIDE_QUOTES})" "(?P<user_agent>{_INSIDE_QUOTES})"'
)
#: A user that reads like a host or an address: another format has those in its place.
_NO_USER = rf"^(?:{_ADDRESS}|(?:[\w-]+\.)+[A-Za-z][\w-]*)$"


class FormatError(ValueError):
    """A format, or a client, that a feed cannot be configured with; the message says what is wrong."""


@dataclass(frozen=True)
class LogFormat:
    """How the lines of a feed are read.

    name: for messages. fields: SQL over `body` (a line) giving `r`, a struct of texts. is_record: boolean SQL
    over `r`: is the line in the format? values: SQL over `r` by field (`host`, `client`, `logged_at`,
    `request`, `method`, `target`, `query`, `status`, `referrer`, `user_agent`), absent where the format has
    no such field. time_format: strptime's, where the format string tells one.
    """

    name: str
    fields: str
    is_record: str
    values: Mapping[str, str] = field(default_factory=dict)
    time_format: str | None = None

    def value(self, name: str) -> str:
        """SQL of a field's text, null where the format has none."""
        return self.values.get(name, "cast(null as VARCHAR)")


def parse(text: str | None, client: str | None) -> LogFormat:
    """The format that a feed is configured with; None: lines that are combined to the letter.

    text: a name or a format string. client: the header that holds the client's address before proxies
    changed it, such as `X-Forwarded-For`; of several addresses in it the first is meant.

    Raises `FormatError`.
    """
    if text is None:
        _refuse_client(client, "a format that has it")
        is_user = f"not regexp_matches(r.user, {quoted(_NO_USER)})"
        is_local_time = r"not regexp_matches(r.logged_at, '^\d{4}-')"
        return _of_pattern("combined to the letter", _STRICT, f" and {is_user} and {is_local_time}")
    if text == "json":
        return _json(client)
    if text == "w3c":
        return _w3c(client)
    patterns = {"combined": _COMBINED, "vhost_combined": _VHOST_COMBINED, "alb": _ALB}
    if text in patterns:
        _refuse_client(client, "a format string that has it")
        return _of_pattern(text, patterns[text])
    definition = _definition(text)
    return _of_string(definition, client)


def _refuse_client(client: str | None, instead: str) -> None:
    if client is not None:
        raise FormatError(
            f"`client: {client}` needs {instead} in `format`, as it stands in the server's configuration"
        )


def _of_pattern(name: str, pattern: str, also: str = "") -> LogFormat:
    groups = re.findall(r"\(\?P<(\w+)>", pattern)
    listed = ", ".join(map(quoted, groups))
    fields = f"regexp_extract(body, {quoted(pattern)}, [{listed}])"
    return LogFormat(name, fields, f"r.logged_at <> ''{also}", {group: f"r.{group}" for group in groups})


#: Fields of JSON logs by the names that servers give them: nginx and Apache (whose administrators choose),
#: Caddy, Traefik.
_JSON_FIELDS = {
    "host": ("$.host", "$.http_host", "$.server_name", "$.requested_domain", "$.vhost", "$.domain",
             "$.request.host", "$.RequestHost"),
    "client": ("$.remote_addr", "$.client_ip", "$.clientip", "$.remote_ip", "$.client", "$.ip", "$.remoteIP",
               "$.request.client_ip", "$.request.remote_ip", "$.request.remote_addr", "$.ClientHost"),
    "logged_at": ("$.time_iso8601", "$.time_local", '$."@timestamp"', "$.timestamp", "$.time", "$.msec",
                  "$.ts", "$.StartUTC"),
    "request": ("$.request", "$.request_line"),
    "method": ("$.request_method", "$.method", "$.request.method", "$.RequestMethod"),
    "target": ("$.request_uri", "$.uri", "$.url", "$.path", "$.request.uri", "$.RequestPath"),
    "query": ("$.args", "$.query_string"),
    "status": ("$.status", "$.status_code", "$.response", "$.DownstreamStatus"),
    "referrer": ("$.http_referer", "$.http_referrer", "$.referer", "$.referrer",
                 "$.request.headers.Referer[0]", "$.request_Referer"),
    "user_agent": ("$.http_user_agent", "$.user_agent", "$.agent", "$.userAgent",
                   '$.request.headers."User-Agent"[0]', '$."request_User-Agent"'),
}  # fmt: skip


def _json(client: str | None) -> LogFormat:
    paths = dict(_JSON_FIELDS)
    if client is not None:
        snake = client.lower().replace("-", "_")
        paths["forwarded"] = (
            f"$.http_{snake}", f"$.{snake}", f'$."{client}"', f'$.request.headers."{client}"[0]',
            f'$."request_{client}"',
        )  # fmt: skip
    packed = ", ".join(f"{name}: {_first_text(names)}" for name, names in paths.items())
    fields = f"case when json_valid(body) and body[1] = '{{' then {{{packed}}} end"
    return LogFormat("json", fields, "r.logged_at <> ''", _with_client({name: f"r.{name}" for name in paths}))


def _first_text(paths: tuple[str, ...]) -> str:
    """SQL of the first of these places of `body` that holds a text or number; '' where none does."""
    texts = ", ".join(
        f"case when json_type(body, {quoted(path)}) not in ('OBJECT', 'ARRAY') then body->>{quoted(path)} end"
        for path in paths
    )
    return f"coalesce({texts}, '')"


#: Fields of W3C extended logs (IIS, CloudFront), by their names in the `#Fields:` line.
_W3C_FIELDS = {
    "host": ("cs(host)", "cs-host", "x-host-header"),
    "client": ("c-ip",),
    "method": ("cs-method",),
    "target": ("cs-uri-stem", "cs-uri"),
    "query": ("cs-uri-query",),
    "status": ("sc-status",),
    "referrer": ("cs(referer)", "cs(referrer)"),
    "user_agent": ("cs(user-agent)",),
}


def _w3c(client: str | None) -> LogFormat:
    names = dict(_W3C_FIELDS)
    if client is not None:
        names["forwarded"] = (f"cs({client.lower()})", client.lower())
    # Tabs where a line has them (CloudFront), else blanks (IIS): neither occurs inside a value.
    cells = "string_split(body, case when contains(body, chr(9)) then chr(9) else ' ' end)"
    heads = "string_split(trim(regexp_replace(lower(directive), '^#fields:', '')), ' ')"
    heads = f"list_filter({heads}, lambda one: one <> '')"
    packed = ", ".join(f"{name}: {_first_cell(listed)}" for name, listed in names.items())
    time = f"{_first_cell(('date',))} || 'T' || {_first_cell(('time',))} || 'Z'"
    fields = (
        f"list_transform([{{cells: {cells}, heads: {heads}}}], lambda row:"
        f" case when len(row.cells) = len(row.heads) then {{{packed}, logged_at: {time}}} end)[1]"
    )
    values = _with_client({name: f"r.{name}" for name in (*names, "logged_at")})
    # Blanks in values are written as plus signs (IIS) or in URL encoding (CloudFront).
    values["user_agent"] = "url_decode(replace(r.user_agent, '+', ' '))"
    return LogFormat("w3c", fields, "len(r.logged_at) > 10", values)


def _first_cell(names: tuple[str, ...]) -> str:
    cells = ", ".join(f"nullif(row.cells[list_position(row.heads, {quoted(name)})], '-')" for name in names)
    return f"coalesce({cells}, '')"


def _with_client(values: dict[str, str]) -> dict[str, str]:
    """The values, where a header told the client before proxies changed it: of its addresses the first."""
    if "forwarded" in values:
        first = f"trim(split_part({values['forwarded']}, ',', 1), ' \"[]')"
        values["client"] = f"coalesce(nullif(nullif({first}, '-'), ''), {values.get('client', 'null')})"
    return values


@dataclass(frozen=True)
class _Definition:
    """A format string and the field that each of its directives holds (None: one that is not read)."""

    text: str
    directive: re.Pattern[str]
    of_directive: Mapping[str, str]
    header: str  # how a directive of a request header begins
    needs: str  # directives to name in a message where the format has no time, request or status


_APACHE = {
    "h": "client", "a": "client", "{c}a": "client", "v": "host", "V": "host", "t": "logged_at",
    "r": "request", "m": "method", "U": "target", "q": "query", "s": "status", ">s": "status", "<s": "status",
    "{referer}i": "referrer", "{user-agent}i": "user_agent", "{host}i": "host",
}  # fmt: skip
_NGINX = {
    "remote_addr": "client", "realip_remote_addr": "client", "host": "host", "http_host": "host",
    "server_name": "host", "time_local": "logged_at", "time_iso8601": "logged_at", "msec": "logged_at",
    "request": "request", "request_method": "method", "request_uri": "target", "uri": "target",
    "document_uri": "target", "args": "query", "query_string": "query", "status": "status",
    "http_referer": "referrer", "http_user_agent": "user_agent",
}  # fmt: skip
_APACHE_DIRECTIVE = re.compile(r"%(?P<name>[<>]?(?:\{[^}]*\})?(?:\^t[io]|[A-Za-z]))|%(?P<percent>%)")
_NGINX_DIRECTIVE = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<name>\w+))")


def _definition(text: str) -> _Definition:
    """Tell a format string of nginx from one of Apache, without what stands around it in a configuration."""
    written = " ".join(text.split())
    if "$" in written:
        written = re.sub(r"^log_format \w+ (escape=\w+ )?", "", written).removesuffix(";").strip()
        parts = re.findall(r"'((?:[^'\\]|\\.)*)'", written) if written.startswith("'") else []
        joined = "".join(parts) if parts else written
        needs = "$remote_addr, $time_local, $request and $status"
        return _Definition(joined, _NGINX_DIRECTIVE, _NGINX, "http_", needs)
    if "%" in written:
        named = re.fullmatch(r'(?:LogFormat )?"((?:[^"\\]|\\.)*)"(?: \w+)?', written)
        inner = named.group(1) if named else written
        needs = "%h, %t, %r and %>s"
        return _Definition(inner.replace('\\"', '"'), _APACHE_DIRECTIVE, _APACHE, "{", needs)
    raise FormatError(
        f"`format` must be one of {', '.join(NAMES)}, or a format string of Apache or nginx as it stands in"
        f" the server's configuration; the nearest name is `{nearest(text, NAMES)}`"
    )


def _of_string(definition: _Definition, client: str | None) -> LogFormat:
    """The format of a format string: a pattern with a group for each field that is read."""
    pattern, groups, time_format, end = "^", [], None, 0
    text = definition.text
    for found in definition.directive.finditer(text):
        pattern += re.escape(text[end : found.start()])
        end = found.end()
        name = next((one for one in found.groups() if one is not None), "")
        if name == "%":
            pattern += "%"
            continue
        before, after = text[: found.start()][-1:], text[end : end + 1]
        value = _extent(definition, name, before, after)
        read = _field_of(definition, name, client)
        if definition.of_directive is _APACHE and name.endswith("t") and not name.endswith("^t"):
            read, time_format = "logged_at", _strptime(name)
            value = r"[^\]]+" if name == "t" else ".+?"
        if read is None or read in groups:
            pattern += f"(?:{value})"
        else:
            groups.append(read)
            group = f"(?P<{read}>{value})"
            # Apache writes its own form of the time in brackets.
            pattern += rf"\[{group}\]" if name == "t" else group
    pattern += re.escape(text[end:]) + "$"
    _check_complete(groups, definition, client)
    shape = _of_pattern("the feed's `format`", pattern)
    return LogFormat(shape.name, shape.fields, shape.is_record, _with_client(dict(shape.values)), time_format)


def _extent(definition: _Definition, name: str, before: str, after: str) -> str:
    """The pattern of a directive's value, which ends where the character after it begins."""
    if before == '"' and after == '"':
        return _INSIDE_QUOTES
    if before == "[" and after == "]":
        return r"[^\]]*"
    if name == "q":
        return r"(?:\?[^\s\"]*)?"
    if after == "":
        return ".*"
    if name in ("u", "remote_user", "r", "request") or name.lower().startswith(definition.header):
        return ".*?"  # users, requests and headers may hold blanks
    return r"\S*?" if after == " " else rf"[^{re.escape(after)}]*?"


def _field_of(definition: _Definition, name: str, client: str | None) -> str | None:
    # The case of Apache's letters matters, of headers' names it does not.
    known = name.lower() if "{" in name else name
    if client is not None:
        header = client.lower()
        if known in (f"{{{header}}}i", f"http_{header.replace('-', '_')}"):
            return "forwarded"
    return definition.of_directive.get(known)


def _strptime(name: str) -> str | None:
    """strptime's format of an Apache time directive, None for the usual one and for seconds since 1970."""
    inner = re.fullmatch(r"\{(?:begin:|end:)?(.*)\}t", name)
    if inner is None or inner.group(1) in ("", "sec", "msec", "usec"):
        return None
    return inner.group(1).replace("%T", "%H:%M:%S").replace("%F", "%Y-%m-%d").replace("%D", "%m/%d/%y")


def _check_complete(groups: list[str], definition: _Definition, client: str | None) -> None:
    if client is not None and "forwarded" not in groups:
        raise FormatError(f"`client: {client}` is no header that `format` has")
    has_request = "request" in groups or {"method", "target"} <= set(groups)
    missing = [name for name in ("logged_at", "status") if name not in groups]
    if missing or not has_request or not {"client", "forwarded"} & set(groups):
        raise FormatError(
            f"`format` must have the client, the time, the request and the status: {definition.needs}"
        )
