"""`make docs`: the dbt docs of a home as one self-contained page.

Belongs here: where the page goes. Does not belong here: its words (the models' descriptions).
"""

from __future__ import annotations

import argparse
import shutil
import sys

from orchestration import console, lock, settings
from orchestration.errors import TouchpointError
from orchestration.home import Home
from orchestration.transform import Dbt, Variables


def main() -> int:
    """Write <home>/docs/index.html."""
    settings.keep_tools_quiet()
    parser = argparse.ArgumentParser(prog="python -m orchestration.docs", description=__doc__)
    parser.add_argument("--home", help="the warehouse")
    home = Home(settings.Settings.from_environment(home=parser.parse_args().home).home)
    try:
        with lock.hold(home.lock):
            page = Dbt(home).write_docs(Variables())
    except TouchpointError as error:
        console.complain(str(error))
        return error.exit_code
    target = home.root / "docs" / "index.html"
    target.parent.mkdir(exist_ok=True)
    shutil.copyfile(page, target)
    console.say(f"The data dictionary: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
