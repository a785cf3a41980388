"""Feed name -> emitter, found by name: a module of this package that has one is called as its feed.

Belongs here: the finding. Does not belong here: any feed, or how often it is used (`providers.py`).
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from simulator import emit
from simulator.emit.records import Emitter

_NAMES = [found.name for found in iter_modules(emit.__path__) if found.name != "registry"]
_MODULES = {name: import_module(f"{emit.__name__}.{name}") for name in _NAMES}

EMITTERS: dict[str, Emitter] = {
    name: module.EMITTER for name, module in _MODULES.items() if hasattr(module, "EMITTER")
}
