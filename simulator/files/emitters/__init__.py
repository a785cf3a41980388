"""How each provider writes its events, one module per provider, and the registry of them."""
