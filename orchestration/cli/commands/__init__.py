"""What each command of `touchpoint` does and says, by module; `cli/arguments.py` has the arguments."""
