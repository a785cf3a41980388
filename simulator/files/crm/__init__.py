"""CRM snapshot files: every entity as of each snapshot day."""
