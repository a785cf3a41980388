"""The commands of `touchpoint` and their options, and the exit code that each ends with.

Starts fast: a command imports what it needs when it runs.

Exit codes: 0 done (a build was published or there was nothing new), 1 the audit is red, 2 bad usage, input
folder or configuration, 3 failed for another reason, 4 another build holds the home; 130 and 143 where a
signal ended it (`interruption.py`).
"""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from orchestration import settings
from orchestration.build.options import Options, check_range, parse_day
from orchestration.cli import console
from orchestration.errors import TouchpointError, UsageError
from orchestration.settings import VERSION

if TYPE_CHECKING:
    from ingestion.replay.run import Scope

#: Reason codes of quarantined records and files; docs/inputs.md explains them.
REASON_CODES = (
    *("not_json", "not_utf8", "wrong_shape", "missing_field"),
    *("bad_timestamp", "out_of_range", "unknown_value", "too_large"),
)
#: Python looks for objects that nobody can reach whenever so many more exist; by default, 700. dbt and Great
#: Expectations make a million that live as long as the command: to look at them took a tenth of a small one.
_OBJECTS_BETWEEN_COLLECTIONS = 500_000


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except UsageError as error:
        raise typer.BadParameter(str(error)) from None


def _positive(value: object) -> int:
    text = str(value)
    if not text.isdigit() or int(text) < 1:
        raise typer.BadParameter(f"{text!r} is not a whole number above 0")
    return int(text)


def _reason(text: str) -> str:
    if text not in REASON_CODES:
        raise typer.BadParameter(f"{text!r} is none of {', '.join(REASON_CODES)}")
    return text


def _day_option(name: str, about: str) -> Any:
    return typer.Option(name, parser=_day, metavar="DAY", help=about)


def _count(about: str) -> Any:
    return typer.Option(parser=_positive, metavar="N", help=about)


Landing = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="landing zone, a folder or s3://, gs://, az:// (default $TOUCHPOINT_LANDING, else"
        f" {settings.DEFAULT_LANDING})",
    ),
]
Home = Annotated[
    str | None,
    typer.Option(
        metavar="DIR", help=f"the warehouse (default $TOUCHPOINT_HOME, else {settings.DEFAULT_HOME})"
    ),
]
Config = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help=f"feeds and time zone (default $TOUCHPOINT_CONFIG, else {settings.DEFAULT_CONFIG} here, if any)",
    ),
]
Wait = Annotated[
    int | None,
    typer.Option(
        parser=_positive,
        metavar="MINUTES",
        help="wait so long for a home that another build holds (default: not at all, end with 4)",
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="show where an error came from")]
Engine = Annotated[
    Literal["duckdb", "spark"] | None,
    typer.Option("--engine", help="what holds the tables (default: `engine` in touchpoint.yml, or duckdb)"),
]
Feed = Annotated[str | None, typer.Option(metavar="FEED", help="of one feed only")]
Reason = Annotated[
    str | None,
    typer.Option(
        parser=_reason, metavar="CODE", help=f"with one reason code only: {', '.join(REASON_CODES)}"
    ),
]
ArrivedFrom = Annotated[date | None, _day_option("--from", "arrived on or after")]
ArrivedTo = Annotated[date | None, _day_option("--to", "arrived on or before")]

