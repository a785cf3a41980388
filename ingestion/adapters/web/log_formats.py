"""Formats of web servers' logs: SQL that splits a line into its fields, in the format that a feed is
configured with.

Reads format strings of Apache (`LogFormat`) and nginx (`log_format`) as they stand in a server's
configuration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from ingestion.errors import nearest
from ingestion.sql import quoted

#: Names that a feed's `format` may have instead of a format string.
NAMES = ("combined", "vhost_combined", "json", "w3c", "alb")

_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]*(?::[0-9A-Fa-f.]*){2,}(?:%\w+)?"
_NAME = r"(?:[\w-]+\.)+[A-Za-z][\w-]*"
_HOST_NAME = rf"{_NAME}\.?(?::\d+)?|localhost(?::\d+)?|\[[0-9A-Fa-f:.]+\](?::\d+)?|[-_]"
_INSIDE_QUOTES = r'(?:[^"\\]|\\.)*'
#: The end of a combined line, from the time on; without referrer and user agent, of a common one. Servers cut
#: off a long user agent with its closing quote; text after it is not read.
_REST = (
    rf'\[(?P<logged_at>[^\]]+)\] "(?P<request>{_INSIDE_QUOTES})" (?P<status>\d{{3}}|-) (?:\d+|-)'
    rf'(?: "(?P<referrer>{_INSIDE_QUOTES})" "(?P<user_agent>{_INSIDE_QUOTES})(?:"(?P<more>.*))?)?$'
)
#: A user without blanks or in quotes.
_PLAIN_USER = rf'"{_INSIDE_QUOTES}"|[^\s"\[\]]+'
#: A user that may contain blanks but not begin with `- `: then the line has one more word before the user.
_ANY_USER = rf'-|"{_INSIDE_QUOTES}"|[^\s"\[\]-][^"\[\]]*?'
#: The format of a feed that names none: an optional host, an address, `-` for identd (no server asks it), a
#: user.
_STRICT = rf"^(?:(?P<host>{_HOST_NAME}) )?(?P<client>{_ADDRESS}|-) - (?P<user>{_PLAIN_USER}) {_REST}"
#: A word without commas (so no list), and the word for identd without dots or colons (so no host, no
#: address).
_WORD, _IDENT = r'[^\s,"]+', r'[^\s.:,"]+'
_COMBINED = rf"^(?P<client>{_WORD}) {_IDENT} (?:{_ANY_USER}) {_REST}"
_VHOST_COMBINED = rf"^(?P<host>{_WORD}) (?P<client>{_WORD}) {_IDENT} (?:{_ANY_USER}) {_REST}"
#: AWS load balancers; classic ones write no first word. The client's address has its port.
_ALB = (
    r"^(?:\S+ )?(?P<logged_at>\d{4}-\d\d-\d\dT\S+) \S+ (?P<client>\S+):\d+ \S+ \S+ \S+ \S+ (?P<status>\S+)"
    rf' \S+ \S+ \S+ "(?P<request>{_INSIDE_QUOTES})" "(?P<user_agent>{_INSIDE_QUOTES})"'
)
#: An address as proxies write it, with a port or in brackets; groups 1 and 2 hold it without.
_WITH_PORT = r"^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([^\]]+)\])(?::\d+)?$"
_IS_ADDRESS = quoted(f"^(?:{_ADDRESS}|-)$")


class FormatError(ValueError):
    """The feed's `format` or `client` cannot be used; the message says what is wrong."""


@dataclass(frozen=True)
class LogFormat:
    """How the lines of a feed are read.

    fields: SQL over `body` (a line) giving `r`, a struct of texts. is_record: boolean SQL
    over `r`: is the line in the format? values: SQL over `r` by field (`host`, `client`, `logged_at`,
    `request`, `method`, `target`, `query`, `status`, `referrer`, `user_agent`), absent where the format has
    no such field. needs: what a line must have, for messages. time_format: strptime's, where the format
    string tells one.
    """

    fields: str
    is_record: str
    values: Mapping[str, str] = field(default_factory=dict)
    needs: str = "its fields in the order of the format"
    time_format: str | None = None

    def value(self, name: str) -> str:
        """SQL for the text of a field; null if the format does not have it."""
        return self.values.get(name, "cast(null as VARCHAR)")


