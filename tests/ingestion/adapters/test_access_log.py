"""Lines of access logs, as they land."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.config import Config, parse_config
from ingestion.errors import ConfigError
from ingestion.landing.feed import Feed
from ingestion.replay.run import Scope, replay
from ingestion.values.visitor_hash import DEFAULT_KEY, KEY_VARIABLE
from tests.ingestion.adapters.feeds import land_lines
from tests.ingestion.zone import Zone

ARRIVAL = "2026-03-01"
TIME = "01/Mar/2026:10:05:03 +0000"
INSTANT = datetime(2026, 3, 1, 10, 5, 3, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64)"


def line(
    request: str = "GET /p?utm=1 HTTP/1.1",
    *,
    before: str = "192.0.2.1 - -",
    time: str = TIME,
    status: str = "200",
    referrer: str = "https://search.example/",
    agent: str = AGENT,
    size: str = "512",
) -> str:
    return f'{before} [{time}] "{request}" {status} {size} "{referrer}" "{agent}"'


def rows(tmp_path: Path, *lines: str, feed: Feed | None = None) -> list[dict[str, Any]]:
    if feed is None:
        return land_lines(tmp_path, "access_log", lines, arrival=ARRIVAL).rows
    zone = Zone(tmp_path)
    zone.put("\n".join(lines), day=ARRIVAL, feed="access_log")
    zone.land(Config(feeds=(feed,)))
    names = ("host", "occurred_at")
    return [dict(zip(names, row, strict=True)) for row in zone.rows(", ".join(names))]


#: What stands before the time, the host and the client's address.
BEFORE = [
    ("192.0.2.1 - -", None, "192.0.2.1"),
    ('192.0.2.1 - "Ann \\"A\\" Smith"', None, "192.0.2.1"),
    ("192.0.2.1 - ann@shop.example", None, "192.0.2.1"),
    ("2001:db8::1 - -", None, "2001:db8::1"),
    ("::1 - -", None, "::1"),
    ("www.example.com 192.0.2.1 - -", "www.example.com", "192.0.2.1"),
    ("www.example.com:8080 2001:db8::1 - -", "www.example.com", "2001:db8::1"),
    ("WWW.example.com. 192.0.2.1 - -", "www.example.com", "192.0.2.1"),
    ("[::1]:80 192.0.2.1 - -", "[::1]", "192.0.2.1"),
    ("- 192.0.2.1 - -", None, "192.0.2.1"),
    ("_ 192.0.2.1 - -", None, "192.0.2.1"),
    ("- - -", None, None),
]


def test_a_virtual_host_may_come_first(tmp_path: Path) -> None:
    found = rows(tmp_path, *(line(before=before) for before, *_ in BEFORE))
    assert [(row["host"], row["ip"]) for row in found] == [(host, ip) for _, host, ip in BEFORE]
    assert all((row["visitor_id"] is None) == (row["ip"] is None) for row in found)


def test_the_feed_says_the_host_where_lines_do_not(tmp_path: Path) -> None:
    feed = Feed("access_log", "access_log", "access_log", host="Shop.example:443")
    lines = [line(), line(before="www.example.com:80 192.0.2.1 - -"), line(before="_ 192.0.2.1 - -")]
    found = [row["host"] for row in rows(tmp_path, *lines, feed=feed)]
    assert found == ["shop.example", "www.example.com", "shop.example"]


REQUESTS = [
    ("GET / HTTP/1.1", "GET", "/"),
    ("get /a b HTTP/2.0", "GET", "/a b"),
    ("GET /old", "GET", "/old"),
    ("GET http://other.example/x HTTP/1.1", "GET", "http://other.example/x"),
    (r"GET /\"quoted\"\\path?q=\x22 HTTP/1.1", "GET", r'/"quoted"\path?q="'),
    (r"GET /a\\\"b HTTP/1.1", "GET", r"/a\"b"),
    (r"GET /caf\xc3\xa9 HTTP/1.1", "GET", r"/caf\xc3\xa9"),
    ("OPTIONS * HTTP/1.0", "OPTIONS", "*"),
    (r"\x16\x03\x01\x02", None, None),
    ("-", None, None),
    ("", None, None),
    ("GET", None, None),
]


def test_a_request_line_says_what_was_asked_or_nothing(tmp_path: Path) -> None:
    found = rows(tmp_path, *(line(request, status="400") for request, *_ in REQUESTS))
    assert [(row["http_method"], row["target"]) for row in found] == [
        (method, target) for _, method, target in REQUESTS
    ]


def test_a_dash_is_nothing(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, line(status="-", referrer="-", agent="-", size="-"))
    assert (row["http_status"], row["referrer"], row["user_agent"]) == (None, None, None)


def test_quotes_in_a_user_agent_are_its_own(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, line(agent=r"A \"B\" (C\\D)", referrer=r"https://r/?q=\"x\""))
    assert (row["user_agent"], row["referrer"]) == ('A "B" (C\\D)', 'https://r/?q="x"')


TAILS = [
    ("", None),
    (' "https://r" "UA" "10.0.0.1" 0.003', "UA"),
    (' "https://r" "UA; +http://long', "UA; +http://long"),
    (' "https://r" "UA "unescaped" too"', "UA "),
]


def test_a_line_may_end_earlier_or_later(tmp_path: Path) -> None:
    found = rows(tmp_path, *(f'192.0.2.1 - - [{TIME}] "GET / HTTP/1.1" 200 5{tail}' for tail, _ in TAILS))
    assert [(row["target"], row["user_agent"]) for row in found] == [("/", agent) for _, agent in TAILS]


def test_times_have_offsets_or_the_zone_of_the_feed(tmp_path: Path) -> None:
    times = ["01/Mar/2026:12:05:03 +0200", "01/Mar/2026:04:35:03 -0530", "01/Mar/2026:11:05:03"]
    feed = Feed("access_log", "access_log", "access_log", timezone="Europe/Berlin")
    found = rows(tmp_path, *(line(time=time) for time in times), feed=feed)
    assert [row["occurred_at"] for row in found] == [INSTANT] * 3
    (row,) = rows(tmp_path, line(time="01/Mar/2026:10:05:03"))
    assert row["occurred_at"] == INSTANT


BAD = [
    ("hello world", "wrong_shape"),
    ("\t" + line(), "wrong_shape"),
    ('192.0.2.1 - - "GET / HTTP/1.1" 200 5', "wrong_shape"),
    (line(before="localhost - -"), "wrong_shape"),
    (line(before="192.0.2.1 - Ann Smith"), "wrong_shape"),
    (f'192.0.2.1 - - [{TIME}] "GET / HTTP/1.1" 200 5 0.003', "wrong_shape"),
    (f'192.0.2.1 - - [{TIME}] "GET / HTTP/1.1 200 5', "wrong_shape"),
    (f'192.0.2.1 - - [{TIME}] "GET / HTTP/1.1" OK 5', "wrong_shape"),
    ('{"type": "page"}', "wrong_shape"),
    (line(time="01/Foo/2026:10:05:03 +0000"), "bad_timestamp"),
    (line(time="31/Feb/2026:10:05:03 +0000"), "bad_timestamp"),
    (line(time="yesterday"), "bad_timestamp"),
    (line(time="09/Mar/2026:10:05:03 +0000"), "out_of_range"),
    (line(time="01/Mar/1989:10:05:03 +0000"), "out_of_range"),
]


def test_what_is_no_log_line_is_quarantined_as_it_stands(zone: Zone) -> None:
    good = line() + "\n"
    for number, (bad, _) in enumerate(BAD):
        zone.put(good + bad + "\r\n\n" + good, f"{number:02}.log", day=ARRIVAL, feed="access_log")
    zone.land()
    assert zone.quarantine("line, byte_offset, reason_code, raw_text") == [
        (2, len(good), reason_code, bad) for bad, reason_code in BAD
    ]
    assert zone.rows("line_number") == [(1,)] * len(BAD) + [(4,)] * len(BAD)
    assert zone.books() == [(3, 2, 0, 1)] * len(BAD)


def test_equal_lines_have_equal_hashes_and_all_land(tmp_path: Path) -> None:
    found = rows(tmp_path, line(), line(status="304"), line())
    hashes = [row["line_hash"] for row in found]
    assert hashes[0] == hashes[2] != hashes[1]


def keyed(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize("key", [None, "", "schlüssel"])
def test_a_visitor_is_a_keyed_hash_of_address_and_user_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    if key is not None:
        monkeypatch.setenv(KEY_VARIABLE, key)
    lines = [
        line(before="2001:DB8::1 - -"),
        line("GET /other HTTP/1.1", before="2001:db8::1 - -"),
        line(agent="B"),
        line(agent="-"),
    ]
    found = [row["visitor_id"] for row in rows(tmp_path, *lines)]
    messages = [f"2001:db8::1\n{AGENT}", f"2001:db8::1\n{AGENT}", "192.0.2.1\nB", "192.0.2.1\n"]
    assert found == [keyed(key or DEFAULT_KEY, message) for message in messages]


def test_addresses_and_agents_are_looked_up(zone: Zone) -> None:
    crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    zone.put(line(before="8.8.8.8 - -") + "\n" + line(agent=crawler), day=ARRIVAL, feed="access_log")
    zone.land()
    assert ("8.8.8.8", "US") in zone.ledger("select ip, country from ip_addresses")
    assert set(zone.ledger("select user_agent, is_machine from user_agents")) == {
        (AGENT, False),
        (crawler, True),
    }


@pytest.mark.parametrize("block_bytes", [1_000, 64 * 2**20])
def test_lines_longer_than_a_block_and_bytes_that_are_no_text_cost_nothing_else(
    zone: Zone, block_bytes: int
) -> None:
    long = line("GET /" + "x" * 3_000 + " HTTP/1.1")
    lines = [line(f"GET /{number} HTTP/1.1").encode() for number in range(30)]
    lines[7] = lines[7].replace(b"/7", b"/\xe9")
    lines[12] = long.encode()
    lines[20] = b"nonsense"
    lines[25] = b"  "
    lines[27] = lines[27].replace(b"/27", b"/\xe9")
    zone.put(b"\xef\xbb\xbf" + b"\n".join(lines), day=ARRIVAL, feed="access_log")
    zone.put(line("GET /second HTTP/1.1"), name="b.log", day=ARRIVAL, feed="access_log")
    zone.land(block_bytes=block_bytes)
    assert zone.books() == [(29, 26, 0, 3), (1, 1, 0, 0)]
    starts = [3 + sum(len(one) + 1 for one in lines[:number]) for number in (7, 20, 27)]
    assert zone.quarantine() == [
        (8, starts[0], None, "not_utf8"),
        (21, starts[1], 0, "wrong_shape"),
        (28, starts[2], None, "not_utf8"),
    ]
    assert {target for (target,) in zone.rows("target")} == {
        *(f"/{number}" for number in range(30) if number not in (7, 12, 20, 25, 27)),
        "/" + "x" * 3_000,
        "/second",
    }


def test_a_record_over_16_mib_is_too_large(zone: Zone) -> None:
    large = line("GET /" + "x" * (17 * 2**20) + " HTTP/1.1")
    zone.put(f"{line()}\n{large}\n{line()}\n", day=ARRIVAL, feed="access_log")
    zone.land()
    assert zone.quarantine() == [(2, len(line()) + 1, None, "too_large")]
    assert zone.books() == [(3, 2, 0, 1)]


@pytest.mark.parametrize("size", [17, 70])
def test_a_record_over_a_whole_block_is_too_large(zone: Zone, size: int) -> None:
    large = line("GET /" + "x" * (size * 2**20) + " HTTP/1.1")
    zone.put(f"{large}\n\n{line()}\n{line()}", day=ARRIVAL, feed="access_log")
    zone.land(block_bytes=16 * 2**20)
    assert zone.quarantine() == [(1, 0, None, "too_large")]
    assert zone.rows("line_number, byte_offset") == [(3, len(large) + 2), (4, len(large) + len(line()) + 3)]
    assert zone.books() == [(3, 2, 0, 1)]


def test_a_torn_archive_is_quarantined_as_a_file(zone: Zone) -> None:
    import gzip

    whole = gzip.compress("\n".join(line(f"GET /{n} HTTP/1.1") for n in range(2_000)).encode())
    zone.put(whole[: len(whole) // 2], name="torn.log.gz", day=ARRIVAL, feed="access_log")
    zone.put(whole, name="whole.log.gz", day=ARRIVAL, feed="access_log")
    zone.land(block_bytes=4_000)
    assert zone.ledger("select file, file_quarantined, records_read from files order by file") == [
        ("torn.log.gz", True, 0),
        ("whole.log.gz", False, 2_000),
    ]
    assert len(zone.rows("target")) == 2_000


def test_the_key_of_visitors_is_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "a-key-that-stays-in-the-environment"
    monkeypatch.setenv(KEY_VARIABLE, key)
    zone = Zone(tmp_path)
    zone.put(line() + "\nno log line\n", day=ARRIVAL, feed="access_log")
    report = zone.land()
    assert len(zone.rows("visitor_id")) == 1
    padded = key.encode().ljust(hashlib.sha256().block_size, b"\0")
    derived = [bytes(byte ^ pad for byte in padded) for pad in (0x36, 0x5C)]
    hidden = [key.encode(), hashlib.sha256(key.encode()).hexdigest().encode(), *derived]
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(secret in content for secret in hidden), path
    assert key not in repr(report)


#: A line in another format than combined, what the message calls it, and what the feed says so that it is read.
OTHERS = {
    "X-Forwarded-For first": (
        line(before="198.51.100.7, 10.0.0.5 - -"),
        "X-Forwarded-For",
        {"format": '%{X-Forwarded-For}i %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i"',
         "client": "X-Forwarded-For"},
    ),
    "X-Forwarded-For last": (
        line(before="10.0.0.5 - -") + ' "198.51.100.7, 10.0.0.4"',
        None,
        {"format": """log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';""",
         "client": "x-forwarded-for"},
    ),
    "host second": (
        line(before="198.51.100.7 www.example.com -"),
        "host after the client",
        {"format": r'LogFormat "%h %V %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-Agent}i\"" lighttpd'},
    ),
    "time before the referrer": (
        f'198.51.100.7 - - [{TIME}] "GET /p?utm=1 HTTP/1.1" 200 5 0.003 "https://r" "{AGENT}"',
        "format string",
        {"format": '%h %l %u %t "%r" %>s %b %D "%{Referer}i" "%{User-Agent}i"'},
    ),
    "time in ISO 8601, host in quotes": (
        f'198.51.100.7 - - [2026-03-01T10:05:03+00:00] "www.example.com" "GET /p?utm=1 HTTP/1.1" 200 5 "-" "{AGENT}" 0.1',
        "ISO 8601",
        {"format": '$remote_addr - $remote_user [$time_iso8601] "$host" "$request" $status $body_bytes_sent'
                   ' "$http_referer" "$http_user_agent" $request_time'},
    ),
    "container runtime": (
        f"2026-03-01T10:05:04.1Z stdout F {line(before='198.51.100.7 - -')}",
        "container",
        {"format": '%{time}e %{stream}e %{tag}e %h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'},
    ),
    "pipes": (
        "1772359503.000|198.51.100.7|www.example.com|GET /p?utm=1 HTTP/1.0|200|0.026|" + AGENT,
        "format string",
        {"format": "$msec|$remote_addr|$host|$request|$status|$request_time|$http_user_agent"},
    ),
    "method and target apart": (
        f'198.51.100.7 [2026-03-01 10:05:03 +0000] GET /p?utm=1 200 "{AGENT}"',
        "format string",
        {"format": '%h [%{%Y-%m-%d %H:%M:%S %z}t] %m %U%q %>s "%{User-Agent}i"'},
    ),
    "nginx JSON": (
        '{"time_local": "01/Mar/2026:10:05:03 +0000", "remote_addr": "198.51.100.7", "request_method": "GET",'
        ' "request_uri": "/p?utm=1", "status": 200, "http_user_agent": "AGENT", "http_host": "www.example.com"}'.replace("AGENT", AGENT),
        "JSON",
        {"format": "json"},
    ),
    "Caddy JSON": (
        '{"ts": 1772359503.0, "request": {"remote_ip": "10.0.0.5", "method": "GET", "host": "www.example.com",'
        ' "uri": "/p?utm=1", "headers": {"User-Agent": ["AGENT"], "X-Forwarded-For": ["198.51.100.7, 10.0.0.4"]}},'
        ' "status": 200}'.replace("AGENT", AGENT),
        "JSON",
        {"format": "json", "client": "X-Forwarded-For"},
    ),
    "ALB": (
        "https 2026-03-01T10:05:03.000000Z app/lb/50dc 198.51.100.7:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366"
        f' "GET https://www.example.com:443/p?utm=1 HTTP/2.0" "{AGENT}" ECDHE TLSv1.2 - "-" "-"',
        "load balancer",
        {"format": "alb"},
    ),
}  # fmt: skip


