"""The network diagram in numbers: places, lines, colours."""
