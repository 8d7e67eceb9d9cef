"""See gradient descent and backpropagation at work, iteration by iteration."""

__version__ = "0.1.0"
