"""Running dbt in this process, and what its results mean for a build."""
