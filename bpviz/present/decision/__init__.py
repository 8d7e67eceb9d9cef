"""What a model answers: maps, metrics, sequences."""
