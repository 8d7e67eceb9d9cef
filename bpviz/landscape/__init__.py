"""The loss over a plane through the parameters, and the path of a run on it."""

from bpviz.landscape.grid import surface
from bpviz.landscape.planes import Plane, make_plane, plane_of

__all__ = ["Plane", "make_plane", "plane_of", "surface"]
