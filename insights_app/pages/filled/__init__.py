"""Fills blocks from a build: returns plain values for the templates."""
