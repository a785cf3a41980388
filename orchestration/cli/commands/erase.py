"""`touchpoint erase`: removes people from the warehouse, keeps them out, and reports what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ingestion.erasure.erase import Removed
from ingestion.erasure.landing_search import Search
from ingestion.erasure.people import People
from orchestration.build import erasing, intake
from orchestration.build.options import Options
from orchestration.build.run import BuildRun, Published
from orchestration.cli import console
from orchestration.cli.console import Progress
from orchestration.cli.people_list import PeopleList
from orchestration.cli.summary import red_check_lines
from orchestration.errors import UsageError, check_delivered
from orchestration.home import Home, lock
from orchestration.publish import publish, published
from orchestration.settings import Settings

#: How many people a line of the console names.
_NAMED = 5


@dataclass
class _Done:
    """Results of the erase command so far, for the report."""

    tokens: list[str] = field(default_factory=list)
    people: People | None = None
    removed: Removed | None = None
    published: Published | None = None
    search: Search | None = None
    #: How many lines of a list name nobody. The report does not repeat them: it is kept.
    unknown: int = 0


def erase(
    settings: Settings,
    options: Options,
    contacts: Sequence[str],
    listed: PeopleList | None,
    execute: Callable[[BuildRun], Published],
) -> int:
    """Erase contacts; a build without them, whose steps `execute` takes, is published before this returns.

    options: only the engine counts.
    contacts: by id or address; nobody is erased if one of them is unknown. listed: more of them, in a file; a
        line that names nobody is told of, and the others are erased.
    """
    home = Home(settings.home)
    intake.check_inputs(settings)
    if not home.ledger.exists():
        raise UsageError(f"{home.root} holds no warehouse, so there is nobody in it: name it with --home")
    config = intake.configuration(settings.config)
    progress = Progress()
    done = _Done()
    with lock.hold(home.lock):
        publish.remove_leftovers(home)
        # The pseudonymised copy is removed with its build: publish a new copy if there was one.
        options = replace(options, pseudonymise=published.has_pseudonymised(home))
        run = BuildRun(settings, options, progress, config=config)
        # Discard the outputs of earlier steps: they still contain the person.
        run.outputs.forget()
        _land_what_waits(run)
        _record(run, contacts, listed, done)
        if erasing.is_unfinished(home):
            _remove(run, done, execute)
        else:
            _search(run, done)
        _report(home, settings.landing, done)
    red = [check for check in done.published.checks if not check.passed] if done.published else []
    for line in red_check_lines(red):
        console.say(line)
    check_delivered(done.published.undelivered if done.published else [])
    return UsageError.exit_code if done.unknown else 0


def _land_what_waits(run: BuildRun) -> None:
    """Land the files not read yet: an address that only they show beside the person is the person's too."""
    days = {"from_day": None, "to_day": None}
    intake.land(run.home, run.settings.landing, run.config, feeds=None, **days, progress=run.progress)


def _record(run: BuildRun, contacts: Sequence[str], listed: PeopleList | None, done: _Done) -> None:
    """Record whom to erase: all contacts or, if one is unknown, nobody; and who is found of a list."""
    record = erasing.record_of(run.home)
    given = [*contacts, *(listed.lines if listed else ())]
    tokens = {one: record.erased_as(one) if record else None for one in given}
    people = erasing.find(run.home, [one for one, token in tokens.items() if token is None])
    unknown = erasing.unknown_of(given, people)
    if strangers := [one for one in contacts if one in unknown]:
        names = ", ".join(map(repr, strangers))
        raise UsageError(
            f"no record that was read names the contact {names}: nothing was erased. Give the contact_id as"
            " the feeds have it"
        )
    if listed:
        _complain(listed, unknown, done, is_all=len(unknown) == len(tokens))
    done.tokens = list(dict.fromkeys(token for token in tokens.values() if token))
    if done.tokens:
        console.say(f"Already erased: {_some(done.tokens)}.")
    if people.contacts:
        # Somebody whose erasure was begun earlier is known by hashes only.
        is_known_who = not erasing.is_unfinished(run.home)
        done.people = people
        done.tokens += erasing.begin(run.home, people)
        run.people = people if is_known_who else None