def reading(settings: Iterable[Mapping[str, str | None]]) -> Config:
    """A feed for each of these formats, called by its number."""
    return parse_config(
        {
            "feeds": [
                {"name": f"feed_{number}", "adapter": "access_log", **one}
                for number, one in enumerate(settings)
            ]
        }
    )


def test_a_line_in_another_format_is_named_and_read_once_the_feed_says_so(tmp_path: Path) -> None:
    refusing, zone = Zone(tmp_path / "refusing"), Zone(tmp_path / "reading")
    for number, (text, _, _) in enumerate(OTHERS.values()):
        refusing.put(text, f"{number:02}.log", day=ARRIVAL, feed="access_log")
        zone.put(text, day=ARRIVAL, feed=f"feed_{number}")
    refusing.land()
    messages = dict(refusing.quarantine("file, message"))
    zone.land(reading(settings for *_, settings in OTHERS.values()))
    assert zone.quarantine() == []
    for number, (other, (text, named, _)) in enumerate(OTHERS.items()):
        message = messages.get(f"{number:02}.log")
        assert message is None if named is None else named in message and "touchpoint.yml" in message, other
        ((ip, target, at, status, agent, host),) = zone.rows(
            "ip, target, occurred_at, http_status, user_agent, host", feed=f"feed_{number}"
        )
        assert (ip, at, status, agent) == ("198.51.100.7", INSTANT, 200, AGENT), other
        assert target.removeprefix("https://www.example.com") == "/p?utm=1", other
        assert host == ("www.example.com" if "www.example.com" in text and other != "ALB" else None), other


