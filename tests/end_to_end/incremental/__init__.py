"""What incremental builds guarantee: the same tables in any order, and plans that multiply nothing."""
