"""`make docs`: writes dbt's data dictionary of a home as one page, `<home>/docs/index.html`.

The page works offline: a content security policy keeps the browser from loading or sending anything.
"""

from __future__ import annotations

import argparse
import sys

from orchestration import settings
from orchestration.build.dbt.runner import Dbt, Variables
from orchestration.cli import console
from orchestration.errors import TouchpointError
from orchestration.home import Home, lock

#: Content security policy: allows scripts, styles and images inside the page, but blocks the tracker that dbt
#: adds.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)


def closed(page: str) -> str:
    """Add the policy to an HTML page; raise `TouchpointError` where the page has no `<head>`."""
    if "<head>" not in page:
        raise TouchpointError("the page that dbt docs made has no <head>: no policy can be put into it")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    return page.replace("<head>", "<head>" + policy, 1)


def main() -> int:
    """Write the page; return the exit code."""
    settings.keep_tools_quiet()
    parser = argparse.ArgumentParser(prog="python -m orchestration.tools.docs", description=__doc__)
    parser.add_argument("--home", help="the warehouse")
    home = Home(settings.Settings.from_environment(home=parser.parse_args().home).home)
    try:
        with lock.hold(home.lock):
            page = closed(Dbt(home).write_docs(Variables()).read_text(encoding="utf-8"))
    except TouchpointError as error:
        console.complain(str(error))
        return error.exit_code
    target = home.root / "docs" / "index.html"
    target.parent.mkdir(exist_ok=True)
    target.write_text(page, encoding="utf-8")
    console.say(f"The data dictionary: {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
