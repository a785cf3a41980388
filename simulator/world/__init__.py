"""The simulated world: contacts, emails, journeys, web pages and feeds, before anything happens in it."""
