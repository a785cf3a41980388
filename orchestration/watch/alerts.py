"""Tells people what is wrong with a home: each cause once, and once more when it is over.

Addresses are Apprise's, in TOUCHPOINT_ALERTS. Without any, nothing is told and nothing is kept.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

from expectations import CheckResult
from orchestration.home import Home
from orchestration.settings import alert_addresses, app_address
from orchestration.watch import causes, memory
from orchestration.watch.causes import Cause
from orchestration.watch.memory import Memory, Told

Kind = Literal["failure", "success"]
#: Sends a title and a text to one address; returns whether it arrived.
Send = Callable[[str, str, str, Kind], bool]
Complain = Callable[[str], None]


class Alerts:
    """The alerts of one home.

    addresses: whom to tell. send: how. complain: takes a line about an address that could not be reached.
    """

    def __init__(
        self,
        home: Home,
        complain: Complain,
        *,
        addresses: Sequence[str] | None = None,
        send: Send | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.home = home
        self.addresses = alert_addresses() if addresses is None else addresses
        self._complain = complain
        self._send = send or by_apprise
        self._now = now

    def after_build(self, checks: Iterable[CheckResult]) -> None:
        """Tell which checks of the published build are red, and what is over since."""
        with self._remembering() as kept:
            if kept:
                kept.last_run = self._now()
                self._settle(kept, causes.of_checks(checks), keys=lambda _: True)

    def after_nothing_new(self) -> None:
        """Remember that a build came to its end with nothing to do: what is published stays."""
        with self._remembering() as kept:
            if kept:
                kept.last_run = self._now()
                self._settle(kept, [], keys=lambda key: key in (causes.BUILD, causes.NO_RUN))

    def after_failure(self, message: str) -> None:
        """Tell that a build published nothing, and why."""
        with self._remembering() as kept:
            if kept:
                self._settle(kept, [causes.of_failure(message)], keys=lambda key: key == causes.BUILD)

    def watch(self, most: timedelta) -> list[str]:
        """Tell where no build came to its end for longer than `most`; return titles of all that is wrong."""
        with self._remembering() as kept:
            if not kept:
                return []
            silence = causes.of_silence(kept.last_run, self._now(), most)
            self._settle(kept, silence, keys=lambda key: key == causes.NO_RUN)
            return [told.title for told in kept.told.values()]

    def _settle(self, kept: Memory, found: Sequence[Cause], keys: Callable[[str], bool]) -> None:
        """Tell what is new and what is over, among the causes whose keys were looked at."""
        wrong = {cause.key: cause for cause in found}
        for cause in wrong.values():
            known = kept.told.get(cause.key)
            if known is None or known.subject != cause.subject:
                since = known.since if known else f"{self._now():%Y-%m-%d %H:%M} UTC"
                text = f"{cause.text}\nSince {since}. {self._link()}"
                if self._tell(f"Touchpoint: {cause.title}", text, "failure"):
                    kept.told[cause.key] = Told(cause.title, cause.subject, since)
        for key in [key for key in kept.told if keys(key) and key not in wrong]:
            over = kept.told[key]
            text = f"Over: {over.title}. It was so since {over.since}. {self._link()}"
            if self._tell(f"Touchpoint: over: {over.title}", text, "success"):
                del kept.told[key]

    def _tell(self, title: str, text: str, kind: Kind) -> bool:
        """Send to every address; it counts as told where one of them took it, else it is tried again."""
        arrived = [self._send(address, title, text, kind) for address in self.addresses]
        for number, (address, is_there) in enumerate(zip(self.addresses, arrived, strict=True), start=1):
            if not is_there:
                scheme = address.split(":", 1)[0]
                self._complain(
                    f"an alert could not be sent to address {number} of TOUCHPOINT_ALERTS ({scheme}:…):"
                    f" {title}. Check the address and that this machine may reach it"
                )
        return any(arrived)

    def _link(self) -> str:
        if address := app_address():
            return f"See {address}/operations?tab=checks"
        return f"See {self.home.published / 'data_docs' / 'index.html'}"

    @contextmanager
    def _remembering(self) -> Iterator[Memory | None]:
        """The memory of the home, saved at the end; None without addresses, or where there is no home."""
        if not self.addresses or not self.home.root.is_dir():
            yield None
            return
        with self.home.alerts_lock.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            kept = memory.load(self.home.alerts)
            try:
                yield kept
            finally:
                memory.save(kept, self.home.alerts)


def by_apprise(address: str, title: str, text: str, kind: Kind) -> bool:
    """Send with Apprise. It takes what it cannot reach for an answer: False."""
    # Imported here: only who is told of something needs its hundred services.
    import apprise

    service = apprise.Apprise()
    kinds = {"failure": apprise.NotifyType.FAILURE, "success": apprise.NotifyType.SUCCESS}
    return bool(service.add(address)) and bool(
        service.notify(body=text, title=title, notify_type=kinds[kind], body_format=apprise.NotifyFormat.TEXT)
    )
