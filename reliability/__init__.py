"""Experiments on whole builds: they are killed, given malformed input, and given the same events in every
order.

Each experiment injects faults and counts what is lost or wrong; `python -m reliability` runs them.
"""
