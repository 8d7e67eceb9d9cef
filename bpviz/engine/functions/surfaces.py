"""Functions of two variables."""

from bpviz.engine.functions.base import add_function
from bpviz.text import N_

add_function(
    "bowl",
    N_("Bowl x² + y²"),
    "x^2 + y^2",
    ((-2.0, 2.0), (-2.0, 2.0)),
    (1.5, 1.5),
    N_("A round bowl: the gradient points away from the middle."),
)
add_function(
    "elongated_bowl",
    N_("Long valley"),
    "0.5*x^2 + 10*y^2",
    ((-4.0, 4.0), (-2.0, 2.0)),
    (-3.5, 1.5),
    N_("Steep across, flat along: descent zigzags."),
)
add_function(
    "saddle",
    N_("Saddle"),
    "x^2 - y^2",
    ((-2.0, 2.0), (-2.0, 2.0)),
    (1.5, 0.001),
    N_("Down on two sides, up on two: no minimum at all."),
)
add_function(
    "rosenbrock",
    N_("Rosenbrock's valley"),
    "(1-x)^2 + 100*(y-x^2)^2",
    ((-2.0, 2.0), (-1.0, 3.0)),
    (-2.0, 2.0),
    N_("A curved, flat valley."),
)
add_function(
    "himmelblau",
    N_("Himmelblau"),
    "(x^2+y-11)^2 + (x+y^2-7)^2",
    ((-5.0, 5.0), (-5.0, 5.0)),
    (0.0, -4.0),
    N_("Four equal minima."),
)
