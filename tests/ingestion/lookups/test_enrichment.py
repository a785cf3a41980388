"""Countries and devices: from shipped data, each address and agent once."""

from __future__ import annotations

import time

from ingestion.lookups.countries import Countries
from tests.ingestion.zone import Zone, event

_CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/120.0 Safari/537.36"
)
_ANDROID = (
    "Mozilla/5.0 (Linux; Android 13; {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 {}Safari/537.36"
)


def test_countries() -> None:
    addresses = ["8.8.8.8", "81.2.69.142", "2a02:8109::1", "::ffff:8.8.8.8", "10.0.0.1", "255.255.255.255"]
    expected = ["US", "GB", "DE", "US", None, None]
    odd = ["", "x", "8.8.8", "8.8.8.8:25", "1e400", "::1"]
    assert Countries().of(addresses + odd) == expected + [None] * len(odd)
    assert Countries().of([]) == []


#: User agent, device (None: any), operating system, and whether it is a machine's.
AGENTS: list[tuple[str, str | None, str | None, bool]] = [
    (_CHROME, "desktop", "Windows", False),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15",
        "desktop",
        "Mac OS X",
        False,
    ),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15", "mobile", "iOS", False),
    ("Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15", "tablet", "iOS", False),
    (_ANDROID.format("Pixel 7", "Mobile "), "mobile", "Android", False),
    (_ANDROID.format("SM-T870", ""), "tablet", "Android", False),
    ("Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0) AppleWebKit/538.1", "other", "Tizen", False),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "other", None, True),
    (
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        None,
        None,
        True,
    ),
    ("something", "unknown", None, False),
    ("kube-probe/1.29", None, None, True),
    (_ANDROID.format("CUBOT X19", "Mobile "), "mobile", "Android", False),
]


def test_agents(zone: Zone) -> None:
    zone.put("\n".join(event(number, useragent=agent) for number, (agent, *_) in enumerate(AGENTS)))
    zone.land()
    found = {
        agent: told
        for agent, *told in zone.ledger(
            "select user_agent, device, operating_system, is_machine from user_agents"
        )
    }
    for agent, device, system, is_machine in AGENTS:
        assert found[agent][2] is is_machine, agent
        assert device is None or found[agent][:2] == [device, system], agent


def test_each_is_looked_up_once_and_nothing_else_is(zone: Zone) -> None:
    zone.put("\n".join([event(1, ip="8.8.8.8", useragent="a"), event(2, ip="", useragent="a"), event(3)]))
    zone.put(event(4, ip="8.8.8.8", useragent="b"), "b.ndjson")
    zone.put(event(5, ip="9.9.9.9", useragent="c", timestamp="bad"), "c.ndjson")
    zone.land()
    zone.put(event(6, ip="8.8.4.4", useragent="a"), "d.ndjson")
    zone.land()
    assert zone.ledger("select ip, country from ip_addresses order by 1") == [
        ("8.8.4.4", "US"),
        ("8.8.8.8", "US"),
    ]
    assert zone.ledger("select user_agent from user_agents order by 1") == [("a",), ("b",)]


def test_many_addresses_and_agents_take_seconds_at_most(zone: Zone) -> None:
    zone.put(
        "\n".join(
            event(i, ip=f"{i % 200 + 1}.{i // 256 % 256}.{i % 256}.7", useragent=f"{_CHROME} {i % 200}")
            for i in range(20_000)
        )
    )
    started = time.process_time()
    zone.land()
    assert time.process_time() - started < 20
    assert zone.ledger("select count(*) from user_agents") == [(200,)]
