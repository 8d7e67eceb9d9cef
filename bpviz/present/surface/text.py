"""What is said about a surface: the line under it and the line beside its title."""

from __future__ import annotations

import math

from bpviz.present.numbers import short
from bpviz.present.surface.mesh import HeightScale
from bpviz.present.walk.words import iteration_number
from bpviz.snapshot import SurfaceGrid, SurfaceRequest
from bpviz.text import N_, tr

KINDS: dict[str, str] = {
    "axes": N_("the function's own axes"),
    "weights": N_("two weights"),
    "random": N_("random directions"),
}


def caption(grid: SurfaceGrid, scale: HeightScale, *, walked: bool = False) -> str:
    """Return the line under the surface: whose it is, and how far the plane's height is from the truth."""
    loss = short(grid.true_loss, steady=True)
    if grid.kind == "axes":
        parts = [tr("loss {value}", value=loss)]
    else:
        plane = short(float(grid.ball[2]), steady=True)
        parts = [tr("loss {true} · on the plane {plane}", true=loss, plane=plane)]
    if scale.clipped:
        parts.append(tr("cut at {value}", value=short(scale.cap(), 3)))
    # Last, as it is what can be cut off: the other panels say it as well.
    parts.append(tr("iteration {number}", number=iteration_number(grid.iteration, walked=walked)))
    return " · ".join(parts)


def caption_help(grid: SurfaceGrid, scale: HeightScale) -> str:
    """Return the caption's longer explanation, for its tooltip."""
    lines = []
    if grid.kind != "axes":
        lines.append(
            tr(
                "The surface is the loss on a plane through the parameters. The run leaves the plane, so the "
                "loss where the ball is drawn may differ from the run's own loss."
            )
        )
    if scale.clipped:
        lines.append(tr("Losses above {value} are cut off level.", value=short(scale.cap())))
    lines.append(tr("The arrow points along −∇L, the direction of steepest descent on this plane."))
    return "\n".join(lines)


def subtitle(grid: SurfaceGrid | None, request: SurfaceRequest) -> str:
    """Return which plane is shown."""
    kind = grid.kind if grid is not None else request.kind
    if grid is not None and len(grid.v) < 2:
        return tr("a curve over {name}", name=grid.u_label)
    if kind == "weights" and grid is not None:
        return tr("plane: {u} × {v}", u=grid.u_label, v=grid.v_label)
    if kind == "random":
        return tr("plane: random directions · seed {seed}", seed=request.seed)
    return tr("plane: {kind}", kind=tr(KINDS.get(kind, kind)))


def half_width(grid: SurfaceGrid) -> float:
    """Return the plane's half width in units of its directions."""
    width = (float(grid.u[-1]) - float(grid.u[0])) / 2
    return width if math.isfinite(width) and width > 0 else 1.0
