"""Spares the import of what Great Expectations names at its top and no check of ours uses.

The statistics of scipy and the charts of altair are a third of what its import costs.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any


def postpone(name: str) -> None:
    """Let a module be imported when somebody uses it, not when somebody names it.

    The module must be installed; its package is imported. Nothing happens if the module is imported already.
    The standard library's `LazyLoader` does not do: it imports at the first look at any attribute, and
    `inspect.stack()`, which dbt calls, asks every module for its `__file__`.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"there is no module {name}", name=name)
    postponed = _Postponed(name)
    postponed.__spec__ = spec
    postponed.__file__ = spec.origin
    sys.modules[name] = postponed
    package, _, module = name.rpartition(".")
    if package:
        setattr(sys.modules[package], module, postponed)


class _Postponed(ModuleType):
    """Stands for a module that nobody has used yet, and passes on every name that it is asked for."""

    def __getattr__(self, attribute: str) -> Any:
        # Python's own names say how a module came to be: asking for them is not using it, but for the path,
        # which the import of a submodule needs.
        if attribute.startswith("__") and attribute != "__path__":
            raise AttributeError(f"{self.__name__} is not imported yet", name=attribute, obj=self)
        return getattr(self._imported(), attribute)

    def _imported(self) -> ModuleType:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return importlib.import_module(self.__name__)
