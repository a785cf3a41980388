"""Programs of make targets: they write generated files and documentation pages, and print the demo's
figures.
"""