_STYLE: dict[str, Any] = {
    "add_completion": False,
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
touchpoint = typer.Typer(help="Marketing logs of any provider in, trusted documented tables out.", **_STYLE)
quarantine = typer.Typer(help="look at the records that could not be read", **_STYLE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command in this thread and return its exit code; wrong arguments raise `SystemExit`."""
    settings.keep_tools_quiet()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    given = list(sys.argv[1:] if arguments is None else arguments)
    command = typer.main.get_command(touchpoint)
    try:
        return int(command.main(given, prog_name="touchpoint", standalone_mode=False) or 0)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        asked = context.command_path if context else "touchpoint"
        console.complain(f"{error.format_message()} (see `{asked} --help`)")
        sys.exit(UsageError.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        return 3
    except Exception as error:
        if "--debug" in given:
            console.clear_bar()
            traceback.print_exc()
        console.complain(_message(error))
        return error.exit_code if isinstance(error, TouchpointError) else 3


def _message(error: Exception) -> str:
    if isinstance(error, TouchpointError):
        return str(error)
    # Imported here: only failed commands need it.
    from orchestration.build.disk_errors import advice_on_error

    if advice := advice_on_error(error):
        return f"failed: {advice}"
    return f"failed: {type(error).__name__}: {error} (run again with --debug to see where)"


def _show_version(is_asked: bool) -> None:
    if is_asked:
        console.say(f"touchpoint {VERSION}")
        raise typer.Exit


@touchpoint.callback()
def _of_all_commands(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="show the version")
    ] = False,
) -> None:
    pass


@touchpoint.command()
def build(
    landing: Landing = None,
    home: Home = None,
    config: Config = None,
    from_day: Annotated[date | None, _day_option("--from", "first arrival day to read")] = None,
    to_day: Annotated[date | None, _day_option("--to", "last arrival day to read")] = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="make every table anew from what was landed")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="red arrival checks block publishing too")] = False,
    pseudonymise: Annotated[
        bool,
        typer.Option(
            "--pseudonymise",
            help="publish a copy with hashed contacts and without personal columns beside the tables",
        ),
    ] = False,
    engine: Engine = None,
    wait: Wait = None,
    debug: Debug = False,
) -> int:
    """read what is new in the landing zone, transform, audit, publish"""
    check_range(from_day, to_day)
    from orchestration.cli.commands.build import build

    options = Options(from_day, to_day, full_refresh, strict, pseudonymise, engine)
    return build(settings.Settings.from_environment(landing, home, config), options, wait or 0)


@touchpoint.command()
def audit(
    home: Home = None,
    config: Config = None,
    engine: Engine = None,
    wait: Wait = None,
    debug: Debug = False,
) -> int:
    """test and check every row of what is published, not only what is new; 1 where it is wrong"""
    from orchestration.cli.commands.audit import audit

    return audit(settings.Settings.from_environment(None, home, config), Options(engine=engine), wait or 0)


@touchpoint.command()
def simulate(
    landing: Annotated[
        str | None,
        typer.Option(metavar="DIR", help=f"where to write (default {settings.DEFAULT_LANDING})"),
    ] = None,
    contacts: Annotated[int, _count("contacts (default 1000)")] = 1000,
    days: Annotated[int, _count("days (default 30)")] = 30,
    seed: Annotated[int, typer.Option(metavar="N", help="the same seed, the same files (default 1)")] = 1,
    faults: Annotated[
        str, typer.Option(metavar="A,B", help="faults to inject, by name; `list` names them")
    ] = "",
    replace: Annotated[
        bool,
        typer.Option("--replace", help="remove files of the landing zone that simulate did not write"),
    ] = False,
    debug: Debug = False,
) -> int:
    """write sample feeds in the providers' formats, with truth.json beside them"""
    from orchestration.cli.commands.simulate import simulate

    folder = settings.Settings.from_environment(landing=landing).landing
    return simulate(folder, contacts=contacts, days=days, seed=seed, faults=faults, replace=replace)


@touchpoint.command()
def status(home: Home = None, debug: Debug = False) -> int:
    """say what is published and what was read"""
    from orchestration.cli.commands.status import status

    return status(settings.Settings.from_environment(home=home))


@touchpoint.command()
def watch(
    hours: Annotated[int, _count("hours that may pass without a build")] = settings.DEFAULT_ALERT_HOURS,
    home: Home = None,
    debug: Debug = False,
) -> int:
    """tell the addresses in TOUCHPOINT_ALERTS where builds stopped coming; 1 where anything is wrong"""
    from orchestration.cli.commands.watch import watch

    return watch(settings.Settings.from_environment(home=home), hours)


@touchpoint.command()
def sql(
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="one statement; tables of marts need no schema")
    ],
    shown_as: Annotated[
        Literal["table", "csv", "json"], typer.Option("--format", help="how the rows are written")
    ] = "table",
    home: Home = None,
    debug: Debug = False,
) -> int:
    """answer a question in SQL from what is published"""
    from orchestration.cli.commands.sql import sql

    return sql(settings.Settings.from_environment(home=home), query, shown_as)