def parse(text: str | None, client: str | None) -> LogFormat:
    """Return the format that a feed is configured with.

    text: a name or a format string; None: the strict combined format (`_STRICT`).
    client: the header with the client's address, such as `X-Forwarded-For`, where proxies stand before the
        server; the first of its addresses is read.

    Raises `FormatError`.
    """
    header = None if client is None else _header(client)
    if text is None:
        _refuse_client(client, "a format that has it")
        return _of_pattern(_STRICT, _has_fields_in_place())
    if text == "json":
        return _json(header)
    if text == "w3c":
        return _w3c(header)
    if text == "vhost_combined":
        _refuse_client(client, "a format string that has it")
        # The host may be an address. But if the client is no address, the two are swapped.
        of_host, of_client = (f"regexp_matches(r.{one}, {_IS_ADDRESS})" for one in ("host", "client"))
        return _of_pattern(_VHOST_COMBINED, f"({of_client} or not {of_host})")
    patterns = {"combined": _COMBINED, "alb": _ALB}
    if text in patterns:
        _refuse_client(client, "a format string that has it")
        return _of_pattern(patterns[text])
    return _of_string(_definition(text), header, client)


def _header(client: str) -> str:
    """Return a header's name in lower case with dashes, from any spelling or from nginx's variable for it."""
    bare = re.sub(r"^%\{(.*)\}i$|^\$(?:http_)?(\w+)$", r"\1\2", client.strip())
    return bare.lower().replace("_", "-")


def _has_fields_in_place() -> str:
    """SQL over `r` (a line that matches `_STRICT`): true if no field looks shifted, as in another format."""
    others = (
        # A host or an address in the user's place.
        f"regexp_matches(r.user, {quoted(f'^(?:{_ADDRESS}|{_NAME})$')})",
        r"regexp_matches(r.logged_at, '^\d{4}-')",
        # Addresses or a user agent in the referrer's place; or a host there and another field after it.
        f"regexp_matches(r.referrer, {quoted(rf'^(?:{_ADDRESS})(?:,|$)|^Mozilla/')})",
        f"starts_with(r.more, ' \"') and regexp_matches(r.referrer, {quoted(f'^{_NAME}$')})",
        # A user agent in a later field.
        "contains(r.more, '\"Mozilla/')",
    )
    return " and ".join(f"not ({one})" for one in others)


def _refuse_client(client: str | None, instead: str) -> None:
    if client is not None:
        raise FormatError(
            f"`client: {client}` needs {instead} in `format`, as it stands in the server's configuration"
        )


def _of_pattern(pattern: str, also: str = "true") -> LogFormat:
    groups = re.findall(r"\(\?P<(\w+)>", pattern)
    listed = ", ".join(map(quoted, groups))
    fields = f"regexp_extract(body, {quoted(pattern)}, [{listed}])"
    values = {group: f"r.{group}" for group in groups}
    return LogFormat(fields, f"r.logged_at <> '' and {also}", _with_client(values))


