"""Answering requests: routes, who may see what, headers, and results as files."""
