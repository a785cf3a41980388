"""Lookups in data shipped with libraries: country of an address, device and machine of a user agent."""
