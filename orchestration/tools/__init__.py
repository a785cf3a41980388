"""Programs behind make targets: generated files, documentation pages and the figures of the demo."""
