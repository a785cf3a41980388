"""The process of `touchpoint`, from the first signal to the exit code; its commands are in `arguments.py`."""

from __future__ import annotations

import gc
import sys

from orchestration.cli import interruption


def program() -> None:
    """Run the command that the arguments of the process name, and exit with its code."""
    interruption.end_on_signals()
    # Imported here: it takes a while, and Ctrl-C would end in a traceback.
    from orchestration.cli.arguments import main

    # dbt and Dagster make hundreds of thousands of objects that stay: looking through them for garbage, again
    # and again and once more at the end, took seconds of every build.
    gc.set_threshold(100_000, 20, 20)
    code = interruption.run(main)
    gc.disable()
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    program()
