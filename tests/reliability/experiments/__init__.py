"""Small samples of the experiments, and faults planted for them to find."""
