"""How long things take, measured side by side in one run.

Belongs here: making large feeds and timing whole commands on them. Does not belong here: anything a test
asserts; a figure of one machine is no promise.
"""
