"""Files that hold tables: CSV, JSON lines, Parquet and Dynamics 365 folders, read as rows of text."""
