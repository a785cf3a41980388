"""Reads the published database, read-only, one build at a time."""
