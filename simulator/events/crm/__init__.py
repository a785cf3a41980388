"""Form submissions that make leads, the leads' stages and scores, and segment memberships."""