W3C = """#Software: Microsoft Internet Information Services 10.0
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) cs(Referer) sc-status
2026-03-01 10:05:03 10.0.0.1 GET /p utm=1 198.51.100.7 Mozilla/5.0+(X11;+Linux+x86_64) - 200
#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)
2026-03-01\t10:05:03\t198.51.100.7\tGET\t/p\t200\tMozilla/5.0%20(X11;%20Linux%20x86_64)
2026-03-01\t10:05:03\t198.51.100.7\tGET
"""


@pytest.mark.parametrize("block_bytes", [200, 64 * 2**20])
def test_a_w3c_log_says_its_fields_and_may_change_them(zone: Zone, block_bytes: int) -> None:
    zone.put(W3C, day=ARRIVAL, feed="access_log")
    config = parse_config({"feeds": [{"name": "access_log", "format": "w3c"}]})
    zone.land(config, block_bytes=block_bytes)
    assert sorted(zone.rows("line_number, ip, target, occurred_at, http_status, user_agent")) == [
        (3, "198.51.100.7", "/p?utm=1", INSTANT, 200, AGENT),
        (5, "198.51.100.7", "/p", INSTANT, 200, AGENT),
    ]
    assert zone.quarantine("line, reason_code") == [(6, "wrong_shape")]
    assert zone.books() == [(6, 2, 3, 1)]


