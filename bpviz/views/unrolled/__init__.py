"""A recurrent network unrolled over time."""
