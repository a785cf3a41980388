"""The expected email marts, from messages and the events that are seen of them."""
