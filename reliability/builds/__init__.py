"""Builds as processes that an experiment starts, watches and interrupts."""
