"""The one style sheet of the window, made from a palette."""

from __future__ import annotations

from bpviz.present.palette import Palette, rgb


def style_sheet(palette: Palette, points: int, pictures: dict[str, str]) -> str:
    """Return the style sheet.

    Parameters
    ----------
    points : int
        The text size; what surrounds text grows with it.
    pictures : dict
        ``url(…)`` of the pictures ``chevron``, ``chevron_up`` and ``check``.
    """
    unit = points / 10
    values = {
        **{name: getattr(palette, name) for name in palette.__dataclass_fields__},
        "hover": _mixed(palette.control, palette.text, 0.07),
        "pressed": _mixed(palette.control, palette.text, 0.14),
        "accent_hover": _mixed(palette.accent, palette.text, 0.12),
        "groove": _mixed(palette.control, palette.text, 0.06),
        **pictures,
        "radius": round(7 * unit),
        "pad": round(5 * unit),
        "pad_wide": round(10 * unit),
        "groove_height": round(4 * unit),
        "handle": round(8 * unit),
        "handle_radius": (round(8 * unit) + 4) // 2,
        "handle_out": round(3 * unit) + 1,
        "box": round(13 * unit),
        "title": points + 0.5,
        "small": points - 1,
    }
    sheet = _SHEET
    for name, value in values.items():
        sheet = sheet.replace(f"@{name}@", str(value))
    return sheet


