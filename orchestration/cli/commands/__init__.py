"""What each command of `touchpoint` does and says, by module; `cli/__main__.py` has the arguments."""
