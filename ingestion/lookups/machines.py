"""Decides by the user agent alone whether it belongs to a machine. dbt decides whether a machine's events
count.
"""

from __future__ import annotations

import re

from crawleruseragents import is_crawler

#: An agent calls itself a machine with a word that is, or ends in, bot, spider or crawler ("robot" does too):
#: `acmebot/1.0`, `Acme-Crawler`, `Acme_bot_2`. Further letters make another word (`bottom`, `Roboto`). Phones
#: of the brands Cubot, Power Bot, M Bot and Bot say the word as well, and people use them.
_LAST_IN_WORD = re.compile(
    r"(?<!(?<![a-z])cu)(?<!power)(?<!power[ _])(?<!(?<![a-z])m[ _])bot"
    r"(?![a-z]|[ _]tab|[ _]?5\d|[ _]senior|[ _]junior)"
    r"|(?:spider|crawler)(?![a-z])"
    r"|(?<![a-z])(?:ro)?bots(?![a-z])",
    re.IGNORECASE,
)
#: In camel case the word ends where the next one begins: `AcmeBotFetcher`.
_INSIDE_CAMEL_CASE = re.compile(r"(?:Bot|Spider|Crawler)(?=[A-Z])")

#: Load balancers, platforms and monitors that check whether a server is alive.
_HEALTH_CHECKS = re.compile(
    r"health[-_ ]*(?:check|prob|monitor)"
    r"|(?<![a-z])(?:kube|readiness|liveness|startup)[-_ ]?probe"
    r"|(?<![a-z])GoogleHC(?![a-z])"
    r"|(?<![a-z])Envoy/HC"
    r"|uptime|synthetics"
    r"|^(?:AlwaysOn|ReadyForRequest|SiteWarm-?up|IIS Application Initialization)(?![a-z])"
    r"|^(?:Load Balancer Agent|Azure Traffic Manager|Prometheus|HAProxy)(?![a-z])",
    re.IGNORECASE,
)

#: Libraries and tools for programs that fetch pages, which the list of crawlers does not contain.
_LIBRARIES = re.compile(
    r"http-?(?:async-?)?client|libcurl|urllib|lua-resty-http|PowerShell/"
    r"|^(?:ApacheBench|Bun|Deno|fasthttp|Faraday|Go http package|Guzzle(?:Http)?|hackney|http\.rb|HTTP-Tiny"
    r"|hyper|insomnia|Java|JMeter|k6|Ktor client|LWP::Simple|Microsoft BITS|Mojolicious|node|Perl|PHP|Postman"
    r"|PostmanRuntime|PycURL|ReactorNetty|req|reqwest|RestClient|rest-client|RestSharp|Ruby|superagent"
    r"|Typhoeus|undici|unirest(?:-\w+)?|vegeta|WinHttp(?:\.\w+)*|Zend_Http_Client)(?![a-z.-])",
    re.IGNORECASE,
)


def is_machine(agent: str) -> bool:
    """Whether a user agent is a known crawler or scanner, calls itself one, checks health or is a library."""
    return is_crawler(agent) or any(
        pattern.search(agent) is not None
        for pattern in (_LAST_IN_WORD, _INSIDE_CAMEL_CASE, _HEALTH_CHECKS, _LIBRARIES)
    )
