"""The process of `touchpoint`, from the first signal to the exit code; its commands are in `arguments.py`."""

from __future__ import annotations

import gc
import sys

from orchestration.cli import interruption


def program() -> None:
    """Run the command that the arguments of the process name, and exit with its code."""
    interruption.end_on_signals()
    # Imported here, because the import takes a while, and Ctrl-C during it would show a traceback.
    from orchestration.cli.arguments import main

    # dbt and Dagster make hundreds of thousands of objects that live until the end: searching them for
    # garbage again and again took seconds of every build.
    gc.set_threshold(100_000, 20, 20)
    code = interruption.run(main)
    gc.disable()
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    program()