def _mixed(under: str, over: str, share: float) -> str:
    pairs = zip(rgb(under), rgb(over), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


_SHEET = """
QToolTip { background: @card@; color: @text@; border: 1px solid @border@; padding: 4px; }
QMenuBar { background: @card@; color: @text@; padding: 1px 6px; }
QMenuBar::item { padding: 3px 8px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: @control@; }
#NameBox { background: @card@; border: 1px solid @border@; }
QMenu { background: @card@; color: @text@; border: 1px solid @border@; padding: 5px; }
QMenu::item { padding: 5px 22px 5px 22px; border-radius: 5px; }
QMenu::item:selected { background: @control@; }
QMenu::item:disabled { color: @muted@; }
QMenu::separator { height: 1px; background: @border@; margin: 5px 8px; }
QMenu::indicator { width: 12px; height: 12px; left: 5px; }
QMenu::indicator:checked { background: @accent@; border-radius: 3px; image: @check@; }
QMainWindow::separator { background: transparent; width: 8px; height: 8px; }
QMainWindow::separator:hover { background: @border@; }
#DockHost, #Content { background: @window@; }
#TopBar, #Timeline, #PhaseStrip { background: @card@; }
#TopBar { border-bottom: 1px solid @border@; }
#PhaseStrip { border-top: 1px solid @border@; }
#Lessons { background: @card@; border: none; border-right: 1px solid @border@; }
#LessonRows { background: transparent; }
#LessonTitle { font-weight: 600; }
#LessonBox { background: @control@; border: none; border-radius: @radius@px; }
QPushButton[look="row"] { background: transparent; border-radius: @radius@px; }
QPushButton[look="row"]:hover { background: @control@; }
QPushButton[look="answer"] { background: @card@; text-align: left; }
QPushButton[look="answer"]:hover { background: @hover@; }
#PanelTitle { font-weight: 600; font-size: @title@pt; }
#PanelSubtitle, #Quiet { color: @muted@; font-size: @small@pt; }
QToolButton#SectionTitle { color: @accent@; font-weight: 600; padding: @pad@px 2px 0 0; }
QToolButton#Fold { color: @muted@; padding: 1px 0; }
QToolButton#SectionTitle:hover, QToolButton#Fold:hover { background: transparent; color: @text@; }
#RowLabel { color: @muted@; }
#RowLabel[live="true"] { color: @muted@; }
#Problem { color: @danger@; font-size: @small@pt; }

QToolButton[look="bar"], QPushButton {
    background: @control@; color: @text@; border: 1px solid transparent; border-radius: @radius@px;
    padding: @pad@px @pad_wide@px;
}
QToolButton[look="bar"]:hover, QPushButton:hover { background: @hover@; }
QToolButton[look="bar"]:pressed, QPushButton:pressed { background: @pressed@; }
QToolButton[look="bar"]:focus, QPushButton:focus { border-color: @accent@; }
QToolButton[look="bar"]:disabled, QPushButton:disabled { color: @muted@; }
QToolButton[look="bar"]::menu-indicator { image: @chevron@; width: 10px; height: 10px;
    subcontrol-origin: padding; subcontrol-position: right center; right: 9px; }
QToolButton[look="bar"][split="true"]::menu-indicator { image: none; width: 0px; }
QToolButton[look="bar"][menu="true"] { padding-right: 24px; }
QToolButton[look="bar"][split="true"] { padding-right: 24px; }
QToolButton[look="bar"]::menu-button { border: none; width: 20px; }
QToolButton[look="bar"]::menu-arrow { image: @chevron@; width: 10px; height: 10px; }
QToolButton[look="bar"][primary="true"], QPushButton[primary="true"], QPushButton:default {
    background: @accent@; color: @on_accent@; font-weight: 600;
}
QToolButton[look="bar"][primary="true"]:hover, QPushButton[primary="true"]:hover,
QPushButton:default:hover { background: @accent_hover@; }
QToolButton[look="bar"][primary="true"]:focus, QPushButton[primary="true"]:focus,
QPushButton:default:focus { border-color: @text@; }
QToolButton[look="flat"] { background: transparent; border: 1px solid transparent; border-radius: 5px;
    padding: 2px; }
QToolButton[look="flat"]:hover { background: @control@; }
QToolButton[look="flat"]:focus { border-color: @accent@; }

QSlider { min-height: @box@px; }
QSlider::groove:horizontal { height: @groove_height@px; border-radius: 2px; background: @groove@; }
QSlider::sub-page:horizontal { height: @groove_height@px; border-radius: 2px; background: @accent@; }
QSlider::handle:horizontal {
    width: @handle@px; height: @handle@px; margin: -@handle_out@px 0; border-radius: @handle_radius@px;
    background: @card@; border: 2px solid @accent@;
}
QSlider::handle:horizontal:hover { background: @control@; }
QSlider::handle:horizontal:focus { background: @accent@; }
QSlider::sub-page:horizontal:disabled, QSlider::groove:horizontal:disabled { background: @groove@; }
QSlider::handle:horizontal:disabled { border-color: @muted@; }
#TimelineSlider::handle:horizontal { background: @path@; border-color: @path@; }
#TimelineSlider::handle:horizontal:focus { border-color: @text@; }
#TimelineSlider::handle:horizontal:disabled { background: @muted@; border-color: @muted@; }

QComboBox { background: @control@; color: @text@; border: 1px solid transparent; border-radius: 5px;
    padding: 2px 22px 2px 8px; }
QComboBox:hover { background: @hover@; }
QComboBox { combobox-popup: 0; }
QComboBox:focus { border-color: @accent@; }
QComboBox:disabled { color: @muted@; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: @chevron@; width: 11px; height: 11px; }
QComboBox[look="flat"] { background: transparent; padding: 1px 2px 1px 6px; }
QComboBox[look="tight"] { background: transparent; padding: 1px 0 1px 2px; }
QComboBox[look="flat"]:hover, QComboBox[look="tight"]:hover { background: @control@; }
QComboBox[look="flat"]::drop-down { width: 16px; }
QComboBox[look="tight"]::drop-down { width: 13px; }
QComboBox[look="tight"]::down-arrow { width: 9px; height: 9px; }
QComboBox QAbstractItemView { background: @card@; color: @text@; border: 1px solid @border@; padding: 3px;
    selection-background-color: @control@; selection-color: @text@; outline: none; }
QLineEdit, QSpinBox { background: @control@; color: @text@; border: 1px solid transparent; border-radius: 5px;
    padding: 3px 7px; selection-background-color: @accent@; selection-color: @on_accent@; }
QLineEdit:focus, QSpinBox:focus { border-color: @accent@; }
QLineEdit:disabled { color: @muted@; background: transparent; }
QLineEdit[look="flat"] { background: transparent; padding: 1px 2px; }
QLineEdit[look="flat"]:hover, QLineEdit[look="flat"]:focus { background: @control@; }
QLineEdit[wrong="true"] { border-color: @danger@; color: @danger@; }
QSpinBox::up-button, QSpinBox::down-button { border: none; background: transparent; width: 18px; }
QSpinBox::up-arrow { image: @chevron_up@; width: 9px; height: 9px; }
QSpinBox::down-arrow { image: @chevron@; width: 9px; height: 9px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QCheckBox { spacing: 6px; }
QCheckBox::indicator { width: @box@px; height: @box@px; border-radius: 4px; border: 1px solid @muted@;
    background: @card@; }
QCheckBox::indicator:checked { background: @accent@; border-color: @accent@; image: @check@; }
QCheckBox::indicator:focus { border-color: @text@; }
QCheckBox:focus { color: @accent@; }

QScrollArea { background: transparent; border: none; }
#SetupRows { background: transparent; }
QScrollBar:vertical { background: transparent; width: 6px; margin: 0; }
QScrollBar::handle:vertical { background: @border@; border-radius: 3px; min-height: 24px; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle:horizontal { background: @border@; border-radius: 4px; min-width: 24px; }
QScrollBar::handle:hover { background: @muted@; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTableView { background: @card@; color: @text@; gridline-color: @border@; border: 1px solid @border@; }
QHeaderView::section { background: @control@; color: @muted@; border: none; padding: 4px 8px; }
QHeaderView { background: @control@; }
#Places { background: @card@; border: 1px solid @border@; }
#Places QTabWidget::pane { border: none; }
#Places QTableView { border: none; selection-background-color: @control@; selection-color: @text@; }
#Places QTableView::item { padding: 0 7px; }
#SampleTable::item { padding: 0 7px; }
#SampleTable QHeaderView::section { padding: 4px 7px; }
#Places QTableView:focus { border: 1px solid @accent@; }
QTabBar::tab { background: transparent; color: @muted@; padding: 4px 10px; }
QTabBar::tab:selected { color: @text@; border-bottom: 2px solid @accent@; }
QProgressBar { background: @groove@; border: none; border-radius: 3px; max-height: 6px; }
QProgressBar::chunk { background: @accent@; border-radius: 3px; }
#MessageBar { background: @card@; border: 1px solid @border@; border-radius: 9px; }
#MessageBar[level="error"] { border-color: @danger@; }
#MessageBar[level="warning"] { border-color: @warning@; }
QTextBrowser { background: @card@; color: @text@; border: none; }
"""
