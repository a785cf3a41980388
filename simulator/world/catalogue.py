"""Fixed tables: places, IP addresses, user agents, names, and text that breaks naive programs.

They are written by hand so that the truth does not depend on the libraries that the pipeline uses.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A city as a feed reports it. Latitude and longitude are None for feeds that report none."""

    country: str
    region: str
    city: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """A user agent, and the device, client and operating system that a parser finds in it."""

    text: str
    device: str
    client: str
    operating_system: str


COUNTRY_NAMES = {
    "US": "United States", "GB": "United Kingdom", "DE": "Germany", "FR": "France", "ES": "Spain",
    "IT": "Italy", "NL": "Netherlands", "BE": "Belgium", "CH": "Switzerland", "AT": "Austria",
    "PL": "Poland", "SE": "Sweden", "DK": "Denmark", "JP": "Japan", "AU": "Australia", "IN": "India",
    "BR": "Brazil", "CA": "Canada",
}  # fmt: skip
COUNTRIES = tuple(COUNTRY_NAMES)

#: One city per country, for feeds that report coordinates.
PLACES = (
    Place("US", "Illinois", "Chicago", 41.8781, -87.6298),
    Place("GB", "England", "London", 51.5074, -0.1278),
    Place("DE", "Berlin", "Berlin", 52.52, 13.405),
    Place("FR", "Île-de-France", "Paris", 48.8566, 2.3522),
    Place("ES", "Madrid", "Madrid", 40.4168, -3.7038),
    Place("IT", "Lazio", "Rome", 41.9028, 12.4964),
    Place("NL", "North Holland", "Amsterdam", 52.3676, 4.9041),
    Place("BE", "Brussels", "Brussels", 50.8503, 4.3517),
    Place("CH", "Zurich", "Zürich", 47.3769, 8.5417),
    Place("AT", "Vienna", "Vienna", 48.2082, 16.3738),
    Place("PL", "Mazovia", "Warsaw", 52.2297, 21.0122),
    Place("SE", "Stockholm", "Stockholm", 59.3293, 18.0686),
    Place("DK", "Capital Region", "Copenhagen", 55.6761, 12.5683),
    Place("JP", "Tokyo", "Tokyo", 35.6762, 139.6503),
    Place("AU", "New South Wales", "Sydney", -33.8688, 151.2093),
    Place("IN", "Karnataka", "Bengaluru", 12.9716, 77.5946),
    Place("BR", "São Paulo", "São Paulo", -23.5505, -46.6333),
    Place("CA", "Quebec", "Montréal", 45.5017, -73.5673),
)
#: Another city per country, for feeds that report a city without coordinates, so that no city has both.
PLACES_WITHOUT_COORDINATES = (
    Place("US", "Texas", "Austin"),
    Place("GB", "Scotland", "Edinburgh"),
    Place("DE", "Bavaria", "Munich"),
    Place("FR", "Occitanie", "Toulouse"),
    Place("ES", "Catalonia", "Barcelona"),
    Place("IT", "Lombardy", "Milan"),
    Place("NL", "South Holland", "Rotterdam"),
    Place("BE", "Flanders", "Ghent"),
    Place("CH", "Geneva", "Geneva"),
    Place("AT", "Styria", "Graz"),
    Place("PL", "Lesser Poland", "Kraków"),
    Place("SE", "Skåne", "Malmö"),
    Place("DK", "Central Jutland", "Aarhus"),
    Place("JP", "Osaka", "Osaka"),
    Place("AU", "Victoria", "Melbourne"),
    Place("IN", "Maharashtra", "Mumbai"),
    Place("BR", "Paraná", "Curitiba"),
    Place("CA", "Ontario", "Toronto"),
)

#: Two IP addresses per country, in the order of COUNTRIES, with their country: well-known allocations on
#: which public tables agree.
ADDRESSES = (
    ("8.8.8.8", "US"), ("12.0.0.1", "US"), ("81.2.69.142", "GB"), ("212.58.244.20", "GB"),
    ("194.25.0.1", "DE"), ("91.0.0.1", "DE"), ("90.0.0.1", "FR"), ("81.185.0.1", "FR"),
    ("80.58.0.1", "ES"), ("83.32.0.1", "ES"), ("151.3.0.1", "IT"), ("79.0.0.1", "IT"),
    ("145.53.0.1", "NL"), ("84.80.0.1", "NL"), ("81.240.0.1", "BE"), ("91.176.0.1", "BE"),
    ("83.76.0.1", "CH"), ("178.192.0.1", "CH"), ("80.108.0.1", "AT"), ("193.80.0.1", "AT"),
    ("83.0.0.1", "PL"), ("95.160.0.1", "PL"), ("83.248.0.1", "SE"), ("90.224.0.1", "SE"),
    ("80.160.0.1", "DK"), ("80.160.0.9", "DK"), ("133.11.0.1", "JP"), ("126.0.0.1", "JP"),
    ("203.0.178.191", "AU"), ("1.120.0.1", "AU"), ("117.192.0.1", "IN"), ("49.32.0.1", "IN"),
    ("177.32.0.1", "BR"), ("187.0.0.1", "BR"), ("24.48.0.1", "CA"), ("24.48.0.9", "CA"),
)  # fmt: skip
#: A private IP address, which is in no country.
PRIVATE_ADDRESS = "10.20.30.40"

