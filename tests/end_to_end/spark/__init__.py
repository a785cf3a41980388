"""Builds by Spark with Iceberg tables; `make spark-test` runs these, and not `make test`: they take minutes."""
