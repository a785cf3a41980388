"""Alerts people to problems of a home: once about each cause, and once more when it is over.

Alerts go to the Apprise addresses in TOUCHPOINT_ALERTS. Without any, nothing is sent or remembered.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal

from expectations import CheckResult
from orchestration.build import intake
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.settings import alert_addresses, app_address
from orchestration.watch import causes, freshness, memory
from orchestration.watch.causes import Cause
from orchestration.watch.memory import Memory, Told

Kind = Literal["failure", "success"]
#: Function that sends a title and a text to one address; returns whether it arrived.
Send = Callable[[str, str, str, Kind], bool]
Complain = Callable[[str], None]

#: A feed that is silent for longer is taken as one that has ended.
_ENDED = timedelta(weeks=4)
_NO_LONGER_WATCHED = "no longer watched after four weeks"


class Alerts:
    """The alerts of one home.

    addresses: where alerts go. send: function that sends one. complain: called with a line about an address
        that could not be reached.
    """

    def __init__(
        self,
        home: Home,
        complain: Complain,
        *,
        addresses: Sequence[str] | None = None,
        send: Send | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.home = home
        self.addresses = alert_addresses() if addresses is None else addresses
        self._complain = complain
        self._send = send or by_apprise
        self._now = now or utc_now

    def after_build(self, checks: Iterable[CheckResult], undelivered: Sequence[str] = ()) -> None:
        """Send which checks of the published build are red, which servers miss it, and what is over."""
        with self._remembering() as kept:
            if kept:
                found = [*causes.of_checks(checks), *causes.of_targets(undelivered)]
                self._settle(kept, found, keys=lambda key: not _is_of_feed(key))
                self._looked(kept)

    def after_audit(self, checks: Sequence[CheckResult]) -> None:
        """Send which checks of the published build are red since a whole audit, and what is over."""
        names = {f"check {check.check_name}" for check in checks}
        with self._remembering() as kept:
            if kept:
                self._settle(kept, causes.of_checks(checks), keys=lambda key: _check_of(key) in names)

    def after_nothing_new(self, undelivered: Sequence[str] = ()) -> None:
        """Remember that a build finished with nothing to do: the published build stays."""
        with self._remembering() as kept:
            if kept:
                kinds = (causes.BUILD, causes.NO_RUN, causes.TARGET)
                self._settle(
                    kept, causes.of_targets(undelivered), keys=lambda key: key.split(" ")[0] in kinds
                )
                self._looked(kept)

    def after_failure(self, message: str, where: str = "") -> None:
        """Send that a build published nothing, and why.

        where: what to look at, another one for each build.
        """
        with self._remembering() as kept:
            if kept:
                self._settle(kept, [causes.of_failure(message, where)], keys=lambda key: key == causes.BUILD)

    def watch(self, most: timedelta, *, is_up_to_date: bool = False) -> list[str]:
        """Send an alert if no build finished for longer than `most`, or a feed is silent.

        is_up_to_date: whether it is known that the landing zone holds nothing new at this moment; otherwise
            feeds are judged as of the last build. Return the titles of all present causes.
        """
        with self._remembering() as kept:
            if not kept:
                return []
            silence = causes.of_silence(kept.last_run, self._now(), most)
            self._settle(kept, silence, keys=lambda key: key == causes.NO_RUN)
            if kept.last_run:
                self._judge_feeds(kept, self._now() if is_up_to_date else kept.last_run)
            return [told.title for told in kept.told.values()]

    def _looked(self, kept: Memory) -> None:
        """Remember that a build looked at the whole landing zone, and judge the feeds."""
        previous, kept.last_run = kept.last_run, self._now()
        self._judge_feeds(kept, kept.last_run, previous)

    def _judge_feeds(self, kept: Memory, now: datetime, previous: datetime | None = None) -> None:
        """Send which feeds are silent and which came again.

        now: when the landing zone was known to hold no more than the ledger. previous: when a build looked
            before: a silence that ended since then and was not told of is told in one message.
        """
        try:
            with intake.read_ledger(self.home) as ledger:
                feeds = freshness.feeds(ledger, now)
        except TouchpointError:
            return  # there is no ledger yet, or a build is writing it: the next look judges
        judged = [feed for feed in feeds if freshness.is_judged(feed) and now - feed.arrivals[-1] < _ENDED]
        if previous:
            self._tell_of_ended_silences(kept, feeds, previous)
        silences = [silence for feed in judged if (silence := freshness.present_silence(feed, now))]
        found = causes.of_silent_feeds(silences, len(judged))
        is_all = any(cause.key == causes.ALL_FEEDS for cause in found)
        names = {feed.name for feed in judged}
        self._settle(
            kept,
            found,
            keys=lambda key: _is_of_feed(key) and (not is_all or key == causes.ALL_FEEDS),
            ends={key: _NO_LONGER_WATCHED for key in kept.told if _feed_of(key) not in {*names, "*"}},
        )

    def _tell_of_ended_silences(
        self, kept: Memory, feeds: Sequence[freshness.Feed], previous: datetime
    ) -> None:
        for feed in feeds:
            ended = freshness.ended_silence(feed, previous)
            if ended and not {f"{causes.FEED} {feed.name}", causes.ALL_FEEDS} & kept.told.keys():
                self._tell_of(causes.of_ended_silence(ended), f"{ended.since:%Y-%m-%d %H:%M} UTC")

    def _settle(
        self,
        kept: Memory,
        found: Sequence[Cause],
        keys: Callable[[str], bool],
        ends: Mapping[str, str] | None = None,
    ) -> None:
        """Send which causes are new and which are over; `keys` tells the keys that were checked this time.

        ends: keys of causes that end without being over -> how.
        """
        wrong = {cause.key: cause for cause in found}
        for cause in wrong.values():
            known = kept.told.get(cause.key)
            if known is None or known.subject != cause.subject:
                since = known.since if known else f"{cause.since or self._now():%Y-%m-%d %H:%M} UTC"
                if self._tell_of(cause, since):
                    kept.told[cause.key] = Told(cause.title, cause.subject, since)
        for key in [key for key in kept.told if keys(key) and key not in wrong]:
            over = kept.told[key]
            how = (ends or {}).get(key, "over")
            text = f"{how.capitalize()}: {over.title}. It was so since {over.since}. {self._link()}"
            if self._tell(f"Touchpoint: {how}: {over.title}", text, "success"):
                del kept.told[key]

    def _tell_of(self, cause: Cause, since: str) -> bool:
        text = f"{cause.text}\nSince {since}. {self._link()}"
        return self._tell(f"Touchpoint: {cause.title}", text, "failure")

    def _tell(self, title: str, text: str, kind: Kind) -> bool:
        """Send to every address.

        Return whether at least one was reached, otherwise it is sent again later.
        """
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
        """Yield the memory of the home and save it at the end.

        Yield None without addresses or without a home.
        """
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


def _check_of(key: str) -> str:
    """Return the beginning of a cause's key that names a check, without what the check found."""
    return " ".join(key.split(" ")[:2])


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def _feed_of(key: str) -> str:
    """Return the feed that a cause's key names; `*` if it names none or all."""
    kind, _, name = key.partition(" ")
    return name if kind == causes.FEED else "*"


def _is_of_feed(key: str) -> bool:
    return key.startswith(f"{causes.FEED} ")


def by_apprise(address: str, title: str, text: str, kind: Kind) -> bool:
    """Send with Apprise; return False if the address cannot be reached."""
    # Imported here: it loads a hundred services, which only sending an alert needs.
    import apprise

    service = apprise.Apprise()
    kinds = {"failure": apprise.NotifyType.FAILURE, "success": apprise.NotifyType.SUCCESS}
    return bool(service.add(address)) and bool(
        service.notify(body=text, title=title, notify_type=kinds[kind], body_format=apprise.NotifyFormat.TEXT)
    )
