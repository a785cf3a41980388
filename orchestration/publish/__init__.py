"""What readers get: the published folder, and the copy in which contacts are pseudonymised."""