def test_a_w3c_log_is_read_again_once_the_feed_says_so(zone: Zone) -> None:
    zone.put(W3C, day=ARRIVAL, feed="access_log")
    zone.land()
    assert all("`format: w3c`" in message for (message,) in zone.quarantine("message"))
    assert zone.books() == [(6, 0, 0, 6)]
    config = parse_config({"feeds": [{"name": "access_log", "format": "w3c"}]})
    replay(zone.home, zone.landing, config, Scope())
    assert zone.books() == [(6, 2, 3, 1)]
    assert sorted(zone.rows("line_number, ip")) == [(3, "198.51.100.7"), (5, "198.51.100.7")]


#: Lines that resemble the combined format, or the one that the feed is said to have.
IN_THE_WRONG_PLACE = {
    "user agent before the referrer": (line(referrer=AGENT, agent="https://r.example/"), None),
    "addresses before the referrer": (line(referrer="203.0.113.9", agent="https://r/") + f' "{AGENT}"', None),
    "addresses instead of the referrer": (line(referrer="203.0.113.9, 10.0.0.1"), None),
    "host before the referrer": (line(referrer="www.example.com", agent="-") + f' "{AGENT}"', None),
    "host as the user": (line(before="192.0.2.1 - www.example.com"), None),
    "address as the user": (line(before="192.0.2.1 - 203.0.113.9"), None),
    "port": (line(before="192.0.2.1:5123 - -"), None),
    "syslog": (line(before="<134>Mar  1 10:05:03 web nginx: 192.0.2.1 - -"), None),
    "combined, addresses first": (line(before="198.51.100.7, 10.0.0.5 - -"), "combined"),
    "combined, host first": (line(before="www.example.com 198.51.100.7 - -"), "combined"),
    "combined, host second": (line(before="198.51.100.7 www.example.com -"), "combined"),
    "vhost_combined, host second": (line(before="198.51.100.7 www.example.com - -"), "vhost_combined"),
    "string, host first": (line(before="www.example.com 198.51.100.7 - -"), '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"'),
    "JSON without a status": (f'{{"time_local": "{TIME}", "remote_addr": "198.51.100.7", "request": "GET / HTTP/1.1"}}', "json"),
    "JSON without a client": (f'{{"time_local": "{TIME}", "status": 200, "request": "GET / HTTP/1.1"}}', "json"),
    "JSON without a request": (f'{{"time_local": "{TIME}", "status": 200, "remote_addr": "198.51.100.7"}}', "json"),
    "Docker's JSON": ('{"log": "x", "stream": "stdout", "time": "2026-03-01T10:05:03.1Z"}', "json"),
    "W3C without a status": ("2026-03-01 10:05:03 198.51.100.7 GET /p", "w3c"),
}  # fmt: skip


