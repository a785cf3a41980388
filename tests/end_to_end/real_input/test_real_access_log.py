"""A real web server's log, from landing zone to website marts, beside what another log analyser says of it.

The log lies outside the project (`../shared/data`); without it these tests skip and say so. Run with -s to read the
comparison.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from crawleruseragents import is_crawler

from tests.harness.paths import REAL_DATA
from tests.harness.worlds import ask, build, quick_builds, write_lines

LOG = REAL_DATA / "access_logs" / "semicomplete_combined.log"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LOG.is_file(), reason=f"the real access log is not here: {LOG} does not exist"),
]

HOST = "semicomplete.com"
PAGE = "/projects/xdotool/"
REDIRECT = "/projects/xdotool"
CRM = {
    "websites": ["website_id,name,hosts", f"w1,Semicomplete,www.{HOST};{HOST}"],
    "pages": ["page_id,name,url", f"p1,xdotool,http://{HOST}{PAGE}"],
    "redirect_urls": ["redirect_url_id,name,path,target_url", f"r1,xdotool,{REDIRECT},http://{HOST}{PAGE}"],
}

#: What GoAccess 1.7 says of the same log.
GOACCESS = {"hits": 10_000, "visitors": 2_095, "human hits": 8_195, "human visitors": 1_675}

_LINE = re.compile(r'(\S+) \S+ \S+ \[(.+?)\] "(.*?)" (\d+) \S+ "(.*?)" "([^"]*)')
#: Crawlers and libraries of this log that the list does not have.
_SAYS_ROBOT = re.compile(r"(?:bot|spider)\b|^Ruby$", re.IGNORECASE)
_PAGE_ENDINGS = (".html", ".htm", ".php", ".asp", ".aspx", ".jsp")


@dataclass(frozen=True)
class Request:
    """A line of the log, read by other means than the project's."""

    visitor: tuple[str, str]
    at: datetime
    method: str
    target: str
    status: int
    is_crawler: bool

    @property
    def path(self) -> str:
        """The target without its query."""
        return re.split(r"[?#]", self.target)[0]

    @property
    def is_visit(self) -> bool:
        """A page, asked for and given."""
        name = self.path.rpartition("/")[2].lower()
        is_page = "." not in name or name.endswith(_PAGE_ENDINGS)
        return self.method == "GET" and self.status == 200 and is_page

    @property
    def address(self) -> str:
        """The page as marts list it."""
        return f"https://{HOST}{self.path}".rstrip("/")


def _read() -> list[Request]:
    found = []
    for line in LOG.read_text(encoding="utf-8").splitlines():
        match = _LINE.match(line)
        assert match, line
        ip, time, request, status, _, agent = match.groups()
        method, target, _ = request.split(" ")
        found.append(
            Request(
                visitor=(ip, agent),
                at=datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z"),
                method=method,
                target=target,
                status=int(status),
                is_crawler=bool(is_crawler(agent) or _SAYS_ROBOT.search(agent)),
            )
        )
    return found


