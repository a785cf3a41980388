"""Checks of the files that were read: their books, and what sources should be like on the day they arrive."""
