"""The set-up panel."""
