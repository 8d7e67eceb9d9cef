"""The help page: the keys, and what each panel shows."""

from __future__ import annotations

from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from bpviz.present.palette import LIGHT, Palette
from bpviz.text import N_, tr
from bpviz.views.shortcuts import KEYS, PANEL_KEYS

_PANELS = (
    (
        N_("Set-up"),
        N_(
            "Data, network, learning and stops. The learning rate, the batch size, the penalties and the "
            "stops act on the running training; anything else starts the run anew."
        ),
    ),
    (
        N_("Network"),
        N_(
            "Data flow from left to right. A line is a weight: orange positive, blue negative, the wider the "
            "larger. A neuron shows its answer over the input plane, or its activation on one sample. "
            "Point at a line or a neuron for its numbers; click to pin them."
        ),
    ),
    (
        N_("Loss surface"),
        N_(
            "The loss over a plane through the present weights, the path so far and the ball that rolls. "
            "Drag to turn, use the wheel to come nearer, double-click for the first view."
        ),
    ),
    (
        N_("Loss"),
        N_(
            "The loss on the training part (solid) and on the test part (dashed), iteration by iteration. "
            "Click to go to an iteration, Shift and a click to keep its numbers, drag to pan, use the wheel "
            "to zoom. Thin curves are other branches, small triangles bookmarks."
        ),
    ),
    (
        N_("Timeline"),
        N_(
            "Every iteration of the run comes back exactly as it was: drag, step, or play it backwards. "
            "Go back, change a setting and train on, and a branch begins; the old one stays, to be compared "
            "or gone back to. With the same settings the numbers would be the same, so no branch is made. "
            "What is recorded plays at the speed of the training; at full speed a run takes ten seconds."
        ),
    ),
    (
        N_("Decision map"),
        N_(
            "What the network answers everywhere on the plane of two features, with the samples: a map of "
            "classes, or a fitted curve. With more features a confusion matrix."
        ),
    ),
    (
        N_("What happens now"),
        N_(
            "The operation at which the walk stands, as a story, in words, or in formulas with this "
            "iteration’s numbers. A click on the symbol goes to any other unit or weight."
        ),
    ),
    (
        N_("Gradient check"),
        N_(
            "Backpropagation beside central and forward differences, parameter by parameter, and the error "
            "over the step h. The button on a card checks one gradient."
        ),
    ),
    (
        N_("Histograms"),
        N_("How weights, activations and gradients of each layer are spread, over the whole run."),
    ),
    (
        N_("Doctor"),
        N_(
            "Watches the training, and says what it sees, why it happens and what may help. The remedy is "
            "tried on a branch of its own: what was before stays."
        ),
    ),
)


def help_html(palette: Palette) -> str:
    """Return the page in the language in force."""
    keys = "".join(_row(key, words, palette) for key, words in KEYS)
    within = "".join(
        f"<tr><td colspan='2' style='padding:8px 0 2px 0'>{escape(tr(name))}</td></tr>"
        + "".join(_row(key, words, palette) for key, words in rows)
        for name, rows in PANEL_KEYS
    )
    panels = "".join(f"<p><b>{escape(tr(name))}</b><br>{escape(tr(words))}</p>" for name, words in _PANELS)
    leads = tr("Tab and Shift+Tab lead from one to the next.")
    return (
        f"<h3>{escape(tr('Keys'))}</h3><table>{keys}</table>"
        f"<h3>{escape(tr('Keys of what has the keyboard'))}</h3><p>{escape(leads)}</p><table>{within}</table>"
        f"<h3>{escape(tr('Panels'))}</h3>{panels}"
    )


def _row(key: str, words: str, palette: Palette) -> str:
    return (
        f"<tr><td style='color:{palette.accent}; padding:3px 18px 3px 0'><b>{escape(key)}</b></td>"
        f"<td style='padding:3px 0'>{escape(tr(words))}</td></tr>"
    )


class HelpDialog(QDialog):
    """A page beside the window that may stay open while one works."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._palette = LIGHT
        self.page = QTextBrowser(self)
        self.page.setOpenLinks(False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._close = buttons.button(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.page)
        column.addWidget(buttons)
        self.resize(620, 640)
        self.retranslate()

    def set_palette(self, palette: Palette) -> None:
        """Take the colours of a theme."""
        self._palette = palette
        self.retranslate()

    def retranslate(self) -> None:
        """Say everything again."""
        self.setWindowTitle(tr("Help"))
        self.page.setAccessibleName(tr("Help"))
        self._close.setText(tr("Close"))
        self.page.setHtml(help_html(self._palette))
