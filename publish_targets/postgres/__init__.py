"""The published tables on a PostgreSQL server: connecting, copying, swapping, and what stays from before."""