def test_no_field_is_guessed(zone: Zone) -> None:
    for number, (text, log_format) in enumerate(IN_THE_WRONG_PLACE.values()):
        if log_format == "w3c":
            text = f"#Fields: date time c-ip cs-method cs-uri-stem\n{text}"
        zone.put(text, day=ARRIVAL, feed=f"feed_{number}")
    zone.land(reading({"format": log_format} for _, log_format in IN_THE_WRONG_PLACE.values()))
    assert zone.rows("feed, target") == []
    assert dict(zone.quarantine("feed, reason_code")) == {
        f"feed_{number}": "wrong_shape" for number in range(len(IN_THE_WRONG_PLACE))
    }


_REQUEST_AND_STATUS = '"GET /p HTTP/1.1" 200'
#: A format and a line of it that holds a request of 198.51.100.7 for www.example.com (where it says so).
READ_RIGHT = {
    "addresses, then the host": (
        "198.51.100.7, 10.0.0.5 www.example.com - - " + line("GET /p HTTP/1.1", before="").lstrip(),
        '%{X-Forwarded-For}i %v %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"', "X-Forwarded-For"),
    "address with a port": (
        f'198.51.100.7:5123 - - [{TIME}] {_REQUEST_AND_STATUS}',
        '%{X-Forwarded-For}i %l %u %t "%r" %>s', "%{X-Forwarded-For}i"),
    "unknown client in the header": (
        f'198.51.100.7 "unknown" [{TIME}] {_REQUEST_AND_STATUS}',
        '%h "%{X-Real-IP}i" %t "%r" %>s', "X-Real-IP"),
    "addresses in brackets": (
        f'10.0.0.5 (198.51.100.7) - - [{TIME}] {_REQUEST_AND_STATUS}',
        '%h (%{X-Forwarded-For}i) %l %u %t "%r" %>s', "X-Forwarded-For"),
    "proxy first": (
        f'10.0.0.1 198.51.100.7 [{TIME}] {_REQUEST_AND_STATUS}',
        '$realip_remote_addr $remote_addr [$time_local] "$request" $status', None),
    "two hosts": (
        f'_ 198.51.100.7 [{TIME}] {_REQUEST_AND_STATUS} "www.example.com"',
        '$server_name $remote_addr [$time_local] "$request" $status "$host"', None),
    "two statuses": (
        f'198.51.100.7 [{TIME}] "GET /p HTTP/1.1" 302 200', '%h %t "%r" %s %>s', None),
    "condition": (
        f'198.51.100.7 [{TIME}] {_REQUEST_AND_STATUS} "{AGENT}"', '%h %t "%r" %>s "%!200,304{User-Agent}i"', None),
    "tabs": (f'198.51.100.7\t[{TIME}]\t{_REQUEST_AND_STATUS}', r'LogFormat "%h\t%t\t\"%r\" %>s" tabs', None),
    "two blanks": (f'198.51.100.7  [{TIME}] {_REQUEST_AND_STATUS}', '%h  %t "%r" %>s', None),
    "time and its fraction": (
        f'198.51.100.7 [2026-03-01 10:05:03.123] {_REQUEST_AND_STATUS}',
        '%h [%{%F %T}t.%{msec_frac}t] "%r" %>s', None),
    "date and time apart": (
        f'198.51.100.7 2026-03-01 - 10:05:03 {_REQUEST_AND_STATUS}', '%h %{%Y-%m-%d}t - %{%T}t "%r" %>s', None),
    "day filled up": (
        f'198.51.100.7 [ 1/Mar/2026 10:05:03] {_REQUEST_AND_STATUS}', '%h [%{%e/%b/%Y %T}t] "%r" %>s', None),
    "seconds since 1970": (f'198.51.100.7 1772359503 {_REQUEST_AND_STATUS}', '%h %{%s}t "%r" %>s', None),
    "milliseconds": (f'198.51.100.7 1772359503000 {_REQUEST_AND_STATUS}', '%h %{msec}t "%r" %>s', None),
    "microseconds": (f'198.51.100.7 1772359503000000 {_REQUEST_AND_STATUS}', '%h %{usec}t "%r" %>s', None),
    "JSON as a log_format": (
        '{"t":"2026-03-01T10:05:03+00:00","ip":"198.51.100.7","r":"GET /p HTTP/1.1","s":"200"}',
        """log_format js escape=json '{"t":"$time_iso8601","ip":"$remote_addr",'
                             '"r":"$request","s":"$status"}';""", None),
    "JSON of an old Caddy": (
        '{"ts": 1772359503.0, "request": {"remote_addr": "198.51.100.7:555", "method": "GET", "host":'
        ' "www.example.com:443", "uri": "/p"}, "status": 200}', "json", None),
    "JSON without escape=json": (
        f'{{"time_local": "{TIME}", "remote_addr": "198.51.100.7", "request": "GET /p HTTP/1.1", "status": 200,'
        r' "http_user_agent": "a \x22b\x22"}', "json", None),
    "W3C of Windows": (
        "#Fields: date time c-ip cs-method cs-uri-stem sc-status\r\n2026-03-01 10:05:03 198.51.100.7 GET /p 200\r\n",
        "w3c", None),
    "CloudFront": (
        "#Version: 1.0\n#Fields: date time c-ip cs-method cs(Host) cs-uri-stem sc-status cs(User-Agent) x-host-header\n"
        "2026-03-01\t10:05:03\t198.51.100.7\tGET\td1.cloudfront.net\t/p\t200\tA%2520B%ff\twww.example.com", "w3c", None),
    "classic load balancer": (
        "2026-03-01T10:05:03.000000Z lb 198.51.100.7:2817 10.0.0.1:80 0.0 0.0 0.0 200 200 0 29"
        ' "GET /p HTTP/1.1" "curl/8" - -', "alb", None),
}  # fmt: skip


