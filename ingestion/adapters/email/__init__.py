"""E-mail providers: the webhooks that each of them sends, field by field, one module per provider."""
