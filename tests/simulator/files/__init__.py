"""Tests of the files that the simulator writes."""
