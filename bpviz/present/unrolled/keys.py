"""The keyboard’s way through an unrolled network: steps, units, layers, and left of them the weights."""

from __future__ import annotations

from bpviz.present.unrolled.layout import Mark, Row, Unrolled


def moved(layout: Unrolled, mark: Mark | None, way: str, step: int | None = None) -> Mark:
    """Return where a key leads from ``mark``.

    Parameters
    ----------
    mark : Mark or None
        Without one the first key goes to the lowest layer with a state, at ``step`` or the first one.
    way : str
        "left" and "right" go a step back or on, "first" and "last" to the ends, "up" and "down" from
        unit to unit and on to the next row, "layer up" and "layer down" from row to row.  Left of the
        first step lie the weights that make the row.
    """
    rows = [row for row in layout.rows if row.spec.kind != "through"]
    if mark is not None and mark.kind == "weight":
        found = _among_weights(layout, mark, way)
        if found is not None:
            return found
    if mark is None or mark.kind == "weight":
        start = next(row for row in rows if row.spec.kind == "recurrent")
        return _block(layout, start, step or 0)
    place = _place(rows, mark)
    row = rows[place]
    leftmost = mark.step <= 0 or row.spec.kind == "last"
    if way == "left" and leftmost and mark.unit >= 0 and row.matrices:
        matrix = row.matrices[-1]
        unit = matrix.first + min(mark.unit, matrix.count - 1)
        return Mark("weight", row.spec.layer, unit=unit, name=matrix.name, source=matrix.columns - 1)
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


def _among_weights(layout: Unrolled, mark: Mark, way: str) -> Mark | None:
    """Return where a key leads from a weight; None where it is not shown."""
    here = next(
        (
            (row, place)
            for row in layout.rows
            for place, matrix in enumerate(row.matrices)
            if row.spec.layer == mark.layer
            and matrix.name == mark.name
            and matrix.entry_box(mark.unit, mark.source) is not None
        ),
        None,
    )
    if here is None:
        return None
    row, place = here
    if way in ("up", "down", "layer up", "layer down"):
        return _up_or_down(layout, row, place, mark, way)
    matrix = row.matrices[place]
    source = {"first": 0, "last": matrix.columns - 1, "left": mark.source - 1, "right": mark.source + 1}[way]
    if source < 0:
        place, source = place - 1, row.matrices[place - 1].columns - 1
    elif source >= matrix.columns:
        place, source = place + 1, 0
    if place < 0:
        return mark
    if place == len(row.matrices):
        unit = min(mark.unit - matrix.first, row.spec.units - 1)
        return _at(layout, row, 0, unit)
    return _entry(row, place, mark.unit, source)


def _entry(row: Row, place: int, unit: int, source: int) -> Mark:
    """Return the entry of a row's picture of weights that is nearest to (unit, source)."""
    matrix = row.matrices[min(place, len(row.matrices) - 1)]
    unit = min(max(unit, matrix.first), matrix.first + matrix.count - 1)
    source = min(max(source, 0), matrix.columns - 1)
    return Mark("weight", row.spec.layer, unit=unit, name=matrix.name, source=source)


def _up_or_down(layout: Unrolled, row: Row, place: int, mark: Mark, way: str) -> Mark:
    """Go to the unit above or below, past the last one to the weights of the next row; unit 1 lies on top."""
    matrix, up = row.matrices[place], way.endswith("up")
    unit = mark.unit - 1 if up else mark.unit + 1
    if not way.startswith("layer") and matrix.first <= unit < matrix.first + matrix.count:
        return _entry(row, place, unit, mark.source)
    weighted = [each for each in layout.rows if each.matrices]
    index = weighted.index(row) + (1 if up else -1)
    if not 0 <= index < len(weighted):
        return mark
    next_row = weighted[index]
    target = next_row.matrices[min(place, len(next_row.matrices) - 1)]
    edge = target.first + target.count - 1 if up else target.first
    return _entry(next_row, place, edge, mark.source)
