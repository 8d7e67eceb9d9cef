"""A network unrolled over time, in numbers and words."""
