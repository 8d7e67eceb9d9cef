"""The keyboard's way through an unrolled network: over the steps, up and down through units and layers."""

from __future__ import annotations

from bpviz.present.unrolled import Mark, Row, Unrolled


def moved(layout: Unrolled, mark: Mark | None, way: str, step: int | None = None) -> Mark:
    """Return where a key leads from ``mark``.

    Parameters
    ----------
    mark : Mark or None
        Without one the first key goes to the lowest layer with a state, at ``step`` or the first one.
    way : str
        "left" and "right" go a step back or on, "first" and "last" to the ends, "up" and "down" from
        unit to unit and on to the next row, "layer up" and "layer down" from row to row.
    """
    rows = [row for row in layout.rows if row.spec.kind != "through"]
    if mark is None or mark.kind == "weight":
        start = next(row for row in rows if row.spec.kind == "recurrent")
        return _block(layout, start, step or 0)
    place = _place(rows, mark)
    row = rows[place]
    if way in ("left", "right", "first", "last"):
        last = layout.steps - 1
        to = {"left": mark.step - 1, "right": mark.step + 1, "first": 0, "last": last}[way]
        return _at(layout, row, min(max(to, 0), last), mark.unit)
    if way in ("layer up", "layer down"):
        place = min(max(place + (1 if way == "layer up" else -1), 0), len(rows) - 1)
        return _block(layout, rows[place], mark.step)
    return _next(layout, rows, place, mark, 1 if way == "up" else -1)


def _place(rows: list[Row], mark: Mark) -> int:
    same = [index for index, row in enumerate(rows) if row.spec.layer == mark.layer]
    named = [index for index in same if rows[index].spec.name == mark.name]
    return (named or same or [0])[0]


def _block(layout: Unrolled, row: Row, step: int) -> Mark:
    return _at(layout, row, step, -1)


def _at(layout: Unrolled, row: Row, step: int, unit: int) -> Mark:
    """Return the mark of a row's unit, or of its block; where there is one answer, at the last step."""
    if row.spec.kind == "last":
        step = layout.steps - 1
    kind = "block" if unit < 0 else "cell"
    return Mark(kind, row.spec.layer, step, unit, row.spec.name)  # type: ignore[arg-type]  # one of two


def _next(layout: Unrolled, rows: list[Row], place: int, mark: Mark, by: int) -> Mark:
    """Go up or down: the block as a whole comes before its lowest unit; unit 1 lies on top."""
    row = rows[place]
    side_by_side = row.spec.kind == "last"
    units = row.spec.units
    # Heights from the bottom: 0 the block, then its units.
    height = 0 if mark.unit < 0 else (mark.unit + 1 if side_by_side else units - mark.unit)
    height += by
    if height > units:
        return _block(layout, rows[min(place + 1, len(rows) - 1)], mark.step)
    if height < 0:
        below = rows[max(place - 1, 0)]
        return _at(layout, below, mark.step, below.spec.units - 1 if below.spec.kind == "last" else 0)
    if height == 0:
        return _block(layout, row, mark.step)
    return _at(layout, row, mark.step, height - 1 if side_by_side else units - height)
