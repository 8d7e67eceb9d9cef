"""The gradient check's panel."""
