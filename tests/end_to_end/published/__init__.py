"""What readers are promised: tables, columns, metrics, the queries of the documentation."""