#: Fields of JSON logs by the names that servers give them: nginx and Apache (whose administrators choose),
#: Caddy, Traefik, Envoy, load balancers of Google.
_JSON_FIELDS = {
    "host": ("$.host", "$.http_host", "$.server_name", "$.requested_domain", "$.vhost", "$.domain",
             "$.request.host", "$.RequestHost", "$.authority"),
    "client": ("$.remote_addr", "$.client_ip", "$.clientip", "$.remote_ip", "$.client", "$.ip", "$.remoteIP",
               "$.request.client_ip", "$.request.remote_ip", "$.request.remote_addr", "$.ClientHost",
               "$.downstream_remote_address", "$.httpRequest.remoteIp"),
    "logged_at": ("$.time_iso8601", "$.time_local", '$."@timestamp"', "$.timestamp", "$.time", "$.msec",
                  "$.ts", "$.StartUTC", "$.start_time"),
    "request": ("$.request", "$.request_line"),
    "method": ("$.request_method", "$.method", "$.request.method", "$.RequestMethod",
               "$.httpRequest.requestMethod"),
    "target": ("$.request_uri", "$.uri", "$.url", "$.path", "$.request.uri", "$.RequestPath",
               "$.httpRequest.requestUrl"),
    "query": ("$.args", "$.query_string"),
    "status": ("$.status", "$.status_code", "$.response", "$.response_code", "$.DownstreamStatus",
               "$.httpRequest.status"),
    "referrer": ("$.http_referer", "$.http_referrer", "$.referer", "$.referrer",
                 "$.request.headers.Referer[0]", "$.request_Referer", "$.httpRequest.referer"),
    "user_agent": ("$.http_user_agent", "$.user_agent", "$.agent", "$.userAgent",
                   '$.request.headers."User-Agent"[0]', '$."request_User-Agent"', "$.httpRequest.userAgent"),
}  # fmt: skip
#: SQL over `r`: true if a JSON or W3C line has a time, a status, a client and a request.
_IS_COMPLETE = "r.logged_at <> '' and r.status is not null and {client} is not null and {request}"
_IS_REQUEST = "(r.request is not null or (r.method is not null and r.target is not null))"


def _json(header: str | None) -> LogFormat:
    paths = dict(_JSON_FIELDS)
    if header is not None:
        snake, written = header.replace("-", "_"), header.title()
        paths["forwarded"] = (
            f"$.http_{snake}", f"$.{snake}", f'$."{header}"', f'$."{written}"',
            f'$.request.headers."{written}"[0]', f'$."request_{written}"',
        )  # fmt: skip
    every = [path for listed in paths.values() for path in listed]
    # A field's value is under the first of its names that holds no object or list (Caddy's `request` is one).
    of_name = ", ".join(
        f"{name}: list_filter(found[{every.index(listed[0]) + 1}:{every.index(listed[-1]) + 1}],"
        " lambda one: one is not null and one[1] not in ('{', '['))[1]"
        for name, listed in paths.items()
    )
    # nginx writes quotes as \x22 unless its format says `escape=json`.
    text = r"case when json_valid(body) then body else replace(body, '\x', '\u00') end"
    found = f"json_extract_string(line, [{', '.join(map(quoted, every))}])"
    fields = f"""
        list_transform([{text}], lambda line:
            case when starts_with(line, '{{') and json_valid(line)
            then list_transform([{found}], lambda found: {{{of_name}}})[1] end
        )[1]
    """
    values = _with_client({name: f"r.{name}" for name in paths})
    needs = (
        "a JSON object with the client (remote_addr …), the time (time_local, ts …), the request (request,"
        " or request_method and request_uri …) and the status, under names that servers give them"
    )
    is_record = _IS_COMPLETE.format(client=values["client"], request=_IS_REQUEST)
    return LogFormat(fields, is_record, values, needs)


#: Fields of W3C extended logs (IIS, CloudFront), by their names in the `#Fields:` line.
_W3C_FIELDS = {
    # In CloudFront's logs `cs(Host)` is the distribution; `x-host-header` is the host that the client asked
    # for.
    "host": ("x-host-header", "cs(host)", "cs-host"),
    "client": ("c-ip",),
    "method": ("cs-method",),
    "target": ("cs-uri-stem", "cs-uri"),
    "query": ("cs-uri-query",),
    "status": ("sc-status",),
    "referrer": ("cs(referer)", "cs(referrer)"),
    "user_agent": ("cs(user-agent)",),
}


