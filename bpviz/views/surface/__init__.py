"""The loss surface's panel and its two renderers."""
