"""Feed name -> emitter, found by name: a module of this package that has one is called as its feed.

Belongs here: the finding. Does not belong here: any feed, or how often it is used (`world/feeds.py`).
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from simulator.files import emitters
from simulator.files.records.record import Emitter

_PATHS = [
    found.name
    for found in walk_packages(emitters.__path__, f"{emitters.__name__}.")
    if not found.ispkg and not found.name.endswith(".registry")
]
_MODULES = {path.rpartition(".")[2]: import_module(path) for path in _PATHS}

EMITTERS: dict[str, Emitter] = {
    name: module.EMITTER for name, module in _MODULES.items() if hasattr(module, "EMITTER")
}
