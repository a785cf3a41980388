"""The record of erased people (`erasures/` in a home): keyed hashes of their ids, addresses and visitor
ids.

The record holds no plain value. No build deletes the folder; copied into a new home before its first build,
it keeps the same people out there.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.erasure import keys
from ingestion.errors import LandingError
from ingestion.values.identifiers import address_in, clean_address, clean_id, unicode_domain

FOLDER = "erasures"
KEY_VARIABLE = "TOUCHPOINT_ERASURE_KEY"
CONTACT, ADDRESS, VISITOR = "contact", "address", "visitor"
STARTED, DONE = "started", "done"
#: Raw relation of the members of segments, whose models keep no places of records.
MEMBERS = "crm_segment_members"
#: Column of rows that an erasure changed, beside their own: of members of segments, the contact id before.
CONTACT_BEFORE = "contact_before"
#: Replaces the domain of an erased address if nobody else has an address there: the domain would identify the
#: person.
NO_DOMAIN = "erased.invalid"
PREFIX = "erased-"
_FORMAT = 1
#: Shortest id that is looked for inside texts: a shorter one, or one of digits only, occurs there by chance.
_SHORTEST_IN_TEXTS = 6
_EDGES = re.compile(r"^[^0-9A-Za-z\x80-\U0010ffff]+|[^0-9A-Za-z\x80-\U0010ffff]+$")


@dataclass(frozen=True)
class Form:
    """One way in which a suppressed value is written inside a longer text: its keyed hash and its length."""

    digest: str
    length: int


@dataclass(frozen=True)
class Suppressed:
    """One id, address or visitor id of an erased person, as a keyed hash, and what replaces it."""

    kind: str
    digest: str
    replacement: str
    forms: tuple[Form, ...]
    in_texts: bool  # distinctive enough to be looked for inside texts
    is_shared: bool = False  # somebody else has it too: removed from the person's rows only


@dataclass(frozen=True)
class Erasure:
    """The erasure of one person, identified by the replacement of the person's id.

    `state`: started or done.
    """

    contact: str
    requested_at: str
    state: str


@dataclass
class Suppressions:
    """The record of the people erased from one home."""

    key: bytes
    erasures: list[Erasure] = field(default_factory=list)
    suppressed: dict[tuple[str, str], Suppressed] = field(default_factory=dict)

    @classmethod
    def load(cls, home: Path) -> Suppressions | None:
        """Return the record of a home; None if nobody was ever erased."""
        file = _record(home)
        if not file.exists():
            return None
        key = keys.find(KEY_VARIABLE, _key_file(home))
        if key is None:
            raise LandingError(
                f"{file} says whom to keep out, but its key is missing: put back {_key_file(home)} or set"
                f" {KEY_VARIABLE}. Nothing is read without it, since an erased person could come back."
            )
        made = cls(key)
        try:
            told = json.loads(file.read_text(encoding="utf-8"))
            made.erasures = [Erasure(**one) for one in told["erasures"]]
            for one in told["suppressed"]:
                forms = tuple(Form(**form) for form in one.pop("forms"))
                made._add(Suppressed(**one, forms=forms))
            is_same_key = told["key_check"] == made._key_check()
        except (ValueError, KeyError, TypeError) as error:
            raise LandingError(
                f"{file} is damaged ({type(error).__name__}: {error}): restore it from a copy. Nothing is"
                " read without it, since an erased person could come back."
            ) from error
        if not is_same_key:
            raise LandingError(
                f"The key in {KEY_VARIABLE} or {_key_file(home)} is not the one that {file} was made with:"
                " give that one. Nothing is read with another, since an erased person could come back."
            )
        return made

    @classmethod
    def load_or_make(cls, home: Path) -> Suppressions:
        """Return the record of a home; an empty one if nobody was ever erased."""
        found = cls.load(home)
        return found or cls(keys.find_or_make(KEY_VARIABLE, _key_file(home)))

    def save(self, home: Path) -> None:
        """Write the record to the home; when this returns, it is safely on the disk."""
        told = {
            "format": _FORMAT,
            "key_check": self._key_check(),
            "erasures": [asdict(one) for one in self.erasures],
            "suppressed": [asdict(one) for one in self.suppressed.values()],
        }
        keys.write_durably(_record(home), (json.dumps(told, indent=1) + "\n").encode())

    def suppress(
        self, kind: str, value: str, domain: str | None = None, *, is_shared: bool = False
    ) -> Suppressed:
        """Add a value to the record and return it.

        `domain`: an address's domain, to keep since others use it too.
        """
        value = normalised(kind, value)
        token = self.token(value)
        made = Suppressed(
            kind=kind,
            digest=self.digest(value),
            replacement=f"{token}@{domain or NO_DOMAIN}" if kind == ADDRESS else token,
            forms=tuple(Form(self.digest(form), len(form.encode())) for form in forms_of(kind, value)),
            in_texts=kind == ADDRESS or stands_alone(value),
            is_shared=is_shared,
        )
        # The value was recorded earlier: keep its replacement, so that old and new copies of a row stay
        # equal.
        known = self.suppressed.get((kind, made.digest))
        if known:
            made = replace(known, is_shared=known.is_shared and is_shared)
        return self._add(made)

    def find(self, kinds: Iterable[str], value: str) -> str | None:
        """Return the replacement of a value, looked up as each kind in turn; None if it is not erased."""
        for kind in kinds:
            found = self.suppressed.get((kind, self.digest(normalised(kind, value))))
            if found and not found.is_shared:
                return found.replacement
        return None

    def own_address(self, address: str) -> str:
        """Return the replacement for an address in an erased person's row that is not in the record."""
        address = normalised(ADDRESS, address)
        known = self.suppressed.get((ADDRESS, self.digest(address)))
        return known.replacement if known else f"{self.token(address)}@{NO_DOMAIN}"

    def token(self, value: str) -> str:
        """Return the replacement for a value: always the same, and irreversible without the key."""
        return PREFIX + self.digest(value)[:16]

    def digest(self, text: str) -> str:
        """Return the keyed hash of a text."""
        return keys.digest(self.key, text)

    def started(self) -> list[Erasure]:
        """Return the erasures that no published build contains yet."""
        return [one for one in self.erasures if one.state == STARTED]

    def erased_as(self, contact_id: str) -> str | None:
        """Return the replacement of a contact whose erasure was started or done; None if there is none.

        contact_id: or an address of an erased contact's own. One that is already a replacement is returned as
            it is, not replaced once more.
        """
        contact_id = normalised(CONTACT, contact_id)
        digest = self.digest(contact_id)
        known = self.suppressed.get((CONTACT, digest)) or self.suppressed.get((ADDRESS, digest))
        if known and not known.is_shared:
            return known.replacement
        return contact_id if contact_id in self.replacements(CONTACT) else None

    def replacements(self, *kinds: str) -> set[str]:
        """Return the replacements of all recorded values of these kinds."""
        return {one.replacement for one in self.suppressed.values() if one.kind in kinds}

    def finish(self) -> None:
        """Mark started erasures as done; call it once the published files hold none of these people."""
        self.erasures = [replace(one, state=DONE) for one in self.erasures]

    def _add(self, one: Suppressed) -> Suppressed:
        self.suppressed[one.kind, one.digest] = one
        return one

    def _key_check(self) -> str:
        return self.digest("the key of this record")


