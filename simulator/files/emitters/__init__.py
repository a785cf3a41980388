"""How each provider writes events down: one module per provider, and the containers they travel in."""