def test_formats_are_read_as_they_stand_in_configurations(zone: Zone) -> None:
    for number, (text, *_) in enumerate(READ_RIGHT.values()):
        zone.put(text, day=ARRIVAL, feed=f"feed_{number}")
    zone.land(reading({"format": text, "client": client} for _, text, client in READ_RIGHT.values()))
    assert zone.quarantine("feed, message") == []
    found = {feed: row for feed, *row in zone.rows("feed, ip, target, http_status, occurred_at, host")}
    for number, (name, (text, *_)) in enumerate(READ_RIGHT.items()):
        host = "www.example.com" if "www.example.com" in text else None
        assert found[f"feed_{number}"] == ["198.51.100.7", "/p", 200, INSTANT, host], name


def test_nobody_is_no_visitor(zone: Zone) -> None:
    asked = {"time_local": TIME, "request": "GET /p HTTP/1.1", "status": 200}
    lines = [json.dumps(asked | {"remote_addr": client}) for client in ("", "-", "unix:")]
    zone.put("\n".join(lines), day=ARRIVAL, feed="access_log")
    zone.land(parse_config({"feeds": [{"name": "access_log", "format": "json"}]}))
    assert zone.rows("ip, visitor_id, target") == [(None, None, "/p")] * 3


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"format": "combind"}, "the nearest name is `combined`"),
        (
            {"format": "%h %t"},
            "must have the client, the time, the request and the status: %h, %t, %r and %>s",
        ),
        ({"format": "$remote_addr [$time_local]"}, "$request and $status"),
        ({"client": "X-Forwarded-For"}, "needs a format that has it"),
        ({"format": "combined", "client": "X-Forwarded-For"}, "needs a format string that has it"),
        ({"format": '%h %t "%r" %>s', "client": "X-Real-IP"}, "is no header that `format` has"),
        ({"format": '%h %{%Q}t "%r" %>s'}, "a form of the time, `%Q`"),
        ({"adapter": "sendgrid", "format": "json"}, "`format` is for feeds of the adapter `access_log`"),
    ],
)
def test_a_format_that_cannot_be_read_is_a_usage_error(settings: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config({"feeds": [{"name": "access_log", **settings}]})
    assert words in str(refused.value)
