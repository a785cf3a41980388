"""Pages of the app opened in a browser, and used as a reader uses them."""
