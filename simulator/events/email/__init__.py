"""Messages and the email events that feeds report about them."""
