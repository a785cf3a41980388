"""Who may read the pages, and whether they see names, addresses and submitted values.

Readers are recognised in one of three ways: everybody on this machine (loopback only), by a token, or by a
proxy in front that signed them in.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

COOKIE = "touchpoint_session"
#: Most sign-ins that one client may try in a minute.
TRIES_A_MINUTE = 5
_SECONDS_OF_A_SESSION = 12 * 3600


@dataclass(frozen=True)
class Reader:
    """The reader of a page. sees_people: whether personal values are shown."""

    name: str
    sees_people: bool


@dataclass(frozen=True)
class Rules:
    """How readers are recognised.

    token, people_token: texts that sign in, without and with personal values. user_header: the header in
    which a trusted proxy names the user; people: users of it who see personal values. With none of them set,
    everybody reads everything, which only a loopback address may serve.
    """

    token: str = ""
    people_token: str = ""
    user_header: str = ""
    people: frozenset[str] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether everybody may read without signing in."""
        return not (self.token or self.people_token or self.user_header)

    @property
    def has_sessions(self) -> bool:
        """Whether readers sign in to the app with a token, and can sign out."""
        return not self.is_open and not self.user_header


@dataclass
class Access:
    """Finds the reader of a request; keeps the sessions of readers who signed in with a token."""

    rules: Rules
    _sessions: dict[str, tuple[float, Reader]] = field(default_factory=dict)
    _tries: dict[str, list[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reader_of(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Reader | None:
        """Return the reader of a request; None if they have to sign in."""
        if self.rules.is_open:
            return Reader("this machine", sees_people=True)
        if self.rules.user_header:
            user = headers.get(self.rules.user_header, "").strip()
            return Reader(user, user in self.rules.people) if user else None
        with self._lock:
            until, reader = self._sessions.get(cookies.get(COOKIE, ""), (0.0, None))
            return reader if until > time.monotonic() else None

    def may_try(self, client: str) -> bool:
        """Count a client's sign-in; return False if it has tried too often in the last minute."""
        now = time.monotonic()
        with self._lock:
            if len(self._tries) > 10_000:
                self._tries.clear()
            recent = [then for then in self._tries.get(client, ()) if now - then < 60]
            self._tries[client] = [*recent, now]
            return len(recent) < TRIES_A_MINUTE

    def sign_in(self, token: str) -> str | None:
        """Return the id of a new session if the token is right, else None."""
        given = token.encode()
        # Always compare with both tokens, so that the time taken reveals nothing.
        is_people = hmac.compare_digest(given, self.rules.people_token.encode()) and self.rules.people_token
        is_plain = hmac.compare_digest(given, self.rules.token.encode()) and self.rules.token
        if not (is_people or is_plain):
            return None
        name, now = secrets.token_urlsafe(32), time.monotonic()
        with self._lock:
            self._sessions = {key: kept for key, kept in self._sessions.items() if kept[0] > now}
            reader = Reader("people token" if is_people else "token", bool(is_people))
            self._sessions[name] = (now + _SECONDS_OF_A_SESSION, reader)
        return name

    def sign_out(self, session: str) -> None:
        """Delete a session."""
        with self._lock:
            self._sessions.pop(session, None)
