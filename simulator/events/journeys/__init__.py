"""Passes of contacts through journeys, and the events of the tiles they visit."""
