"""Where a walk through an iteration stands, and what is lit there."""
