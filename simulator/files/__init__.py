"""Writing the landing zone: one subfolder per kind of feed, from records to compressed files."""
