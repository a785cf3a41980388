"""The faults that a simulated world can have, by name, and the check of the names that a caller gives."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

FAULTS: dict[str, str] = {
    "duplicates": "events delivered again, also under new ids: in the same file, another file or a later day",
    "disorder": "events of a day in random order, over its files",
    "late": "events that arrive up to 12 days after they happened",
    "malformed": "records no reader can take, of every reason code but too_large",
    "hiccups": "one file that is no valid gzip stream, and a record now and then that no reader can take",
    "oversize": "one record of more than 16 MiB",
    "broken_file": "files that are no valid gzip stream",
    "unknown_types": "well-formed events of types that nobody models",
    "litter": "temporary and hidden files that are not to be read",
    "machine": "a world full of machine opens and link scanners",
    "case": "addresses in other case, with spaces around them or a name before them",
    "missing_ids": "events without contact_id or other ids (or words for nothing), some or all of a message",
    "hostile": "SQL, HTML, formulas, emoji and newlines in names, subjects, links and ids",
    "async_bounce": "many bounces that come after the delivery",
    "no_delivery_log": "SendGrid's delivered events never arrive",
}


def chosen_faults(names: Sequence[str]) -> frozenset[str]:
    """Return the faults a caller named; `all` means every one. Raises ValueError for an unknown name, with
    the nearest known one."""
    chosen: set[str] = set()
    for name in names:
        if name == "all":
            chosen.update(FAULTS)
        elif name in FAULTS:
            chosen.add(name)
        else:
            near = difflib.get_close_matches(name, [*FAULTS, "all"], n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known faults: {', '.join(FAULTS)}, all"
            raise ValueError(f"unknown fault `{name}`: {hint}")
    return frozenset(chosen)
