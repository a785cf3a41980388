"""The checks of what people do on the web: visits, clicks, submissions, and conversions that follow."""
