"""The command `touchpoint`: its arguments, its commands and what a person at a terminal reads."""
