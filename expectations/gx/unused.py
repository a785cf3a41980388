"""Spares the import of what Great Expectations imports and no check of ours uses.

The statistics of scipy are a quarter of what the import costs.
"""

from __future__ import annotations

import importlib.util
import sys


def postpone(package: str, module: str) -> None:
    """Let a module of a package be imported when somebody uses it, not when somebody names it.

    The package and the module must be installed. Nothing happens if the module is imported already.
    """
    name = f"{package}.{module}"
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"there is no module {name}", name=name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    postponed = importlib.util.module_from_spec(spec)
    sys.modules[name] = postponed
    spec.loader.exec_module(postponed)
    # Otherwise `from package import module` would look at the module, which is using it.
    setattr(sys.modules[package], module, postponed)
