"""The 2-3-1 lesson against the same network worked out in plain fractions."""

from __future__ import annotations

from fractions import Fraction

from bpviz.present.lessons import all_lessons

ITERATIONS = 33


def worked_out() -> list[dict[str, Fraction]]:
    """Return ŷ and L of every iteration: exact, without a single rounding."""
    x, y, rate = (Fraction(40), Fraction(80)), Fraction(60), Fraction(1, 100_000)
    into = [[Fraction(1, 2), Fraction(1, 2)] for _ in range(3)]
    out = [Fraction(1)] * 3
    found = []
    for _ in range(ITERATIONS + 1):
        hidden = [sum(w * each for w, each in zip(row, x, strict=True)) for row in into]
        y_hat = sum(w * h for w, h in zip(out, hidden, strict=True))
        found.append({"y_hat": y_hat, "train_loss": (y_hat - y) ** 2 / 2, "a1[1]": hidden[0]})
        back = [(y_hat - y) * w for w in out]
        out = [w - rate * (y_hat - y) * h for w, h in zip(out, hidden, strict=True)]
        into = [
            [w - rate * b * each for w, each in zip(row, x, strict=True)]
            for row, b in zip(into, back, strict=True)
        ]
        # Numbers of ever more digits would take for ever; 60 of them are more than enough.
        out, into = [rounded(w) for w in out], [[rounded(w) for w in row] for row in into]
    return found


def rounded(value: Fraction) -> Fraction:
    """Return the value to 60 decimal places."""
    return Fraction(round(value * 10**60), 10**60)


def test_the_numbers_of_the_lesson_are_right_to_12_significant_digits():
    lesson = next(lesson for lesson in all_lessons() if lesson.id == "by_hand")
    found, checked = worked_out(), 0
    iteration = 0
    for step in lesson.steps:
        iteration = ITERATIONS if step.until is not None else step.iteration or iteration
        for claim in step.expects:
            at = iteration if claim.at is None else claim.at
            if claim.what in found[at]:
                assert claim.digits == 12
                assert claim.value is not None
                exact = found[at][claim.what]
                assert abs(Fraction(claim.value) - exact) <= Fraction(1, 2 * 10**11) * exact
                checked += 1
    assert checked >= 7


def test_the_article_s_numbers_are_among_them():
    found = worked_out()
    assert found[0]["y_hat"] == 180
    assert found[0]["train_loss"] == 7200
    assert float(found[1]["y_hat"]) == 140.3136
    assert abs(float(found[1]["train_loss"]) - 3225.1371724800006) < 1e-11
