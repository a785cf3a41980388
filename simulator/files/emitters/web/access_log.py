"""Access logs of web servers: the combined format with the virtual host before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

from simulator.files.records.record import Body, Document, Emitter, Hit, Record, Shape
from simulator.world.model import DAY, SECOND

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def bodies(hit: Hit) -> list[Body]:
    """Return the request; its size makes equal requests distinct."""
    url = urlsplit(hit.url or "")
    target = url.path + (f"?{url.query}" if url.query else "")
    # Each server logs in its own time zone.
    hours = 1 if url.netloc.startswith("go.") else 0
    port = ("", ":443", ":80")[hit.variant % 3]
    said = {
        "host": f"{url.netloc}{port}", "ip": hit.ip or "-", "time": stamp(hit.at, hours),
        "request": f"{hit.method} {target} HTTP/1.1", "status": hit.status, "size": 300 + hit.number,
        "referrer": hit.referrer or "-", "agent": hit.agent or "-",
    }  # fmt: skip
    return [said]


def stamp(micros: int, hours: int = 0) -> str:
    """Return an instant to the second, as a server that many hours east of UTC logs it."""
    at = datetime.fromtimestamp(micros // SECOND, UTC).astimezone(timezone(timedelta(hours=hours)))
    return f"{at.day:02d}/{_MONTHS[at.month - 1]}/{at.year}:{at:%H:%M:%S} {at:%z}"


def line(body: Body) -> bytes:
    """Return the line, with quotes escaped."""
    request, referrer, agent = (
        str(body[name]).replace("\\", "\\\\").replace('"', '\\"') for name in ("request", "referrer", "agent")
    )
    start = f"{body['host']} {body['ip']} - - [{body['time']}]"
    return f'{start} "{request}" {body["status"]} {body["size"]} "{referrer}" "{agent}"'.encode()


def malformed(body: Body, reason: str, arrival: int) -> bytes | None:
    """Return the line made wrong for a reason; None where a line cannot be wrong in this way."""
    match reason:
        case "not_utf8":
            return line(body).replace(b"HTTP/1.1", b"caf\xe9\xff HTTP/1.1", 1)
        case "wrong_shape":
            return b"server restarted, goodbye"
        case "bad_timestamp":
            return line(body | {"time": "45/Foo/2026:10:00:00 +0000"})
        case "out_of_range":
            return line(body | {"time": stamp(arrival + 4 * DAY)})
        case _:
            return None


def _lines(records: Sequence[Record]) -> list[Document]:
    return [
        Document(record.line if record.line is not None else line(record.body), [record])
        for record in records
    ]


EMITTER = Emitter(
    bodies=bodies,
    unknown_type=None,
    type_at=("request",),
    times_at=(),
    time=stamp,
    shapes=(Shape(_lines, ".log"),),
    malformed=malformed,
)
