"""The pictures of feature maps, kernels and bars, made once a snapshot."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from bpviz.present.diagram import map_colours
from bpviz.present.diagram.colours import on_ground
from bpviz.present.diagram.map_windows import looks
from bpviz.present.palette import Palette
from bpviz.snapshot import Snapshot

Pixels = NDArray[np.uint32]


def image_of(pixels: Pixels) -> QImage:
    """Return a picture over an array's memory: the array must outlive it."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)


Layers = frozenset[int]


class MapImages:
    """Keeps the pictures of the snapshot in force."""

    def __init__(self) -> None:
        self._of: tuple[Snapshot, Layers, Layers, Palette] | None = None
        self._looks: tuple[str, ...] = ()
        self._made: dict[tuple[object, ...], tuple[QImage, Pixels] | None] = {}

    def take(self, snapshot: Snapshot, errors: Layers, gradients: Layers, theme: Palette) -> None:
        """Show this snapshot, in the colours of a ``theme``.

        Parameters
        ----------
        errors, gradients : frozenset of int
            The layers that show δ in place of a, and gradients in place of weights.
        """
        old = self._of
        if old is None or old[0] is not snapshot or old[1:] != (errors, gradients, theme):
            self._of = (snapshot, errors, gradients, theme)
            self._looks = looks(snapshot.layers)
            self._made.clear()

    def _image(self, key: tuple[object, ...], make: Callable[[], Pixels | None]) -> QImage | None:
        if key not in self._made:
            pixels = make()
            if pixels is not None and self._of is not None:
                pixels = on_ground(pixels, self._of[3].name == "dark")
            self._made[key] = None if pixels is None else (image_of(pixels), pixels)
        made = self._made[key]
        return None if made is None else made[0]

    def maps(self, layer: int) -> QImage | None:
        """Return a layer's maps below one another."""
        if self._of is None:
            return None
        snapshot, errors, _, theme = self._of
        state, look = snapshot.layers[layer], self._looks[layer]
        errs = layer in errors and layer > 0
        return self._image(("maps", layer), lambda: map_colours.map_argb(state, look, errs, theme.muted))

    def kernels(self, layer: int) -> QImage | None:
        """Return the slices of a convolution's kernels below one another; None in other layers."""
        if self._of is None:
            return None
        snapshot, _, gradients, _ = self._of
        return self._image(
            ("kernels", layer), lambda: map_colours.kernel_argb(snapshot.layers[layer], layer in gradients)
        )

    def bar(self, layer: int, unit: int | None) -> QImage | None:
        """Return what is laid out flat, one pixel wide; with ``unit`` the weights into that of the next."""
        if self._of is None:
            return None
        snapshot, errors, gradients, theme = self._of

        def make() -> Pixels:
            if unit is not None:
                after = snapshot.layers[layer + 1]
                weights = after.weight_gradient if layer + 1 in gradients else after.weights
                assert weights is not None
                line = map_colours.weights_argb(weights[unit])
            else:
                look = self._looks[layer]
                line = map_colours.line_argb(snapshot.layers[layer], look, layer in errors, theme.muted)
            return np.ascontiguousarray(line[:, None])

        return self._image(("bar", layer, unit), make)
