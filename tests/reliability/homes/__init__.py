"""Tests of what experiments check in a home."""
