"""One module per command of `touchpoint`.

Belongs here: what a command does and says. Does not belong here: its arguments (`cli/__main__.py`).
"""
