"""Copies of what is published on servers: how a server gets the tables whole, and when readers see them."""
