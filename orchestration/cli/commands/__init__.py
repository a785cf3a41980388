"""The commands of `touchpoint`, one module each; `cli/arguments.py` has their arguments."""
