"""The lessons' side panel."""
