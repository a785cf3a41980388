"""Watches builds: alerts people once about each problem and once when it is over.

Writes figures for Prometheus.
"""
