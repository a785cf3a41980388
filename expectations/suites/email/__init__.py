"""The checks of e-mail tables: events, messages, and the marts that count them."""