@pytest.fixture(scope="module")
def requests() -> list[Request]:
    return _read()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of one build: the log, the same log again under another name, and what the CRM knows."""
    root = tmp_path_factory.mktemp("access_log")
    landing = root / "landing"
    for day, name in (("2015-05-20", "access.log"), ("2015-05-21", "access.log.1")):
        target = landing / "weblog" / day / name
        target.parent.mkdir(parents=True)
        target.write_bytes(LOG.read_bytes())
    for entity, lines in CRM.items():
        write_lines(landing / "crm" / "2015-05-20" / f"{entity}.csv", lines)
    config = root / "touchpoint.yml"
    config.write_text(f"feeds: [{{name: weblog, adapter: access_log, host: {HOST}}}]")
    with quick_builds():
        build(landing, root / "home", "--config", str(config))
    return root / "home"


def test_nothing_is_lost_and_nothing_counts_twice(home: Path) -> None:
    books = ask(
        home,
        """select file, records_read, records_landed, duplicates, ignored, quarantined
        from marts.build_files where feed = 'weblog' order by file""",
    )
    assert books == [("access.log", 10_000, 10_000, 0, 0, 0), ("access.log.1", 10_000, 0, 10_000, 0, 0)]


def test_visits_are_the_pages_that_were_given(home: Path, requests: list[Request]) -> None:
    visits = [one for one in requests if one.is_visit]
    expected = Counter((f"https://{HOST}{one.target}", one.at, one.is_crawler) for one in visits)
    found = ask(home, "select website_id, url, occurred_at, is_machine from marts.mart_website_visits")
    assert {row[0] for row in found} == {"w1"}
    assert Counter(row[1:] for row in found) == expected


def test_pages_have_their_visits_and_visitors(home: Path, requests: list[Request]) -> None:
    visits = Counter(one.address for one in requests if one.is_visit)
    visitors = Counter(
        address for address, _ in {(one.address, one.visitor) for one in requests if one.is_visit}
    )
    human = {(one.address, one.visitor) for one in requests if one.is_visit and not one.is_crawler}
    human_visitors = Counter(address for address, _ in human)
    found = ask(home, "select url, visits, visitors, visitors_human from marts.mart_website_pages")
    assert sorted(found) == sorted(
        (url, count, visitors[url], human_visitors[url]) for url, count in visits.items()
    )


def test_days_have_their_visitors_and_sessions(home: Path, requests: list[Request]) -> None:
    visits: Counter[date] = Counter()
    visitors = defaultdict(set)
    times = defaultdict(list)
    for one in requests:
        if one.is_visit:
            visits[one.at.date()] += 1
            visitors[one.at.date()].add(one.visitor)
            times[one.visitor].append(one.at)
    sessions: Counter[date] = Counter()
    for moments in times.values():
        moments.sort()
        previous = [datetime.min.replace(tzinfo=moments[0].tzinfo), *moments]
        starts = (
            now
            for before, now in zip(previous, moments, strict=False)
            if now - before > timedelta(minutes=30)
        )
        sessions.update(start.date() for start in starts)
    found = ask(
        home, "select visit_date, visits, visitors, sessions from marts.mart_website_daily order by 1"
    )
    assert found == [(day, visits[day], len(visitors[day]), sessions[day]) for day in sorted(visits)]


def test_a_page_and_a_redirect_url_have_theirs(home: Path, requests: list[Request]) -> None:
    pages = sum(one.is_visit and one.path.rstrip("/") == REDIRECT for one in requests)
    clicks = sum(one.path == REDIRECT and one.status == 301 for one in requests)
    assert pages > 100
    assert clicks > 20
    assert ask(home, "select page_id, visits from marts.mart_page_kpis where page_id = 'p1'") == [
        ("p1", pages)
    ]
    found = ask(home, "select redirect_url_id, count(*) from marts.mart_redirect_url_clicks group by all")
    assert found == [("r1", clicks)]


def test_the_difference_to_another_analyser_is_explained(home: Path, requests: list[Request]) -> None:
    """GoAccess counts a visitor per address, user agent and day, but for answers that are client errors."""

    def by_day(chosen: list[Request]) -> int:
        return len({(one.visitor, one.at.date()) for one in chosen if not 400 <= one.status < 500})

    people = [one for one in requests if not one.is_crawler]
    visits = [one for one in requests if one.is_visit]
    ours = ask(
        home,
        """select count(*), count(distinct visitor_key), count(*) filter (not is_machine),
            count(distinct visitor_key) filter (not is_machine)
        from marts.mart_website_visits""",
    )[0]
    steps = [
        ("GoAccess: hits", GOACCESS["hits"], len(requests)),
        ("GoAccess: visitors (a day, no client errors)", GOACCESS["visitors"], by_day(requests)),
        ("... of the whole log", None, len({one.visitor for one in requests})),
        ("... who were given a page: visitors", ours[1], len({one.visitor for one in visits})),
        ("pages that were given: visits", ours[0], len(visits)),
        ("... without crawlers: visits_human", ours[2], sum(not one.is_crawler for one in visits)),
        ("... visitors_human", ours[3], len({one.visitor for one in visits if not one.is_crawler})),
    ]
    for words, stated, counted in steps:
        print(f"{words:48}{stated if stated is not None else '':>8}{counted:>8}")
    assert [stated for _, stated, _ in steps if stated] == [counted for _, stated, counted in steps if stated]
    # Crawlers: another list than GoAccess's, which finds 2 % more of the hits.
    print(f"{'GoAccess: hits without its crawlers':48}{GOACCESS['human hits']:>8}{len(people):>8}")
    print(f"{'GoAccess: visitors without its crawlers':48}{GOACCESS['human visitors']:>8}{by_day(people):>8}")
    assert 0 <= GOACCESS["human hits"] - len(people) < 0.02 * GOACCESS["hits"]
    assert 0 <= GOACCESS["human visitors"] - by_day(people) < 0.04 * GOACCESS["visitors"]
