"""Makes pages: reads the address, fills the catalogue's blocks from the build, writes HTML."""
