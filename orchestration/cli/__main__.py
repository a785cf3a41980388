"""The program `touchpoint`: one command, then the end of the process.

Belongs here: what concerns the whole process. Does not belong here: commands (`app.py`, imported when signals
end the process already).
"""

from __future__ import annotations

import gc
import sys

from orchestration.cli import interruption


def program() -> None:
    """Run the command that the arguments of the process name, and exit with its code."""
    interruption.end_on_signals()
    from orchestration.cli import app

    # dbt and Dagster make hundreds of thousands of objects that stay: looking through them for garbage, again
    # and again and once more at the end, took seconds of every build.
    gc.set_threshold(100_000, 20, 20)
    code = interruption.run(app.main)
    gc.disable()
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    program()