_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"
_APPLE = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {_APPLE}"
_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
AGENTS = (
    Agent(f"{_WINDOWS}) {_CHROME} Safari/537.36", "desktop", "Chrome", "Windows"),
    Agent(f"{_WINDOWS}) {_CHROME} Safari/537.36 Edg/126.0.0.0",
          "desktop", "Edge", "Windows"),
    Agent(f"{_WINDOWS}; rv:127.0) Gecko/20100101 Firefox/127.0",
          "desktop", "Firefox", "Windows"),
    Agent(f"{_WINDOWS}) {_CHROME} Safari/537.36 OPR/110.0.0.0",
          "desktop", "Opera", "Windows"),
    Agent(f"{_WINDOWS}; rv:115.0) Gecko/20100101 Thunderbird/115.11.0",
          "desktop", "Thunderbird", "Windows"),
    Agent("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17628; Pro)",
          "desktop", "Outlook", "Windows"),
    Agent(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE} Version/17.5 Safari/605.1.15",
          "desktop", "Safari", "Mac OS X"),
    Agent(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_CHROME} Safari/537.36",
          "desktop", "Chrome", "Mac OS X"),
    Agent("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0",
          "desktop", "Firefox", "Mac OS X"),
    Agent(f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_APPLE}", "desktop", "Apple Mail", "Mac OS X"),
    Agent(f"Mozilla/5.0 (X11; Linux x86_64) {_CHROME} Safari/537.36", "desktop", "Chrome", "Linux"),
    Agent("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
          "desktop", "Firefox", "Ubuntu"),
    Agent("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
          "desktop", "Firefox", "Linux"),
    Agent(f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_CHROME} Safari/537.36",
          "desktop", "Chrome", "Chrome OS"),
    Agent(f"{_IPHONE} Version/17.5 Mobile/15E148 Safari/604.1",
          "mobile", "Mobile Safari", "iOS"),
    Agent(f"{_IPHONE} Mobile/15E148",
          "mobile", "Mobile Safari UI/WKWebView", "iOS"),
    Agent(f"{_IPHONE} CriOS/126.0.6478.54 "
          "Mobile/15E148 Safari/604.1", "mobile", "Chrome Mobile iOS", "iOS"),
    Agent(f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_CHROME} Mobile Safari/537.36",
          "mobile", "Chrome Mobile", "Android"),
    Agent(f"Mozilla/5.0 (Linux; Android 13; SM-S918B) {_CHROME} Mobile Safari/537.36",
          "mobile", "Chrome Mobile", "Android"),
    Agent("Mozilla/5.0 (Linux; Android 13; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) "
          "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
          "mobile", "Samsung Internet", "Android"),
    Agent(f"Mozilla/5.0 (Linux; Android 10; K) {_CHROME} Mobile Safari/537.36",
          "mobile", "Chrome Mobile", "Android"),
    Agent("Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
          "mobile", "Firefox Mobile", "Android"),
    Agent(f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {_APPLE} Version/17.5 Mobile/15E148 Safari/604.1",
          "tablet", "Mobile Safari", "iOS"),
    Agent(f"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {_APPLE} Mobile/15E148",
          "tablet", "Mobile Safari UI/WKWebView", "iOS"),
    Agent(f"Mozilla/5.0 (Linux; Android 12; SM-T870) {_CHROME} Safari/537.36", "tablet", "Chrome", "Android"),
)  # fmt: skip
#: User agents that public crawler lists name: all their events are machine traffic.
CRAWLERS = (
    Agent("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
          "other", "Googlebot", "unknown"),
    Agent("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
          "other", "bingbot", "unknown"),
    Agent("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
          "other", "AhrefsBot", "unknown"),
    Agent("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
          "other", "Slackbot-LinkExpanding", "unknown"),
)  # fmt: skip

FIRST_NAMES = (
    "Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Margaret", "Ken", "Radia", "Dennis", "Hedy",
    "Linus", "Zoë", "José", "Søren", "Łukasz", "Chloé", "Jürgen", "Noor", "Mei", "Ravi", "Ana", "Kofi",
)  # fmt: skip
LAST_NAMES = (
    "Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Hamilton", "Thompson", "Perlman",
    "Ritchie", "Lamarr", "Torvalds", "O'Neil", "Núñez", "Müller", "van den Berg", "Kowalski", "Tanaka",
    "Singh", "Silva", "Mensah", "Dupont", "Nielsen",
)  # fmt: skip
DOMAINS = ("gmail.example", "outlook.example", "yahoo.example", "example.com", "example.org",
           "mail.example.net", "firma.example.de", "univ.example.edu", "societe.example.fr")  # fmt: skip

#: Text that breaks naive quoting, escaping, spreadsheets and terminals.
HOSTILE = (
    "'; drop table contacts; --",
    '<script>alert("x")</script>',
    "=cmd|' /C calc'!A0",
    "+1+1, \"quoted\", 'single'",
    "emoji \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 and \u202eright-to-left",
    "first line\nsecond line\r\nthird, line",
    "tab\tand back\\slash and {{ jinja }} ${shell} %s",
    "@SUM(A1:A9);--\u00a0non-breaking",
)

CRAWLER = 100


def country(geography: int, number: int) -> str | None:
    """Return the country of an event, None where the feed reports none; the arguments are those of
    `Events`."""
    return COUNTRIES[number] if geography >= 2 else None


def city(geography: int, number: int) -> Place | None:
    """Return the city of an event, None where the feed reports none; the arguments are those of `Events`."""
    if geography < 3:
        return None
    return (PLACES_WITHOUT_COORDINATES if geography == 3 else PLACES)[number]


def ip_address(number: int) -> str | None:
    """Return the address with a number into ADDRESSES; -1 is None, -2 the private address."""
    if number == -2:
        return PRIVATE_ADDRESS
    return ADDRESSES[number][0] if number >= 0 else None


def user_agent(number: int) -> Agent | None:
    """Return the agent with a number into AGENTS or, from CRAWLER on, into CRAWLERS; -1 is None."""
    if number < 0:
        return None
    return CRAWLERS[number - CRAWLER] if number >= CRAWLER else AGENTS[number]
