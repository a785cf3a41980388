"""Adapters: which files a provider delivers and where its records keep their fields, one module each."""
