"""A check of the gradient, and the valley of its error."""
