"""From what a person types into a field, and where a slider stands, to the field's value and back."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from typing import Any

from bpviz.errors import UserError
from bpviz.present.numbers import entry
from bpviz.present.setup.form import Row
from bpviz.text import Text

SLIDER_STEPS = 1000
_DECADES_FROM_ZERO = 6


def label_of(row: Row) -> Text:
    """Return the row's label, to be translated when it is shown."""
    return Text(row.field.label, **dict(row.label_fields))


def typed_value(row: Row, text: str) -> Any:
    """Return the value that ``text`` means for ``row``.

    Full-width digits, a true minus sign, thin spaces, a decimal comma and a trailing unit are
    understood, since that is what people paste.

    Raises
    ------
    UserError
        With one sentence that names the field and what it takes.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()
    if row.field.kind == "text":
        return text.strip() if row.read is None else row.read(text.strip())
    if row.off_label and plain in ("", str(Text(row.off_label))):
        return None
    plain = plain.removesuffix(_unit(row).strip() or "\0").replace(" ", "").replace("\u2009", "")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        raise UserError(
            "{label}: “{text}” is not a number.",
            hint="Type one like 0.03 or 1e-5.",
            label=label_of(row),
            text=text,
        ) from None
    return checked(row, number / row.scale)


def checked(row: Row, value: Any) -> Any:
    """Return ``value`` as the row's type, or raise a ``UserError`` that says what it takes."""
    if value is None and row.off_label:
        return None
    if row.field.kind not in ("float", "int"):
        return row.field.check(value)
    try:
        taken = row.field.check(value)
    except UserError:
        raise _refusal(row, value) from None
    # The usual batch takes a smaller set whole.
    if row.most is not None and taken > max(row.most, row.field.default):
        raise _too_many(row, taken)
    return taken


def _refusal(row: Row, value: Any) -> UserError:
    """Say which field cannot be which value, and what it takes."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    told = _as_typed(row, value) if number else f"“{value}”"
    example = _example(row)
    if example is None:
        return UserError(
            "{label} cannot be {value}: it is {allowed}.",
            label=label_of(row),
            value=told,
            allowed=_allowed(row, value),
        )
    return UserError(
        "{label} cannot be {value}: it is {allowed}, for example {example}.",
        label=label_of(row),
        value=told,
        allowed=_allowed(row, value),
        example=example,
    )


def _too_many(row: Row, value: float) -> UserError:
    return UserError(
        "{label} cannot be {value}: there are {most} training samples.",
        hint="Take at most {most}, or leave it empty for the {whole}.",
        label=label_of(row),
        value=_as_typed(row, value),
        most=row.most,
        whole=Text(row.off_label),
    )


def _allowed(row: Row, value: Any) -> Text:
    """Return the bounds in words and in the row's own unit."""
    field = row.field
    above = isinstance(value, int | float) and field.maximum is not None and value > field.maximum
    words = field.allowed(every_bound=above)
    if row.scale == 1 and not field.unit:
        return words
    bounds = {"low": _shown(row, field.minimum), "high": _shown(row, field.maximum)}
    return Text(words.template, **{name: bounds[name] for name in words.fields})


def _example(row: Row) -> str | None:
    """Return the default as an example, unless it is a bound, which the sentence names anyway."""
    field = row.field
    if field.default is None or field.default in (field.minimum, field.maximum):
        return None
    try:
        return _as_typed(row, field.check(field.default))
    except UserError:
        return None


def _as_typed(row: Row, value: float) -> str:
    """Return a number as it was typed, one that is not finite included."""
    try:
        return shown_value(row, value)
    except (OverflowError, ValueError):
        return str(value)


def _shown(row: Row, bound: float | None) -> str | None:
    return None if bound is None else entry(round(bound * row.scale, 12)) + _unit(row)


def _unit(row: Row) -> str:
    return f" {Text(row.field.unit)}" if row.field.unit else ""


