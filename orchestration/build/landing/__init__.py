"""What a build reads: whether there is news, reading it ahead, and the checks and counts of what was read."""
