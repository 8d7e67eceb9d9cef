"""The decision panel and its pictures: maps, fits, matrices, metrics, sequences."""
