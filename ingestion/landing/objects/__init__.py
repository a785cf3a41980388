"""Landing zones in buckets (S3, Google Cloud Storage, Azure): listing them, and bringing their files here."""
