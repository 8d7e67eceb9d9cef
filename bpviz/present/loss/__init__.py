"""Loss curves of any length, and what is said about them."""
