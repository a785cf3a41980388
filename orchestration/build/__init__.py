"""The steps of a build (land, expose, transform, audit), its plan, and its record in the ledger."""
