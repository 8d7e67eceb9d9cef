"""The named data sets: one file each, one import line each, in the order of the menus."""

# isort: off
from bpviz.data.generators import spiral as spiral
from bpviz.data.generators import xor as xor
from bpviz.data.generators import circle as circle
from bpviz.data.generators import gauss as gauss
from bpviz.data.generators import moons as moons
from bpviz.data.generators import blobs as blobs
from bpviz.data.generators import multi_spiral as multi_spiral
from bpviz.data.generators import sine as sine
from bpviz.data.generators import plane as plane
from bpviz.data.generators import gaussian_bumps as gaussian_bumps
from bpviz.data.generators import worked_example as worked_example
from bpviz.data.generators import noisy_sine as noisy_sine
from bpviz.data.generators import echo as echo
from bpviz.data.generators import parity as parity
from bpviz.data.generators import delayed_xor as delayed_xor
from bpviz.data.generators import binary_addition as binary_addition
from bpviz.data.generators import adding as adding
from bpviz.data.generators import iris as iris
from bpviz.data.generators import wine as wine
from bpviz.data.generators import digits as digits
from bpviz.data.generators import digits28 as digits28
