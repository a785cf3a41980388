"""The catalogue of what is shown: per entity its list and tabs, per tab its blocks, per block one query."""
