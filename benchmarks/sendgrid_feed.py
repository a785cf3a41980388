"""A large SendGrid feed, made by the engine in a few seconds.

Belongs here: the shape of the benchmark's input. Five events a message (processed, delivered, two opens, a
click), spread over arrival days, one event a line.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

EVENTS_PER_MESSAGE = 5

# Put together as text: the engine writes it several times faster than it makes JSON objects, and a key
# that has no value is left out, as SendGrid does.
_EVENTS = """
    select
        '{{"email":"user' || contact || '@example' || (contact % 50) || '.com","timestamp":'
        || (1767225600 + day * 86400 + message % 86000 + step * 240)
        || ',"smtp-id":"<' || message_id || '@geopod-ismtpd-canary-0>","event":"'
        || ['processed', 'delivered', 'open', 'open', 'click'][step + 1]
        || '","category":["newsletter","spring"],"sg_event_id":"' || left(md5('e' || message || '-' || step), 22)
        || '","sg_message_id":"' || message_id || '.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0'
        || '","contact_id":"contact-' || contact || '","email_id":"email-' || (message % 40)
        || '","journey_id":"journey-' || (message % 7) || '","tile_id":"tile-' || (message % 20)
        || '","iteration_id":"iteration-1"'
        || case when step >= 2 then
            ',"useragent":"Mozilla/5.0 (iPhone; CPU iPhone OS 16_' || (message % 200)
            || ' like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148","ip":"'
            || (1 + contact % 220) || '.' || (contact % 251) || '.' || (contact % 241) || '.' || (contact % 239)
            || '"' else '' end
        || case when step = 4 then ',"url":"https://shop.example.com/products/' || (message % 100) || '"' else '' end
        || '}}' as line
    from (
        select message, step, day, (message * 7919) % {contacts} as contact, left(md5('m' || message), 22) as message_id
        from (select range as message, {day} as day from range({first}, {last})),
            (select unnest(range({steps})) as step)
    )
"""


def write(landing: Path, *, events: int, days: int, first_day: date = date(2026, 1, 1)) -> int:
    """Write about `events` events over `days` arrival days; give the bytes written."""
    per_day = events // EVENTS_PER_MESSAGE // days
    written = 0
    with duckdb.connect() as connection:
        connection.execute("set enable_progress_bar = false")
        for day in range(days):
            folder = landing / "sendgrid" / (first_day + timedelta(days=day)).isoformat()
            folder.mkdir(parents=True)
            query = _EVENTS.format(
                contacts=100_000,
                day=day,
                first=day * per_day,
                last=(day + 1) * per_day,
                steps=EVENTS_PER_MESSAGE,
            )
            path = folder / "events.ndjson"
            # A quote that never occurs and no delimiter in sight: every line as it stands.
            connection.execute(
                f"copy ({query}) to '{path}' (format csv, header false, quote '', escape '', delimiter '\\x01')"
            )
            written += path.stat().st_size
    return written