def _w3c(header: str | None) -> LogFormat:
    names = dict(_W3C_FIELDS)
    if header is not None:
        names["forwarded"] = (f"cs({header})", header)
    # Split a line at tabs if it has any (CloudFront), else at blanks (IIS): neither occurs inside a value.
    cells = "string_split(body, case when contains(body, chr(9)) then chr(9) else ' ' end)"
    heads = r"string_split_regex(trim(regexp_replace(lower(directive), '^#fields:|\s+', ' ', 'g')), ' +')"
    packed = ", ".join(f"{name}: {_first_cell(listed)}" for name, listed in names.items())
    time = f"{_first_cell(('date',))} || 'T' || {_first_cell(('time',))} || 'Z'"
    fields = (
        f"list_transform([{{cells: {cells}, heads: {heads}}}], lambda row:"
        f" case when len(row.cells) = len(row.heads) then {{{packed}, logged_at: {time}}} end)[1]"
    )
    values = _with_client({name: f"r.{name}" for name in (*names, "logged_at")})
    # Blanks in values are written as plus signs (IIS) or URL-encoded, once or twice (CloudFront).
    agent = "replace(replace(r.user_agent, '+', ' '), '%25', '%')"
    values["user_agent"] = f"coalesce(try(url_decode({agent})), {agent})"
    needs = (
        "as many values as the `#Fields:` line before it has names, among them date, time, c-ip, cs-method,"
        " cs-uri-stem and sc-status"
    )
    request = "r.method is not null and r.target is not null"
    is_record = _IS_COMPLETE.format(client=values["client"], request=request)
    return LogFormat(fields, is_record, values, needs)


def _first_cell(names: tuple[str, ...]) -> str:
    """SQL for the first of these columns that has a value.

    `-` if none has one, null if the line lacks them all.
    """
    cells = [f"row.cells[list_position(row.heads, {quoted(name)})]" for name in names]
    filled = [f"nullif({cell}, '-')" for cell in cells]
    return f"coalesce({', '.join([*filled, *cells])})"


def _with_client(values: dict[str, str]) -> dict[str, str]:
    """Return the values; if the format has the client's header (`forwarded`), `client` is read from it."""
    own = _address(values["client"]) if "client" in values else "cast(null as VARCHAR)"
    if "forwarded" in values:
        first = _address(f"split_part({values['forwarded']}, ',', 1)")
        own = f"coalesce(case when lower({first}) not in ('', '-', 'unknown') then {first} end, {own})"
    return values | {"client": own}


def _address(text_sql: str) -> str:
    """SQL for an address without quotes, brackets and port."""
    return rf"regexp_replace(trim({text_sql}, ' \"'), '{_WITH_PORT}', '\1\2')"


@dataclass(frozen=True)
class _Definition:
    """A format string and the field that each of its directives holds.

    of_directive: directive -> field; of several directives of one field the first in this order is read.
    """

    text: str
    directive: re.Pattern[str]
    of_directive: Mapping[str, str]
    header: str  # how a directive of a request header begins
    needs: str  # directives to name in a message where the format has no time, request or status

    def names(self) -> list[str]:
        """Return the format's directives in the order of its string, names of headers in lower case."""
        found = (_name(one) for one in self.directive.finditer(self.text))
        return [name for name in found if name != "%"]


