"""Records between events and files: the values of one event, and the containers that records travel in."""