def normalised(kind: str, value: str) -> str:
    """Return a value as it is landed: an id or an address without quotes and other wrapping."""
    if kind == ADDRESS:
        return clean_address(value) or value.strip()
    if kind == CONTACT and (address := address_in(value)):
        return address
    return clean_id(value) or value.strip()


def stands_alone(value: str) -> bool:
    """Whether an id is distinctive enough to be recognised inside a longer text."""
    return len(value) >= _SHORTEST_IN_TEXTS and not value.isdigit()


def forms_of(kind: str, value: str) -> list[str]:
    """Return the ways in which a text may write a value, cut at word edges as the search cuts words."""
    found: set[str] = set()
    for plain in _spellings(kind, _EDGES.sub("", value)):
        escaped = quote(plain, safe="")
        found |= {plain, escaped, quote(escaped, safe=""), quote(plain, safe="@")}
        if kind == ADDRESS:
            found |= {plain.replace("@", "\\u0040"), plain.replace("@", "="), plain.replace("@", "&#64;")}
        # In JSON é may be written \u00e9: both forms are looked for.
        found.add(json.dumps(plain)[1:-1])
    # The sign of an escape is an edge, and the word begins behind it: %c3%85se is found from c3 on.
    return sorted({form.lstrip("%\\").encode().lower().decode() for form in found if form})


def _spellings(kind: str, value: str) -> set[str]:
    """Return the spellings of a value (case, Unicode forms) that a text may hold, before escaping."""
    found = {value, pc.utf8_lower(pa.scalar(value)).as_py()}
    if kind == ADDRESS:
        local, at, domain = value.rpartition("@")
        found.add(local + at + unicode_domain(domain))
    # Unicode may write an accent as a character of its own. Texts are searched in lower case; bytes of files
    # are lowered for ASCII letters only.
    found |= {unicodedata.normalize("NFD", one) for one in found}
    return found | {one.upper() for one in found if not one.isascii()}


def _record(home: Path) -> Path:
    return home / FOLDER / "suppressions.json"


def _key_file(home: Path) -> Path:
    return home / FOLDER / "key"