def _complain(listed: PeopleList, unknown: Mapping[str, bool], done: _Done, *, is_all: bool) -> None:
    """Tell of the lines of a list that name nobody; raise `UsageError` if there are no others."""
    complaints = listed.complaints(unknown)
    if is_all:
        raise UsageError("\n".join([*complaints, f"nobody in {listed.name} is known: nothing was erased"]))
    for complaint in complaints:
        console.complain(complaint)
    done.unknown = len(complaints)


def _some(tokens: Sequence[str]) -> str:
    more = f" and {len(tokens) - _NAMED} more" if len(tokens) > _NAMED else ""
    return ", ".join(tokens[:_NAMED]) + more


def _remove(run: BuildRun, done: _Done, execute: Callable[[BuildRun], Published]) -> None:
    try:
        done.removed = run.removed
        _search(run, done)
        with run.landing_ahead():
            published = execute(run)
    except BaseException:
        if done.search is not None:
            _report(run.home, run.settings.landing, done)
        out = "the people are out of what was landed" if done.removed else "the people are written down"
        console.complain(
            f"{out}, but what readers see STILL HOLDS THEM: the build without them could not be published."
            " Put right what is said below, then run `touchpoint build`: it finishes the erasure"
        )
        raise
    done.published = published


def _search(run: BuildRun, done: _Done) -> None:
    run.progress("looking through the landing zone")
    done.search = erasing.search_landing(
        run.home, run.settings.landing, run.config, run.people, done.removed if run.people else None
    )


def _report(home: Home, landing: str, done: _Done) -> None:
    now = datetime.now(UTC)
    lines = [f"Erasure of {now:%Y-%m-%d %H:%M:%S} UTC", "", *_lines(landing, done)]
    file = erasing.write_report(home, f"report-{now:%Y%m%dT%H%M%SZ}-{done.tokens[0]}.txt", lines)
    for line in lines:
        console.say(line)
    console.say()
    console.say(f"This report: {file}")


def _lines(landing: str, done: _Done) -> list[str]:
    lines = [f"contacts now known as {', '.join(done.tokens)}"]
    if done.unknown:
        lines.append(f"lines of the list that name nobody: {done.unknown}")
    if done.people:
        people = done.people
        lines.append(
            f"suppressed from now on: {len(people.contacts)} contact ids, {len(people.addresses)} addresses,"
            f" {len(people.visitors)} visitor ids"
        )
        if people.shared_addresses or people.shared_visitors:
            lines.append(
                f"shared with somebody who stays, so taken out of the contacts' own records only:"
                f" {len(people.shared_addresses)} addresses; kept: {len(people.shared_visitors)} visitor ids"
            )
    if done.removed:
        lines += ["", *_removed_lines(done.removed)]
        lines.append(
            f"  published   build {done.published.build_id} holds nobody of them; older builds removed:"
            f" {done.published.older_builds_removed}"
            if done.published
            else "  published   NOT YET: the build that readers see still holds them"
        )
    return [*lines, "", *_landing_lines(landing, done.search)] if done.search else lines


def _removed_lines(removed: Removed) -> list[str]:
    lines = ["made anonymous:"]
    lines += [
        f"  raw         {relation}: {rows:,} records of theirs"
        + (
            f", {removed.mentions[relation]:,} of others that mentioned them"
            if removed.mentions[relation]
            else ""
        )
        for relation, rows in sorted(removed.own_rows.items())
    ]
    return [
        *lines,
        f"  raw         {removed.parts:,} Parquet files written anew",
        f"  quarantine  {removed.quarantined:,} texts taken out",
        "  ledger      written anew",
        "  build       made anew from the anonymous records, as far as it told of them",
    ]


def _landing_lines(landing: str, search: Search) -> list[str]:
    if not search.holding and not search.unreadable:
        return [f"no file in {landing} mentions an erased person"]
    lines = [f"{landing} is not edited. Files there that mention an erased person: {len(search.holding)}"]
    lines += [f"  {name}" for name in search.holding]
    if search.unreadable:
        lines.append(f"files there that could not be looked through: {len(search.unreadable)}")
        lines += [f"  {name}" for name in search.unreadable]
    return lines
