"""One module or folder per experiment; each returns the outcome that docs/reliability.md shows."""
