"""The checks of what was read: its books, and what sources should be like on the day they arrive."""
