"""Landing runs: find new files, write their records as Parquet, keep the ledger, show raw relations."""
