"""Tests of the true figures."""
