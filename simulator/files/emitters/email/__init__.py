"""One module per email feed: how it writes an event."""