_APACHE = {
    "a": "client", "h": "client", "{host}i": "host", "V": "host", "v": "host", "t": "logged_at",
    "r": "request", "m": "method", "U": "target", "q": "query", ">s": "status", "s": "status", "<s": "status",
    "{referer}i": "referrer", "{user-agent}i": "user_agent",
}  # fmt: skip
_NGINX = {
    "remote_addr": "client", "host": "host", "http_host": "host", "server_name": "host",
    "time_iso8601": "logged_at", "time_local": "logged_at", "msec": "logged_at",
    "request": "request", "request_method": "method", "request_uri": "target", "uri": "target",
    "document_uri": "target", "args": "query", "query_string": "query", "status": "status",
    "http_referer": "referrer", "http_user_agent": "user_agent",
}  # fmt: skip
_APACHE_DIRECTIVE = re.compile(
    r"%(?:!?\d{3}(?:,\d{3})*)?(?P<name>[<>]?(?:\{[^}]*\})?(?:\^t[io]|[A-Za-z]))|%(?P<percent>%)"
)
_NGINX_DIRECTIVE = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<name>\w+))")
_NUMBERS = ("b", "B", "I", "O", "S", "body_bytes_sent", "bytes_sent", "request_length")
#: Escapes inside quotes, the same for both servers.
_ESCAPES = {r"\t": "\t", r"\"": '"', r"\'": "'", r"\\": "\\"}


def _name(found: re.Match[str]) -> str:
    name = next(one for one in found.groups() if one is not None)
    # Case matters in Apache's directive letters, but not in names of headers.
    return name.lower() if name.endswith("i") and "{" in name else name


def _definition(text: str) -> _Definition:
    """Read a format string of nginx or Apache, also as copied with the words around it in a configuration."""
    written = text.strip()
    if "$" in written:
        written = re.sub(r"^log_format\s+\S+\s+(escape=\w+\s+)?", "", written).rstrip("; \n")
        needs = "$remote_addr, $time_local, $request and $status"
        return _Definition(_unquoted(written), _NGINX_DIRECTIVE, _NGINX, "http_", needs)
    if "%" in written:
        written = re.sub(r"^LogFormat\s+", "", written)
        needs = "%h, %t, %r and %>s"
        return _Definition(_unquoted(written), _APACHE_DIRECTIVE, _APACHE, "{", needs)
    raise FormatError(
        f"`format` must be one of {', '.join(NAMES)}, or a format string of Apache or nginx as it stands in"
        f" the server's configuration; the nearest name is `{nearest(text, NAMES)}`"
    )


def _unquoted(written: str) -> str:
    """Return the format string of a setting: bare, or in one or more quoted parts with a name after them."""
    quote = written[0]
    part = rf"{quote}((?:[^{quote}\\]|\\.)*){quote}"
    if quote in "'\"" and re.fullmatch(rf"{part}(?:\s+{part})*(?:\s+\w+)?", written, re.DOTALL):
        text = "".join(re.findall(part, written, re.DOTALL))
    else:
        text = re.sub(r"\s*\n\s*", " ", written)
    return re.sub(r"\\[t\"'\\]", lambda found: _ESCAPES[found.group()], text)


def _of_string(definition: _Definition, header: str | None, client: str | None) -> LogFormat:
    """Return the format for a format string: a pattern with a group for each field that is read."""
    read = _read_directives(definition, header)
    times = _time_directives(definition)
    groups: list[str] = []
    pattern, end, text = "^", 0, definition.text
    for found in definition.directive.finditer(text):
        pattern += re.escape(text[end : found.start()])
        end = found.end()
        name = _name(found)
        if name == "%":
            pattern += "%"
            continue
        group = f"logged_at{times.index(name) or ''}" if name in times else read.get(name)
        around = text[: found.start()][-1:], text[end : end + 1]
        value = _extent(definition, name, group, around)
        if group is None or group in groups:
            value = f"(?:{value})"
        else:
            groups.append(group)
            value = f"(?P<{group}>{value})"
        # Apache puts the default form of its time in brackets.
        pattern += rf"\[{value}\]" if name == "t" and definition.of_directive is _APACHE else value
    pattern += re.escape(text[end:]) + "$"
    _check_complete(groups, definition, client)
    shape = _of_pattern(pattern)
    values = dict(shape.values)
    values["logged_at"] = " || ' ' || ".join(f"r.logged_at{at or ''}" for at in range(max(len(times), 1)))
    return LogFormat(shape.fields, shape.is_record, values, shape.needs, _time_format(times))


