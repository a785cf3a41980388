"""Drawing pages: the address read, the catalogue's blocks filled from the build, HTML written."""
