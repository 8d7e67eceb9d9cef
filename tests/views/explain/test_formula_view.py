"""Formulas on the screen: every piece's, in the theme's colour, within the width, to be copied."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, qGray
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from bpviz.present.formulas.digits import is_row
from bpviz.present.formulas.drawing import drawing, pieces, prepare, typeset_whole
from bpviz.present.formulas.line import Line
from bpviz.present.formulas.parse import parse
from bpviz.present.palette import DARK, LIGHT
from bpviz.views.explain.formula_picture import draw_formula
from bpviz.views.explain.formula_view import FormulaView
from tests.helpers.formula_sheet import pieces as all_pieces


def ink(image, background):
    """Return how much of the picture is not background, from 0 to 1 a pixel, (height, width)."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(image.height(), grey.bytesPerLine())
    level = qGray(QColor(background).rgb())
    return np.abs(rows[:, : image.width()].astype(float) - level) / 255


def drawn(tex, colour="#000000", background="#ffffff", em=32.0):
    made = drawing(tex)
    image = QImage(int(made.width * em) + 20, int(made.height * em) + 20, QImage.Format.Format_RGB32)
    image.fill(QColor(background))
    painter = QPainter(image)
    draw_formula(painter, tex, colour, QPointF(10, 10 + made.ascent * em), em)
    painter.end()
    return ink(image, background), image


def long_line(terms=30):
    """Return a sum with as many terms, all numbers known."""
    text = " + ".join(f"w[{i}]*x[{i}]" for i in range(1, terms + 1))
    w, x = np.linspace(-1, 1, terms), np.linspace(2, 3, terms)
    return Line(parse("z"), parse(text), {"w": w, "x": x}, float(w @ x))


@pytest.mark.parametrize(
    ("name", "lines"), list(all_pieces()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_every_formula_of_every_piece_is_drawn(qapp, name, lines):
    assert lines
    for line in lines:
        assert line.plain.strip()
        for tex in pieces(line):
            # Something that brackets made endlessly tall would be found here too.
            assert 0.1 < drawing(tex).height < 8, tex
            found, _ = drawn(tex)
            assert found.sum() > 4, tex


def test_ink_reaches_neither_beyond_its_size_nor_falls_far_short_of_it(qapp):
    for tex in (
        r"\frac{\partial L}{\partial w}",
        r"\sum_{i} w_{i}^{2}",
        "x_{1}^{(2)}",
        r"\sqrt{\hat{v}}+\varepsilon",
    ):
        found, _ = drawn(tex, em=60.0)
        rows, columns = np.flatnonzero(found.max(axis=1) > 0.1), np.flatnonzero(found.max(axis=0) > 0.1)
        assert rows[0] >= 8
        assert rows[-1] <= found.shape[0] - 8
        assert columns[0] >= 8
        assert columns[-1] <= found.shape[1] - 8
        assert rows[-1] - rows[0] > 0.8 * (found.shape[0] - 20)


@pytest.mark.parametrize(
    "tex",
    ["7200", r"{-}0.25", r"{}+({-}0.3266)\cdot ({-}0.1)", r"{}-0.5", "12-7+8.9", r"(0.5+1)\cdot (1-0.5)"],
)
def test_numbers_set_from_glyphs_look_as_the_typesetter_sets_them(qapp, tex):
    assert is_row(tex)
    quick, whole = drawing(tex), typeset_whole(tex)
    assert quick.width == pytest.approx(whole.width, abs=0.002)
    assert quick.ascent == pytest.approx(whole.ascent, abs=0.002)
    assert quick.height == pytest.approx(whole.height, abs=0.002)
    pictures = []
    for made in (quick, whole):
        image = QImage(round(made.width * 40), round(made.height * 40), QImage.Format.Format_RGB32)
        image.fill(QColor("#ffffff"))
        painter = QPainter(image)
        QSvgRenderer(made.coloured("#000000")).render(painter)
        painter.end()
        pictures.append(ink(image, "#ffffff"))
    assert pictures[0].shape == pictures[1].shape
    assert np.abs(pictures[0] - pictures[1]).mean() < 0.02


def test_the_ink_has_the_colour_asked_for(qapp):
    _, image = drawn(r"\int", "#d81f9b", "#ffffff", 80.0)
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert "#d81f9b" in colours
    assert "#000000" not in colours


def test_a_drawing_is_made_once_and_by_any_thread():
    tex = r"\alpha+\beta_{77}"
    made = []
    threads = [threading.Thread(target=lambda: made.append(drawing(tex))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.svg for each in made}) == 1
    assert drawing(tex) is drawing(tex)


def test_what_is_prepared_needs_no_typesetting_later():
    line = long_line(4).printed()
    prepare([line])
    before = drawing.cache_info().misses
    prepare([line])
    assert drawing.cache_info().misses == before


@pytest.fixture
def view(qtbot):
    made = FormulaView()
    qtbot.addWidget(made)
    made.resize(420, 300)
    return made


class TestView:
    def test_nothing_is_nothing(self, view):
        view.set_lines([])
        assert view.text() == ""
        assert view.heightForWidth(300) < 20
        view.grab()

    @pytest.mark.parametrize("width", [260, 420, 900])
    def test_lines_keep_within_the_width(self, view, width):
        view.set_lines([long_line(12).printed(most=12), long_line(3).printed()])
        for line in view.laid(width):
            for piece in line.pieces:
                right = piece.x + drawing(piece.tex).width * piece.scale
                assert right * view.em <= width - 6 + 0.5

    def test_narrower_is_taller(self, view):
        view.set_lines([long_line(12).printed(most=12)])
        assert view.heightForWidth(300) > view.heightForWidth(800)

    def test_equals_signs_stand_below_one_another(self, view):
        view.set_lines(
            [
                long_line(2).printed(),
                Line(parse("dL_dy_hat"), parse("y_hat - y"), {"y_hat": 0.5, "y": 1.0}, -0.5).printed(),
            ]
        )
        first = {round(next(p.x for p in line.pieces if p.tex == "="), 6) for line in view.laid()}
        assert len(first) == 1

    @pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda p: p.name)
    def test_it_is_seen_in_both_themes(self, view, palette):
        view.set_palette(palette)
        view.setStyleSheet(f"background: {palette.card}")
        view.set_lines([long_line(3).printed()])
        found = ink(view.grab().toImage(), palette.card)
        assert (found > 0.5).sum() > 100

    def test_copying_takes_every_term_and_digit(self, view, qtbot):
        view.set_lines([long_line(30).printed(), long_line(2).printed()])
        view.setFocus()
        qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        copied = QApplication.clipboard().text()
        assert copied == view.text().replace("−", "-")
        assert copied.count("·") == 2 * 32
        assert "…" not in copied

    def test_a_line_is_chosen_by_mouse_and_keys_and_copied_alone(self, view, qtbot):
        view.set_lines([long_line(2).printed(), long_line(3).printed()])
        middle = view.laid()[1]
        y = round((middle.top + middle.bottom) / 2 * view.em + 6)
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPointF(50, y).toPoint())
        assert view.chosen_text() == long_line(3).plain()
        qtbot.keyClick(view, Qt.Key.Key_Up)
        view.copy()
        assert QApplication.clipboard().text() == long_line(2).plain().replace("−", "-")
        assert view.accessibleDescription() == long_line(2).plain()

    def test_what_is_told_to_a_screen_reader_is_the_whole_text(self, view):
        view.set_lines([long_line(9).printed()])
        assert view.accessibleDescription() == long_line(9).plain()
        assert view.accessibleName()
