"""Whole builds of simulated worlds: every mart equals the truth that the simulator wrote."""
