"""What walks through an iteration: the phase strip, the guess, the what-if."""
