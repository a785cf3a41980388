"""User agents of machines and of people."""

from __future__ import annotations

import pytest

from ingestion.lookups.machines import is_machine

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    "agent",
    [
        # Known by the list.
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "python-requests/2.31.0",
        # By their own words.
        "AcmeBot/1.0",
        "acme-robot",
        "Acme_bot_2",
        "ACMEBOT",
        "AcmeBotFetcher/3",
        "Docubot/1",
        "acme site crawler",
        "AcmeCrawler2",
        "AcmeSpiderPool/1.0",
        "spider",
        "Acme/1.0 (+https://acme.example/bots)",
        "Mozilla/5.0+(compatible; Acme; https://acme.example/robots)",
        # Health checks.
        "ELB-HealthChecker/2.0",
        "GoogleHC/1.0",
        "kube-probe/1.29",
        "Amazon-Route53-Health-Check-Service (ref 1; report http://amzn.to/1)",
        "Edge Health Probe",
        "HealthCheck/1.0",
        "Consul Health Check",
        "Envoy/HC",
        "AlwaysOn",
        "Azure Traffic Manager Endpoint Monitor",
        "Load Balancer Agent",
        "Acme Uptime",
        # Libraries.
        "Java/17.0.1",
        "Java-http-client/17.0.1",
        "GuzzleHttp/7",
        "node",
        "PostmanRuntime/7.29",
        "reqwest/0.11",
        "python-urllib3/2.0",
        "PycURL/7.43 libcurl/7.64",
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1",
    ],
)
def test_machines(agent: str) -> None:
    assert is_machine(agent)


@pytest.mark.parametrize(
    "agent",
    [
        f"Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) {_CHROME}",
        f"Mozilla/5.0 (Linux; Android 10; Cubot Note 20) {_CHROME}",
        f"Mozilla/5.0 (Linux; Android 4.4; M BOT 60) {_CHROME}",
        f"Mozilla/5.0 (Linux; Android 4.4; POWERBOT) {_CHROME}",
        f"Mozilla/5.0 (Linux; Android 4.4; BOT TAB-100) {_CHROME}",
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME}",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/400]",
        "Dalvik/2.1.0 (Linux; U; Android 10; NOH-NX9 Build/HUAWEINOH-N29)",
        "Shop/3.1 CFNetwork/1410 Darwin/22.0",
        "Talbots/5.2 CFNetwork/1410",
        "Roboto Reader/2",
        "BottomLine/3",
        "Spiderman Comics/1.0",
        "Nodebook/1.0",
        "Samsung Health/6.2",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.1; Pro)",
        "-",
        "",
    ],
)
def test_people(agent: str) -> None:
    assert not is_machine(agent)
