"""Answers requests of browsers: the routes, who may read what, the headers, and results as files."""
