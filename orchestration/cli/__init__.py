"""The command `touchpoint`: its arguments, its commands, and its output on a terminal."""
