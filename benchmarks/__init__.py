"""Measures how long commands take on large made-up feeds; no test depends on the figures of one machine."""
