"""The command `touchpoint`: arguments in, exit code out.

Belongs here: arguments, and turning errors into messages and exit codes. Does not belong here: what a command
does (`commands/`). Starts fast: nothing heavy is imported before a command needs it.

Exit codes: 0 done (a build was published or there was nothing new), 1 the audit is red, 2 bad usage, input
folder or configuration, 3 failed for another reason, 4 another build holds the home; 130 and 143 where a
signal ended it (`interruption.py`).
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import date

from orchestration import settings
from orchestration.build.options import check_range, parse_day
from orchestration.cli import console
from orchestration.errors import TouchpointError, UsageError
from orchestration.settings import VERSION

CONFIG_HELP = f"feeds and time zone (default $TOUCHPOINT_CONFIG, else {settings.DEFAULT_CONFIG} here, if any)"

#: Why a record or file can be in quarantine: docs/inputs.md says what each means.
REASON_CODES = (
    *("not_json", "not_utf8", "wrong_shape", "missing_field"),
    *("bad_timestamp", "out_of_range", "unknown_value", "too_large"),
)

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the console script exits with what this returns."""
    settings.keep_tools_quiet()
    chosen = _parser().parse_args(arguments)
    try:
        check_range(getattr(chosen, "from_day", None), getattr(chosen, "to_day", None))
        return int(_command(chosen.command)(chosen))
    except BrokenPipeError:
        sys.stderr.close()
        return 3
    except Exception as error:
        if chosen.debug:
            traceback.print_exc()
        console.complain(_message(error))
        return error.exit_code if isinstance(error, TouchpointError) else 3


def _message(error: Exception) -> str:
    if isinstance(error, TouchpointError):
        return str(error)
    # Imported here: it opens databases, and only what failed needs it.
    from orchestration.build.disk_errors import trouble_behind

    if advice := trouble_behind(error):
        return f"failed: {advice}"
    return f"failed: {type(error).__name__}: {error} (run again with --debug to see where)"


def _command(name: str) -> Command:
    if name == "build":
        from orchestration.cli.commands.build import build

        return build
    if name == "simulate":
        from orchestration.cli.commands.simulate import simulate

        return simulate
    if name == "replay":
        from orchestration.cli.commands.replay import replay

        return replay
    if name == "status":
        from orchestration.cli.commands.status import status

        return status
    if name == "erase":
        from orchestration.cli.commands.erase import erase

        return erase
    from orchestration.cli.commands.quarantine import quarantine

    return quarantine


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="touchpoint", description="Marketing logs of any provider in, trusted documented tables out."
    )
    parser.add_argument("--version", action="version", version=f"touchpoint {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_build(commands)
    _add_simulate(commands)
    _add_status(commands)
    _add_quarantine(commands)
    _add_erase(commands)
    _add_replay(commands)
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
    parser.add_argument("--debug", action="store_true", help="show where an error came from")
    return parser


def _add_build(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "build", "read what is new in the landing zone, transform, audit, publish")
    _add_folders(parser, landing=True)
    parser.add_argument("--from", dest="from_day", type=_day, metavar="DAY", help="first arrival day to read")
    parser.add_argument("--to", dest="to_day", type=_day, metavar="DAY", help="last arrival day to read")
    parser.add_argument(
        "--full-refresh", action="store_true", help="make every table anew from what was landed"
    )
    parser.add_argument("--strict", action="store_true", help="red arrival checks block publishing too")
    parser.add_argument(
        "--pseudonymise",
        action="store_true",
        help="publish a copy with hashed contacts and without personal columns beside the tables",
    )


def _add_simulate(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(
        commands, "simulate", "write sample feeds in the providers' formats, with truth.json beside them"
    )
    parser.add_argument(
        "--landing", metavar="DIR", help=f"where to write (default {settings.DEFAULT_LANDING})"
    )
    parser.add_argument(
        "--contacts", type=_positive, default=1000, metavar="N", help="contacts (default 1000)"
    )
    parser.add_argument("--days", type=_positive, default=30, metavar="N", help="days (default 30)")
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="the same seed, the same files (default 1)"
    )
    parser.add_argument(
        "--faults", default="", metavar="A,B", help="faults to inject, by name; `list` names them"
    )
    parser.add_argument(
        "--replace", action="store_true", help="remove files of the landing zone that simulate did not write"
    )


def _add_status(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "status", "say what is published and what was read")
    _add_folders(parser, landing=False)


def _add_quarantine(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "quarantine", "look at the records that could not be read")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = _add(actions, "list", "one line per record")
    listing.add_argument(
        "--limit", type=_positive, default=100, metavar="N", help="at most so many (default 100)"
    )
    showing = _add(actions, "show", "one record with its raw text, named as `list` names it")
    showing.add_argument("record", metavar="RECORD", help="<feed>/<day>/<file>:<line>[#<item>]")
    showing.add_argument("--full", action="store_true", help="all of a long text")
    counting = _add(actions, "count", "how many, by feed and reason")
    for action in (listing, counting):
        _add_quarantine_filter(action)
    for action in (listing, showing, counting):
        _add_folders(action, landing=False)


def _add_erase(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(commands, "erase", "take people out of the warehouse, and keep them out")
    parser.add_argument(
        "--contact",
        action="append",
        required=True,
        metavar="ID",
        help="contact_id or e-mail address of somebody to erase; may be given several times",
    )
    _add_folders(parser, landing=True)


def _add_quarantine_filter(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--feed", help="of one feed only")
    parser.add_argument(
        "--reason",
        metavar="CODE",
        choices=REASON_CODES,
        help=f"with one reason code only: {', '.join(REASON_CODES)}",
    )
    parser.add_argument("--from", dest="from_day", type=_day, metavar="DAY", help="arrived on or after")
    parser.add_argument("--to", dest="to_day", type=_day, metavar="DAY", help="arrived on or before")


def _add_replay(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = _add(
        commands, "replay", "read the quarantine again after a fix, land what can be read now, and build"
    )
    _add_folders(parser, landing=True)
    _add_quarantine_filter(parser)
    parser.add_argument(
        "--no-build", action="store_true", help="leave building to the next `touchpoint build`"
    )


def _add_folders(parser: argparse.ArgumentParser, *, landing: bool) -> None:
    if landing:
        parser.add_argument(
            "--landing",
            metavar="DIR",
            help=f"landing zone (default $TOUCHPOINT_LANDING, else {settings.DEFAULT_LANDING})",
        )
        parser.add_argument("--config", metavar="FILE", help=CONFIG_HELP)
    parser.add_argument(
        "--home",
        metavar="DIR",
        help=f"the warehouse (default $TOUCHPOINT_HOME, else {settings.DEFAULT_HOME})",
    )


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
