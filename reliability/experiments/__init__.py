"""One module or folder per experiment; each returns the outcome that docs/operation/reliability.md shows."""
