"""What a card says about a unit, a weight, a map."""
