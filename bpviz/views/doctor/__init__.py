"""The doctor's panel and badge."""
