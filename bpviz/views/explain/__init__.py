"""The explanation's panel: story, words, formulas."""
