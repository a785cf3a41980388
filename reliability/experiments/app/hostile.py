"""Hostile requests: ids, filters, paths, headers, methods, cookies and bodies that nobody's browser sends."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, quote_from_bytes

#: What an injected query would put together, and no page holds.
INJECTED = "INJECTED-1337"
#: What files that no page may show hold; `published.py` writes them.
CANARY = "CANARY-of-another-file"
_SCRIPT = "<script>alert(1337)</script>"

_TEXTS: Sequence[str] = (
    *("' or 1=1 --", "'; drop table marts.dim_email; --", '"; select 1; --', "%' or '1'='1", "\\'"),
    "' union select 'INJECTED-' || 7 * 191 --",
    "x') union all select 'INJECTED-' || (7 * 191)::varchar, null --",
    "' union select content from read_text('{canary}') --",
    "(select content from read_text('{canary}'))",
    *(_SCRIPT, f'"><img src=x onerror=alert(1337)>{_SCRIPT}', f"</script>{_SCRIPT}", "javascript:alert(1)"),
    *(
        "{{ 7 * 191 }}",
        "{% include '{canary}' %}",
        "${7*191}",
        "{0.__class__}",
        "{email_id.__class__}",
        "%s%n%x",
    ),
    *(
        "../../../../../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "....//....//etc/passwd",
        "{canary}",
        "file://{canary}",
    ),
    *(
        "..\\..\\windows\\win.ini",
        "/etc/passwd%00.css",
        "\x00",
        "a\x00b",
        "\r\nX-Injected: yes\r\n\r\n<html>",
        "\n",
        "\t",
    ),
    *(
        "",
        " ",
        ".",
        "..",
        "/",
        "//",
        "//evil.example/",
        "https://evil.example/",
        "-1",
        "0",
        "1e309",
        "NaN",
        "null",
    ),
    *(
        "unknown",
        "None",
        "true",
        "[]",
        "{}",
        "\ufeff",
        "\u202etxt.exe",
        "ﷺ" * 50,
        "𝕏",
        "a\u0300" * 200,
        "é",
        "İ",
    ),
    *(
        "a" * 1_999,
        "a" * 2_001,
        "a" * 20_000,
        "%" * 300,
        "9" * 400,
        "=cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "+1",
        "-1+1",
    ),
)
_DAYS = (
    "",
    "yesterday",
    "2026-02-30",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-01-01T00:00",
    "-2026-01-01",
    "20260101",
    "2026-W01-1",
    "٢٠٢٦-٠١-٠١",
    "2026-1-1",
    "1e4",
    "2026-01-01'--",
)
_METHODS = (
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "HEAD",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "G E T",
    "\x00",
    "A" * 2_000,
)
_CHUNKED = (b"Host: localhost", b"Transfer-Encoding: chunked")
_FORMATS = ("csv", "parquet", "xlsx", "../csv", "CSV", "", "json")


@dataclass(frozen=True)
class Request:
    """What is sent, byte by byte.

    kind: the row of the results that it belongs to. text: what came from outside and may not come back as
    HTML. is_http: whether a server has to understand it.
    """

    kind: str
    sent: bytes
    text: str = ""
    is_http: bool = True

    def __str__(self) -> str:
        return repr(self.sent[:300])


class Hostile:
    """Makes hostile requests.

    screens: paths of pages, tabs and blocks there are, as (path of a record, tabs, blocks). canary: a file
    that no page may show.
    """

    def __init__(
        self, seed: int, screens: Sequence[tuple[str, Sequence[str], Sequence[str]]], canary: str
    ) -> None:
        self._random = random.Random(seed)
        self._screens = screens
        self._canary = canary
        self._kinds: Sequence[Callable[[], Request]] = (
            *(
                self._id,
                self._filter,
                self._path,
                self._header,
                self._method,
                self._cookie,
                self._body,
                self._bytes,
            ),
        )

    def requests(self, number: int) -> Iterator[Request]:
        """So many requests, of every kind in turn."""
        for position in range(number):
            yield self._kinds[position % len(self._kinds)]()

    def _text(self) -> str:
        text = self._random.choice(_TEXTS).replace("{canary}", self._canary)
        return text + self._random.choice(_TEXTS)[:40] if self._random.random() < 0.1 else text

    def _encoded(self, text: str) -> str:
        """A text in an address: encoded as browsers do, twice, hardly, or as no UTF-8."""
        choice = self._random.random()
        if choice < 0.6:
            return quote(text, safe="")
        if choice < 0.75:
            return quote(quote(text, safe=""), safe="")
        if choice < 0.9:
            return quote(text, safe="/:?&=<>'\"()*,;{}$.\\")
        return quote_from_bytes(text.encode("utf-16-le")[:2_000], safe="")

    def _screen(self) -> tuple[str, Sequence[str], Sequence[str]]:
        return self._random.choice(self._screens)

    def _id(self) -> Request:
        path, tabs, blocks = self._screen()
        text = self._text()
        address = f"/{path.split('/')[1]}/{self._encoded(text)}?tab={self._random.choice([*tabs, ''])}"
        if blocks and self._random.random() < 0.2:
            address += f"&download={self._random.choice(blocks)}&format=csv"
        if self._random.random() < 0.1:
            address = f"/messages/{self._encoded(text)}"
        return Request("ids", get(address), text)

    def _filter(self) -> Request:
        path, _, blocks = self._screen()
        text, block = self._text(), self._random.choice([*blocks, "none"])
        names = (
            "from",
            "to",
            "journey",
            "by",
            "tile",
            "state",
            "tab",
            "download",
            "format",
            "q",
            "id",
            "people",
            f"{block}.sort",
            f"{block}.page",
            f"-{block}.sort",
            self._text()[:50],
        )
        chosen: list[tuple[str, str]] = []
        for name in self._random.sample(names, self._random.randint(1, 4)):
            if name in ("from", "to") and self._random.random() < 0.7:
                value = self._random.choice(_DAYS)
            elif name == "format" and self._random.random() < 0.7:
                value = self._random.choice(_FORMATS)
            elif name == "download" and self._random.random() < 0.7:
                value = block
            else:
                value = text
            chosen += [(name, value)] * self._random.choice((1, 1, 1, 2))
        query = "&".join(f"{self._encoded(name)}={self._encoded(value)}" for name, value in chosen)
        address = "/search" if self._random.random() < 0.1 else path
        return Request("filters", get(f"{address}?{query}"), text)

    def _path(self) -> Request:
        text = self._text()
        start = self._random.choice(
            (
                "/static/",
                "/static/../",
                "/static/%2e%2e/",
                "/static//",
                "//",
                "/./",
                "/../",
                "/emails/../",
                "/messages/",
                "/health/",
                "/search/",
                "/%00",
                "/sign-in/",
                "/.git/",
                "/..;/",
                "/\\",
                "",
                "http://evil.example/",
                "*",
                "?",
                "/emails;a=b/",
                "/docs",
                "/openapi.json",
                "/docs/data_docs/",
                "/docs/data_docs/../",
            )
        )
        address = start + self._random.choice(
            (self._encoded(text), quote(text, safe="/"), "etc/passwd", "%2e%2e%2f" * 8 + "etc/passwd")
        )
        return Request(
            "paths",
            get(address.replace(" ", "%20").replace("\n", "%0a").replace("\r", "%0d")),
            text,
            is_http=address.startswith("/"),
        )

    def _header(self) -> Request:
        path = self._screen()[0]
        text = self._text()
        value = text.encode("utf-8", "replace").replace(b"\r", b"").replace(b"\n", b"").replace(b"\x00", b"")
        headers, is_plain = self._random.choice(
            (
                ([b"Host: evil.example"], True),
                ([b"Host: 127.0.0.1@evil.example"], True),
                ([b"Host: "], True),
                ([b"Host: " + value[:500]], False),
                ([b"Host: localhost", b"Host: evil.example"], False),
                ([], False),
                ([b"Host: localhost:99999999"], True),
                (
                    [
                        b"Host: localhost",
                        b"X-Forwarded-Host: evil.example",
                        b"X-Forwarded-Proto: " + value[:500],
                    ],
                    False,
                ),
                (
                    [
                        b"Host: localhost",
                        b"X-Forwarded-For: " + value[:500],
                        b"X-User: admin",
                        b"Forwarded: for=" + value[:500],
                    ],
                    False,
                ),
                (
                    [
                        b"Host: localhost",
                        b"Range: bytes=" + self._random.choice((b"0-10", b"-1", b"5-2", b"0-0,1-1," * 300)),
                    ],
                    True,
                ),
                ([b"Host: localhost", b"If-None-Match: *", b"If-Modified-Since: " + value[:500]], False),
                ([b"Host: localhost", b'If-Match: "x"', b"If-Range: yesterday", b"Range: bytes=0-1"], True),
                ([b"Host: localhost", b"Accept-Encoding: gzip;q=nan, br, " + value[:500]], False),
                (
                    [b"Host: localhost", b"Accept: application/json", b"Accept-Language: " + value[:500]],
                    False,
                ),
                ([b"Host: localhost", b"Content-Length: 5", b"Transfer-Encoding: chunked"], False),
                ([b"Host: localhost", b"Content-Length: -1"], False),
                ([b"Host: localhost", b"Transfer-Encoding: " + value[:100]], False),
                (
                    [
                        b"Host: localhost",
                        b"Upgrade: websocket",
                        b"Connection: Upgrade",
                        b"Sec-WebSocket-Key: x",
                        b"Sec-WebSocket-Version: 13",
                    ],
                    False,
                ),
                ([b"Host: localhost", b"Expect: 100-continue"], True),
                ([b"Host: localhost", b"X: " + b"a" * 100_000], False),
                ([b"Host: localhost", *(b"X-%d: y" % number for number in range(1_000))], False),
                ([b"Host: localhost", b"no colon"], False),
                ([b"Host: localhost", b" folded: yes"], False),
                ([b"Host: localhost", b"\xff\xfe: \x80"], False),
            )
        )
        return Request("headers", _request(b"GET", path.encode(), headers), is_http=is_plain)

    def _method(self) -> Request:
        path = self._random.choice(
            [self._screen()[0], "/", "/health", "/static/app.css", "/sign-in", "/sign-out", "/search?q=a"]
        )
        method = self._random.choice(_METHODS)
        body = self._text().encode("utf-8", "replace") if method in ("POST", "PUT", "PATCH") else b""
        is_http = method.isalpha() and method.isupper() and len(method) < 20 and method != "CONNECT"
        headers = [b"Host: localhost", *([b"Content-Length: %d" % len(body)] if body else [])]
        return Request("methods", _request(method.encode(), path.encode(), headers, body), is_http=is_http)

    def _cookie(self) -> Request:
        value = (
            self._text()
            .encode("utf-8", "replace")
            .replace(b"\r", b"")
            .replace(b"\n", b"")
            .replace(b"\x00", b"")
        )
        name = self._random.choice(
            (b"touchpoint_session", b"", b"a; b; c", b"__Host-x", b"touchpoint_session=; touchpoint_session")
        )
        return Request(
            "cookies",
            _request(
                b"GET", self._screen()[0].encode(), [b"Host: localhost", b"Cookie: " + name + b"=" + value]
            ),
            is_http=False,
        )

    def _body(self) -> Request:
        text = self._text().encode("utf-8", "replace")
        body = self._random.choice(
            (
                b"token=" + text,
                b"token=" * 5_000,
                text * 50,
                b"\x00\xff" * 3_000,
                b'{"token": 1}',
                b"--x\r\nContent-Disposition: form-data",
                b"",
            )
        )
        kind = self._random.choice(
            (
                b"application/x-www-form-urlencoded",
                b"multipart/form-data; boundary=x",
                b"application/json",
                b"text/plain; charset=\xff",
                b"",
            )
        )
        length = self._random.choice((len(body), len(body), len(body), 0, len(body) // 2))
        headers = [b"Host: localhost", b"Content-Type: " + kind, b"Content-Length: %d" % length]
        path = self._random.choice(
            (
                b"/sign-in",
                b"/sign-out",
                b"/sign-in?next=https://evil.example/",
                b"/sign-in?next=//evil.example",
            )
        )
        return Request("bodies", _request(b"POST", path, headers, body), is_http=False)

    def _bytes(self) -> Request:
        sent = self._random.choice(
            (
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"GET /\r\n\r\n",
                b"\r\n\r\n\r\n",
                b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
                b"GET / HTTP/1.0\r\n\r\n",
                b"GET  /  HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"\x00" * 1_000,
                b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET /emails HTTP/1.1\nHost: localhost\n\n",
                b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
                _request(b"GET", b"/%zz%1", [b"Host: localhost"]),
                _request(b"POST", b"/sign-in", _CHUNKED, b"fffffffffffffffff\r\n"),
                bytes(self._random.randbytes(300)),
                _request(b"POST", b"/sign-in", _CHUNKED, b"5\r\ntoken\r\n0\r\n\r\n"),
            )
        )
        return Request("bytes", sent, is_http=False)


def get(address: str) -> bytes:
    """The request of an address, as a browser sends it."""
    return _request(b"GET", address.encode("utf-8", "replace"), [b"Host: localhost"])


def _request(method: bytes, address: bytes, headers: Sequence[bytes], body: bytes = b"") -> bytes:
    lines = [method + b" " + address + b" HTTP/1.1", *headers, b"Connection: close"]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
