"""How much memory all that is recorded in a window may take, and who has which part of it.

The present branch has its part whether it needs it or not: what is kept beside it never depends on how far
it has come.  The rest is one purse for the other branches and the runs that were put aside.
"""

from __future__ import annotations

from bpviz.training.checkpoints import MEMORY_BYTES, NEARBY_BYTES

LIMIT = 256 * 2**20
RECORD_BYTES = 56 * 2**20
"""A recorder of the longest run, every column of it full."""
HISTOGRAM_BYTES = 8 * 2**20
"""The columns of the histograms over time."""
BESIDE_BYTES = LIMIT - MEMORY_BYTES - NEARBY_BYTES - RECORD_BYTES - HISTOGRAM_BYTES
"""For what is kept beside the present branch."""
