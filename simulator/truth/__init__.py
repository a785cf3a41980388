"""The true figures in truth.json: every mart's expected rows, computed without the warehouse."""
