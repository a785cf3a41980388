"""Whole builds of real payloads, logs and odd files, with expected values."""