def shown_value(row: Row, value: Any) -> str:
    """Return ``value`` as the field shows it, unit included; empty for None."""
    if value is None:
        return ""
    if row.field.kind == "text":
        return str(value)
    return entry(round(float(value) * row.scale, 12) if row.scale != 1 else float(value)) + _unit(row)


def summary(rows: Iterable[Row]) -> str:
    """Return what in ``rows`` is not at its default, in a few words; empty where all of it is."""
    told = []
    for row in rows:
        if row.is_changed:
            chosen = next((str(Text(c.label)) for c in row.choices if c.value == row.value), "")
            told.append(chosen or f"{label_of(row)} {_told_value(row)}".rstrip())
    return " · ".join(told)


def _told_value(row: Row) -> str:
    return "" if isinstance(row.value, bool) else shown_value(row, row.value)


def slider_position(row: Row, value: Any) -> int:
    """Return where the slider stands, 0 … ``SLIDER_STEPS``; None stands at the right end."""
    low, high = _ends(row)
    if value is None:
        return SLIDER_STEPS
    number = min(max(float(value), low), high)
    if not row.field.logarithmic:
        share = (number - low) / (high - low)
        return round(share * SLIDER_STEPS)
    start = _log_start(low, high)
    if number < start:
        return 0
    share = math.log(number / start) / math.log(high / start)
    first = 1 if low <= 0 else 0
    return first + round(share * (SLIDER_STEPS - first))


def slider_value(row: Row, position: int) -> Any:
    """Return the value at ``position``, rounded to what a person would have typed."""
    low, _high = _ends(row)
    if row.off_label and position >= SLIDER_STEPS:
        return None
    if row.most is not None:
        return min(_on_slider(row, position), max(row.most, low))
    return _on_slider(row, position)


def _on_slider(row: Row, position: int) -> Any:
    low, high = _ends(row)
    if row.field.logarithmic:
        number = _log_value(low, high, position)
    else:
        number = _on_step(row, low + position / SLIDER_STEPS * (high - low))
    if row.field.kind == "int":
        return round(min(max(number, low), high))
    return min(max(number, low), high)


def _log_value(low: float, high: float, position: int) -> float:
    first = 1 if low <= 0 else 0
    if position < first:
        return 0.0
    start = _log_start(low, high)
    share = (position - first) / (SLIDER_STEPS - first)
    return float(f"{start * (high / start) ** share:.2g}")


def _on_step(row: Row, number: float) -> float:
    low, high = _ends(row)
    step = row.field.step or 10.0 ** math.floor(math.log10((high - low) / 100))
    return float(f"{round(number / step) * step:.10g}")


def stepped(row: Row, value: Any, direction: int) -> Any:
    """Return the next value up (+1) or down (−1), as the arrow keys give it."""
    if value is None:
        return None
    if row.field.logarithmic and value:
        scale = 10.0 ** math.floor(math.log10(abs(value)) + 1e-12)
        # Going down from 1 the digit changes: 0.9, not 0.
        step = scale / 10 if direction < 0 and value <= scale * (1 + 1e-9) else scale
    elif row.field.kind == "int":
        step = row.field.step or 1
    else:
        step = row.field.step or 0.01
    number = float(f"{value + direction * step:.10g}")
    low = row.field.minimum if row.field.minimum is not None else -math.inf
    highs = (row.field.maximum, row.most)
    high = min((high for high in highs if high is not None), default=math.inf)
    if not low <= number <= high or (row.field.exclusive_minimum and number == low):
        return value
    return round(number) if row.field.kind == "int" else number


def _ends(row: Row) -> tuple[float, float]:
    low, high = row.slider_low, row.slider_high
    if low is None or high is None or low >= high:
        raise ValueError(f"{row.key} has no slider")
    return float(low), float(high)


def _log_start(low: float, high: float) -> float:
    """Return where the logarithmic part begins: above zero, zero itself being the first position."""
    return low if low > 0 else float(high * 10.0**-_DECADES_FROM_ZERO)
