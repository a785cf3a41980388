"""EMITTERS: feed name -> emitter. Every module below this package that has an EMITTER is found by its
name."""

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
