"""Puts a folder of assets into Superset, in place of what has the same ids; Superset's Python runs it."""

import sys
from pathlib import Path

from superset.app import create_app

with create_app().app_context():
    from flask import g
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    folder = Path(sys.argv[1])
    # The owner of what is new.
    g.user = security_manager.find_user(username=sys.argv[2])
    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.yaml")}
    ImportAssetsCommand(files).run()
    sys.stdout.write(f"{len(files) - 1} assets are in Superset\n")
