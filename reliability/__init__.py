"""Proof by trying: whole builds that are killed, fed rubbish, and given the same events in every order.

Belongs here: experiments that inject faults into builds and count what is lost or wrong. Does not belong
here: tests of one rule (`tests/`), or timing (`benchmarks/`).
"""
