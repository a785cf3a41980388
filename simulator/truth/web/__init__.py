"""The expected marts of pages, forms, websites, redirect URLs, events and surveys."""
