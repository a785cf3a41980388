"""The expected marts of leads, scoring models and segments, one module per subject."""
