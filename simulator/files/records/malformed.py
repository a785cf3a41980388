"""Makes records that must be quarantined: one per reason code, from a sound record."""

from __future__ import annotations

import copy
from typing import Any

from simulator.files.records.containers import text
from simulator.files.records.record import Body, EmailEvent, Emitter, Hit, Record
from simulator.world.model import DAY

REASONS = (
    "not_json",
    "not_utf8",
    "wrong_shape",
    "missing_field",
    "bad_timestamp",
    "out_of_range",
    "unknown_value",
)
#: One byte more than the largest record that is read.
TOO_LARGE = 16 * 1024 * 1024 + 1


def broken(emitter: Emitter, event: EmailEvent | Hit, reason: str, arrival: int) -> Record | None:
    """Return a record that is quarantined for this reason; None where the format cannot be wrong in this way.

    arrival: of the file, microseconds since 1970.
    """
    body = copy.deepcopy(emitter.bodies(event)[0])
    if emitter.malformed:
        line = emitter.malformed(body, reason, arrival)
        return _line(line, reason) if line else None
    match reason:
        case "not_json":
            line = text(emitter.envelope(body)).encode()
            # Cut between letters, or the line would be quarantined as not_utf8.
            return _line(line[: len(line) // 2].decode("utf-8", "ignore").encode(), reason)
        case "not_utf8":
            return _line(
                text(emitter.envelope(body)).encode().replace(b"{", b'{"note":"caf\xe9 \xff",', 1), reason
            )
        case "wrong_shape":
            return Record(body=[42, "just text", True][event.variant % 3], kind="broken", reason=reason)
        case "missing_field":
            _set(body, emitter.type_at, None, remove=True)
        case "bad_timestamp":
            _set_all(body, emitter, "the day before yesterday")
        case "out_of_range":
            years_ago = -20 * 365 * DAY
            _set_all(body, emitter, emitter.time(years_ago if event.variant % 2 else arrival + 4 * DAY))
        case "unknown_value":
            if not emitter.fixed_vocabulary:
                return None
            _set(body, emitter.type_at, "email_teleported")
        case _:
            raise ValueError(f"no way to break a record for `{reason}`: add one to breakage.py")
    return Record(body=body, kind="broken", reason=reason)


def oversized(emitter: Emitter, event: EmailEvent) -> Record:
    """Return a record beyond the size limit."""
    body = emitter.bodies(event)[0] | {"padding": "x" * TOO_LARGE}
    return _line(text(body).encode(), "too_large")


def _line(line: bytes, reason: str) -> Record:
    return Record(body=None, kind="broken", reason=reason, line=line)


def _set_all(body: Body, emitter: Emitter, value: Any) -> None:
    for path in emitter.times_at:
        _set(body, path, value)


def _set(body: Body, path: tuple[str, ...], value: Any, remove: bool = False) -> None:
    """Set or remove a nested field where it exists."""
    at: Any = body
    for step in path[:-1]:
        at = at.get(step)
        if not isinstance(at, dict):
            return
    if path[-1] in at:
        if remove:
            del at[path[-1]]
        else:
            at[path[-1]] = value
