"""A run's configuration as a form, and every edit of it."""
