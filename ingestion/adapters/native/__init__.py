"""Marketing interactions as files: our own CSV, JSON and Parquet format, and Dynamics 365 exports."""