def _read_directives(definition: _Definition, header: str | None) -> dict[str, str]:
    """Return directive -> field for the directives that are read, one per field."""
    read: dict[str, str] = {}
    names = definition.names()
    if header is not None:
        told = (f"{{{header}}}i", f"http_{header.replace('-', '_')}", header.replace("-", "_"))
        read = dict.fromkeys([name for name in names if name in told][:1], "forwarded")
    for name, one in definition.of_directive.items():
        if name in names and one not in read.values() and name not in read:
            read[name] = one
    return read


def _time_directives(definition: _Definition) -> list[str]:
    """Return Apache's directives whose texts together give the time, if its usual `%t` is missing."""
    if definition.of_directive is not _APACHE or "t" in definition.names():
        return []
    timed = [name for name in definition.names() if re.fullmatch(r"\{.*\}t", name)]
    epochs = [name for name in timed if _form(name) is None]
    return epochs[:1] or [name for name in dict.fromkeys(timed) if not name.endswith("_frac}t")]


#: strftime forms that DuckDB does not know -> the forms that they abbreviate.
_FORMS = {
    "%T": "%H:%M:%S", "%F": "%Y-%m-%d", "%D": "%m/%d/%y", "%R": "%H:%M", "%e": "%d", "%h": "%b", "%k": "%H",
    "%l": "%I", "%P": "%p",
}  # fmt: skip


def _form(name: str) -> str | None:
    """Return the strftime form in an Apache time directive.

    None if it gives seconds (or parts) since 1970.
    """
    form = re.sub(r"^\{(?:begin:|end:)?|\}t$", "", name)
    if form in ("", "sec", "msec", "usec", "%s"):
        return None
    for theirs, ours in _FORMS.items():
        form = form.replace(theirs, ours)
    return form


def _time_format(times: list[str]) -> str | None:
    forms = [form for form in map(_form, times) if form is not None]
    if not forms:
        return None
    form = " ".join(" ".join(forms).split())
    try:
        duckdb.execute("select try_strptime('', ?)", [form])
    except duckdb.Error as error:
        raise FormatError(f"`format` has a form of the time, `{form}`, that cannot be read") from error
    return form


def _extent(definition: _Definition, name: str, group: str | None, around: tuple[str, str]) -> str:
    """Return the pattern of a directive's value. around: the characters before and after the directive."""
    before, after = around
    if around == ('"', '"'):
        return _INSIDE_QUOTES
    if before == "[" and after == "]":
        return r"[^\]]*"
    if name == "t" and definition.of_directive is _APACHE:
        return r"[^\]]+"
    by_group = {
        "status": r"\d{3}|-",
        "client": r"[^\s,]*?",
        "host": r"[^\s,]*?",
        # The value may be a list of addresses: match them all, so that none is left for the next directive.
        "forwarded": r'[^\s",]+(?:, *[^\s",]+)*',
        "query": r"\?[^\s\"]*|-|" if name == "q" else r"\S*?",
    }
    bare = after in ("", " ", "\t")
    if bare and group in by_group:
        return by_group[group]
    if name in _NUMBERS:
        return r"\d+|-"
    if name in ("u", "remote_user"):
        return _ANY_USER
    if after == "":
        return ".*"
    if name.endswith("}t") or name in ("r", "request") or name.startswith(definition.header):
        return ".*?"  # times, requests and headers may hold blanks
    return r"\S*?" if after == " " else rf"[^{re.escape(after)}]*?"


def _check_complete(groups: list[str], definition: _Definition, client: str | None) -> None:
    if client is not None and "forwarded" not in groups:
        raise FormatError(f"`client: {client}` is no header that `format` has")
    has_request = "request" in groups or {"method", "target"} <= set(groups)
    missing = [name for name in ("logged_at", "status") if name not in groups]
    if missing or not has_request or not {"client", "forwarded"} & set(groups):
        raise FormatError(
            f"`format` must have the client, the time, the request and the status: {definition.needs}"
        )
