"""Functions of one variable."""

from bpviz.engine.functions.base import add_function
from bpviz.text import N_

add_function(
    "parabola", N_("Parabola x²"), "x^2", ((-6.0, 6.0),), (5.0,), N_("One valley: where descent begins.")
)
add_function(
    "double_well",
    N_("Double well"),
    "x^4 - 3*x^2 + x",
    ((-2.2, 2.2),),
    (2.0,),
    N_("Two minima, only one of them the lowest."),
)
add_function(
    "wavy", N_("Wavy parabola"), "sin(3*x) + 0.1*x^2", ((-5.0, 5.0),), (3.5,), N_("Many local minima.")
)
add_function(
    "flat_quartic",
    N_("Flat quartic"),
    "x^4",
    ((-2.0, 2.0),),
    (1.8,),
    N_("The gradient vanishes long before the minimum."),
)
add_function(
    "absolute",
    N_("Absolute value"),
    "abs(x)",
    ((-3.0, 3.0),),
    (2.5,),
    N_("A kink: a fixed step never settles."),
)
