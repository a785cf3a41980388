"""Watches builds: tells people once what broke and once that it is over, and gives Prometheus figures."""
