"""Mutations of one record: of its fields, its text or its bytes."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from reliability.experiments.fuzz.hostile_texts import TEXTS, TIMES, VALUES
from reliability.experiments.fuzz.samples import Body

_Path = tuple[str | int, ...]

#: Placeholder for a value that is written as it is, instead of by json.
_RAW = "\ue000raw\ue000"


def paths(value: Any, at: _Path = ()) -> Iterator[_Path]:
    """Yield the path of every field of a body, at any depth."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield (*at, key)
        if isinstance(child, dict | list):
            yield from paths(child, (*at, key))


def _set(body: Body, path: _Path, value: Any) -> None:
    at: Any = body
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value


def _get(body: Body, path: _Path) -> Any:
    at: Any = body
    for step in path:
        at = at[step]
    return at


def _leaves(body: Body) -> list[_Path]:
    return [path for path in paths(body) if not isinstance(_get(body, path), dict | list)]


def _written(body: Body, raw: str = "", *, ascii_only: bool = False) -> bytes:
    text = json.dumps(body, ensure_ascii=ascii_only)
    return text.replace(json.dumps(_RAW, ensure_ascii=ascii_only), raw).encode("utf-8", "surrogatepass")


def wrong_type(body: Body, rng: random.Random) -> bytes:
    """Set a random field to a value of any type."""
    body = copy.deepcopy(body)
    _set(body, rng.choice(list(paths(body))), _RAW)
    return _written(body, rng.choice(VALUES))


def wrong_types(body: Body, rng: random.Random) -> bytes:
    """Set every field to the same value of any type."""
    body = copy.deepcopy(body)
    for path in _leaves(body):
        _set(body, path, _RAW)
    return _written(body, rng.choice(VALUES))


def missing_fields(body: Body, rng: random.Random) -> bytes:
    """Remove some fields and add an unknown one."""
    body = copy.deepcopy(body)
    for _ in range(rng.randint(1, 4)):
        fields = list(paths(body))
        if fields:
            *parent, last = rng.choice(fields)
            del _get(body, tuple(parent))[last]
    body[rng.choice(TEXTS[:40])] = rng.choice(TEXTS[:40])
    return _written(body)


def hostile_text(body: Body, rng: random.Random) -> bytes:
    """Put a hostile text into one field."""
    body = copy.deepcopy(body)
    _set(body, rng.choice(_leaves(body)), rng.choice(TEXTS))
    return _written(body, ascii_only=rng.random() < 0.5)


def hostile_texts(body: Body, rng: random.Random) -> bytes:
    """Put a hostile text into every string."""
    body = copy.deepcopy(body)
    text = rng.choice(TEXTS[:-4])
    for path in _leaves(body):
        if isinstance(_get(body, path), str):
            _set(body, path, text)
    return _written(body, ascii_only=rng.random() < 0.5)


def other_time(body: Body, rng: random.Random) -> bytes:
    """Put an unusual time wherever the record has a time."""
    body = copy.deepcopy(body)
    time = rng.choice(TIMES)
    for path in _leaves(body):
        name = str(path[-1]).lower()
        if name.endswith(("at", "ts")) or "time" in name or name.startswith("ts"):
            _set(body, path, time)
    return _written(body)


def half_pair(body: Body, rng: random.Random) -> bytes:
    """Put half a surrogate pair or a null character into a field, as an escape."""
    body = copy.deepcopy(body)
    _set(body, rng.choice(_leaves(body)), _RAW)
    return _written(body, rng.choice(['"\\ud800"', '"\\udc00 x"', '"\\ud83d\\ud83d"', '"a\\u0000b"']))


def deep(body: Body, rng: random.Random) -> bytes:
    """Put deeply nested brackets into a field."""
    body, depth = copy.deepcopy(body), rng.choice((20, 200, 900, 1_100, 3_000))
    _set(body, rng.choice(list(paths(body))), _RAW)
    inner = rng.choice(("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth))
    return _written(body, inner)


def repeated_keys(body: Body, rng: random.Random) -> bytes:
    """Repeat every key with another value, some in capitals."""
    first = json.dumps(body, ensure_ascii=False)
    second = json.dumps({key: rng.choice(TEXTS[:12]) for key in body}, ensure_ascii=False)
    if rng.random() < 0.3:
        second = json.dumps({key.upper(): 1 for key in body})
    return f"{first[:-1]},{second[1:]}".encode()


def cut(text: bytes, rng: random.Random) -> bytes:
    """Keep only the beginning."""
    return text[: rng.randrange(len(text)) + 1] if text else text


def broken(text: bytes, rng: random.Random) -> bytes:
    """Insert bytes that make it invalid JSON."""
    at = rng.randrange(len(text))
    noise = rng.choice([b",", b":", b"}", b"]", b"{", b'"', b"\\", b"NaN", b"/* */", b"'", b"\x00", b"\x01"])
    return text[:at] + noise + text[at + rng.randint(0, 2) :]


def not_utf8(text: bytes, rng: random.Random) -> bytes:
    """Insert bytes that are invalid UTF-8: Latin-1, an overlong form, half a character, a surrogate."""
    at = rng.randint(min(1, len(text)), len(text))
    noise = rng.choice([b"\xe9", b"\xff", b"\xc0\xaf", b"\xe2\x82", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"])
    return text[:at] + noise + text[at:]


def other_encoding(text: bytes, rng: random.Random) -> bytes:
    """Encode the whole record differently, or put a byte order mark before it."""
    encoding = rng.choice(["utf-16-le", "utf-16-be", "cp1252", "utf-8-sig", "utf-7"])
    return text.decode("utf-8", "replace").encode(encoding, "replace")


def noise(text: bytes, rng: random.Random) -> bytes:
    """Return random bytes."""
    return rng.randbytes(rng.randint(1, 200))


def no_number(text: bytes, rng: random.Random) -> bytes:
    """Return an object with a number that JSON does not have."""
    return b'{"event": %s}' % rng.choice(
        [b"NaN", b"Infinity", b"-Infinity", b"+1", b"01", b".5", b"1.", b"0x1F"]
    )


def no_record(text: bytes, rng: random.Random) -> bytes:
    """Return JSON that is no object."""
    return rng.choice(
        [b"null", b"true", b'"text"', b"17", b"-1e99", b'""', json.dumps(text.decode()).encode()]
    )


#: Mutations after which a body is still JSON, by kind.
BODY_MUTATIONS: dict[str, tuple[Callable[[Body, random.Random], bytes], ...]] = {
    "wrong types in every field": (wrong_type, wrong_types),
    "fields missing, unknown and twice": (missing_fields, repeated_keys),
    "SQL, HTML, formulas and control characters in strings": (hostile_text, hostile_texts),
    "times in 1970, 2262 and every unit": (other_time,),
    "brackets in brackets, half characters": (deep, half_pair),
}
#: Mutations of a record's text, by kind.
TEXT_MUTATIONS: dict[str, tuple[Callable[[bytes, random.Random], bytes], ...]] = {
    "broken and truncated JSON": (cut, broken, no_number, no_record),
    "bytes that are no UTF-8": (not_utf8, other_encoding, noise),
}


def cells(row: list[str], rng: random.Random) -> list[str]:
    """Return the row with a hostile text, a time, a value or nothing in one cell, or in all of them."""
    if rng.random() < 0.3:
        return [rng.choice([rng.choice(TEXTS[:-4]), ""])] * len(row)
    value = rng.choice([rng.choice(TEXTS), str(rng.choice(TIMES)), "", rng.choice(VALUES)])
    at = rng.randrange(len(row))
    return [*row[:at], value, *row[at + 1 :]]
