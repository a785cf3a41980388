"""Reading the published file: one build at a time, read-only."""
