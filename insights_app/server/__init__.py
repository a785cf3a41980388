"""Answers requests: routes, access, headers, and results as files."""
