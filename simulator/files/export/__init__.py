"""Files of the Dynamics 365 interaction export: one CDM folder per arrival day."""