@touchpoint.command("open")
def places(home: Home = None, debug: Debug = False) -> int:
    """say where everything that is published is, and how to open it"""
    from orchestration.cli.commands.places import places

    return places(settings.Settings.from_environment(home=home))


@touchpoint.command()
def serve(
    home: Home = None,
    port: Annotated[int, typer.Option(metavar="N", help="port (default 8321)")] = 8321,
    host: Annotated[
        str,
        typer.Option(metavar="ADDRESS", help="address to listen on (default 127.0.0.1: this machine only)"),
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST", help="a host name under which browsers call it; may be given several times"
        ),
    ] = None,
    user_header: Annotated[
        str, typer.Option(metavar="NAME", help="the header in which a trusted proxy names the user")
    ] = "",
    debug: Debug = False,
) -> int:
    """show what is published as pages, on http://127.0.0.1:8321"""
    from orchestration.cli.commands.serve import serve

    return serve(settings.Settings.from_environment(home=home), host, port, user_header, name or [])


touchpoint.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def list_records(
    limit: Annotated[int, _count("at most so many (default 100)")] = 100,
    feed: Feed = None,
    reason: Reason = None,
    from_day: ArrivedFrom = None,
    to_day: ArrivedTo = None,
    home: Home = None,
    debug: Debug = False,
) -> int:
    """one line per record"""
    scope = _scope(feed, reason, from_day, to_day)
    from orchestration.cli.commands.quarantine import list_records

    return list_records(settings.Settings.from_environment(home=home), scope, limit)


@quarantine.command("show")
def show_record(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="<feed>/<day>/<file>:<line>[#<item>]")],
    full: Annotated[bool, typer.Option("--full", help="all of a long text")] = False,
    home: Home = None,
    debug: Debug = False,
) -> int:
    """one record with its raw text, named as `list` names it"""
    from orchestration.cli.commands.quarantine import show_record

    return show_record(settings.Settings.from_environment(home=home), record, is_full=full)


@quarantine.command("count")
def count_records(
    feed: Feed = None,
    reason: Reason = None,
    from_day: ArrivedFrom = None,
    to_day: ArrivedTo = None,
    home: Home = None,
    debug: Debug = False,
) -> int:
    """how many, by feed and reason"""
    scope = _scope(feed, reason, from_day, to_day)
    from orchestration.cli.commands.quarantine import count_records

    return count_records(settings.Settings.from_environment(home=home), scope)


@touchpoint.command()
def erase(
    contact: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="contact_id or e-mail address of somebody to erase; may be given several times",
        ),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="a list of people, one a line, or - for standard input"),
    ] = None,
    landing: Landing = None,
    home: Home = None,
    config: Config = None,
    engine: Engine = None,
    debug: Debug = False,
) -> int:
    """take people out of the warehouse, and keep them out"""
    if not contact and not file:
        raise UsageError("nobody is named: say who is to be erased, with --contact or --file")
    from orchestration.cli import people_list
    from orchestration.cli.commands.build import execute
    from orchestration.cli.commands.erase import erase

    listed = people_list.read(file) if file else None
    here = settings.Settings.from_environment(landing, home, config)
    return erase(here, Options(engine=engine), contact or [], listed, execute)


@touchpoint.command()
def replay(
    landing: Landing = None,
    home: Home = None,
    config: Config = None,
    feed: Feed = None,
    reason: Reason = None,
    from_day: ArrivedFrom = None,
    to_day: ArrivedTo = None,
    no_build: Annotated[
        bool, typer.Option("--no-build", help="leave building to the next `touchpoint build`")
    ] = False,
    engine: Engine = None,
    debug: Debug = False,
) -> int:
    """read the quarantine again after a fix, land what can be read now, and build"""
    scope = _scope(feed, reason, from_day, to_day)
    from orchestration.cli.commands.build import bring_up_to_date
    from orchestration.cli.commands.replay import replay

    here = settings.Settings.from_environment(landing, home, config)
    return replay(here, Options(engine=engine), scope, bring_up_to_date, no_build=no_build)


def _scope(feed: str | None, reason: str | None, from_day: date | None, to_day: date | None) -> Scope:
    check_range(from_day, to_day)
    from ingestion.replay.run import Scope

    return Scope(None if feed is None else [feed], reason, from_day, to_day)
