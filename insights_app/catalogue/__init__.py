"""What is shown: for each entity its list and its tabs, for each tab its blocks, for each block one query."""
