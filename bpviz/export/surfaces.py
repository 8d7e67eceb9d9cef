"""The loss surface of a run, frame by frame, over one plane that stays."""

from __future__ import annotations

import numpy as np

from bpviz.engine.objective import Objective
from bpviz.landscape.grid import surface
from bpviz.landscape.planes import Plane, make_plane
from bpviz.snapshot import SurfaceGrid, SurfaceRequest
from bpviz.training.loop import Training


class RunSurface:
    """Computes the surface around where a run stands: ``(training) -> SurfaceGrid``.

    Parameters
    ----------
    request : SurfaceRequest or None
        None takes a function's own axes, and two random directions for a network.
    """

    def __init__(self, request: SurfaceRequest | None = None) -> None:
        self._request = request
        self._objective: Objective | None = None
        self._plane: Plane | None = None

    def __call__(self, training: Training) -> SurfaceGrid:
        """Return the surface at the training's present θ, with the path up to it."""
        request = self._request or SurfaceRequest("axes" if training.info.kind == "function" else "random")
        iterations, thetas = training.checkpoints.path(training.iteration)
        if self._objective is None:
            # A clone: the run goes on with the buffers that the original owns.
            self._objective = training.objective.clone()
            start = np.array(thetas[0] if thetas else training.theta, np.float64)
            self._plane = make_plane(self._objective, start, request)
        return surface(
            self._objective,
            training.theta,
            request,
            np.array(thetas, np.float64),
            iterations,
            run_id=training.info.run_id,
            iteration=training.iteration,
            plane=self._plane,
            domain=training.info.domain,
        )
