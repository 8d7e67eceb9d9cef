"""The loss surface made ready to be drawn."""
