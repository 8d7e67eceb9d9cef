"""How the window looks: one style sheet made from a palette, light and dark, and the text size.

Light and dark follow the system unless the user chose one.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication

from bpviz.present.palette import DARK, LIGHT, Palette
from bpviz.text import language
from bpviz.views.icons import picture_url
from bpviz.views.settings import Settings
from bpviz.views.style_sheet import style_sheet

THEMES = ("system", "light", "dark")
MIN_POINTS, MAX_POINTS, DEFAULT_POINTS = 9, 20, 10

_UNCHOSEN = ("DejaVu Sans", "Bitstream Vera Sans", "Sans Serif", "Sans")
_LEGIBLE = ("Inter", "Noto Sans", "Source Sans 3", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC")


def system_palette() -> Palette:
    """Return the palette that the desktop asks for; light when it says nothing."""
    dark = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if dark else LIGHT


def interface_font(points: int) -> QFont:
    """Return the system's font at ``points``.

    A machine without a desktop has no font of its choice and falls back to DejaVu, which is so wide
    that Chinese beside it looks small: there a common text face is taken when one is installed.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if QFontInfo(font).family() in _UNCHOSEN:
        installed = set(QFontDatabase.families())
        family = next((name for name in _LEGIBLE if name in installed), None)
        if family is not None:
            font = QFont(family)
            if language() == "en":
                # Such a face draws quotation marks as wide as a Chinese character unless asked not to.
                font.setFeature(QFont.Tag("pwid"), 1)
    font.setPointSize(points)
    return font


def qt_palette(palette: Palette) -> QPalette:
    """Return Qt's palette in the colours of ``palette``, for what the style sheet does not reach."""
    role = QPalette.ColorRole
    colours = {
        role.Window: palette.window,
        role.WindowText: palette.text,
        role.Base: palette.card,
        role.AlternateBase: palette.control,
        role.Text: palette.text,
        role.Button: palette.control,
        role.ButtonText: palette.text,
        role.BrightText: palette.danger,
        role.ToolTipBase: palette.card,
        role.ToolTipText: palette.text,
        role.PlaceholderText: palette.muted,
        role.Highlight: palette.accent,
        role.HighlightedText: palette.on_accent,
        role.Link: palette.accent,
        role.Accent: palette.accent,
    }
    result = QPalette()
    for which, colour in colours.items():
        result.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, which, QColor(palette.muted))
    return result


def apply_theme(app: QApplication, palette: Palette, points: int = DEFAULT_POINTS) -> None:
    """Give the whole application the colours of ``palette`` and text of ``points``."""
    if app.property("bpviz_style") is None:
        # Each of these polishes every widget again: only what is another is set.
        app.setStyle("Fusion")
        app.setProperty("bpviz_style", "Fusion")
    colours, font = qt_palette(palette), interface_font(points)
    if app.palette() != colours:
        app.setPalette(colours)
    other_font = app.font() != font
    if other_font:
        app.setFont(font)
    pictures = {name: picture_url(f"{name}_{palette.name}") for name in ("chevron", "chevron_up", "check")}
    sheet = style_sheet(palette, points, pictures)
    # Polished again, each widget takes the font as it is now, its features as well.
    if other_font or app.styleSheet() != sheet:
        app.setStyleSheet(sheet)


class ThemeKeeper(QObject):
    """Remembers the chosen theme and text size and follows the system."""

    palette_changing = Signal()
    palette_changed = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        chosen = settings.value("theme", "system")
        self._choice = chosen if chosen in THEMES else "system"
        points = settings.value("text_points", DEFAULT_POINTS)
        self._points = self._bounded(points) if isinstance(points, int) else DEFAULT_POINTS
        QApplication.styleHints().colorSchemeChanged.connect(self._on_hints_color_scheme_changed)

    @property
    def choice(self) -> str:
        """``"system"``, ``"light"`` or ``"dark"``."""
        return self._choice

    @property
    def points(self) -> int:
        """The text size."""
        return self._points

    def palette(self) -> Palette:
        """Return the palette in force."""
        return {"light": LIGHT, "dark": DARK}.get(self._choice) or system_palette()

    def choose(self, theme: str) -> None:
        """Take one of ``THEMES`` and keep it for the next start."""
        self._choice = theme if theme in THEMES else "system"
        self._settings.set_value("theme", self._choice)
        self._settings.save()
        self.apply()

    def resize_text(self, by: int) -> None:
        """Make the text ``by`` points larger; 0 gives the default size back."""
        self._points = self._bounded(self._points + by) if by else DEFAULT_POINTS
        self._settings.set_value("text_points", self._points)
        self._settings.save()
        self.apply()

    def apply(self) -> None:
        """Give the application the palette and the text size in force."""
        self.palette_changing.emit()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self.palette(), self._points)
        self.palette_changed.emit(self.palette())

    @staticmethod
    def _bounded(points: int) -> int:
        return min(max(points, MIN_POINTS), MAX_POINTS)

    @Slot()
    def _on_hints_color_scheme_changed(self) -> None:
        if self._choice == "system":
            self.apply()
