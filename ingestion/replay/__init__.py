"""Replay: read quarantined records again after a fix of their file's format or of the configuration."""
