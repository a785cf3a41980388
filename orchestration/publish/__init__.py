"""Publishing: the folder that readers open, and the copy in which contacts are pseudonymised."""
