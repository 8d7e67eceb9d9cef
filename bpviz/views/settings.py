"""What the window remembers between two starts, as one JSON value.

One value, because an INI file gives True back as ``'true'`` and an empty list as None.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSettings

from bpviz import messages
from bpviz.text import Text

_KEY = "window"


class Settings:
    """A dictionary that lasts.  What cannot be kept is said once and the program goes on."""

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            self._store = QSettings("bpviz", "bpviz")
        else:
            self._store = QSettings(str(path), QSettings.Format.IniFormat)
        self._values = self._read()
        self._warned = False

    def _read(self) -> dict[str, Any]:
        text = self._store.value(_KEY, "{}")
        try:
            values = json.loads(text) if isinstance(text, str) else {}
        except ValueError:
            values = {}
        return values if isinstance(values, dict) else {}

    def value(self, name: str, default: Any = None) -> Any:
        """Return what is kept as ``name``."""
        return self._values.get(name, default)

    def set_value(self, name: str, value: Any) -> None:
        """Keep ``value``, which JSON can hold, as ``name``."""
        self._values[name] = value
        self._store.setValue(_KEY, json.dumps(self._values))

    def save(self) -> None:
        """Write what changed; a home that cannot be written is a warning."""
        self._store.sync()
        if self._store.status() != QSettings.Status.NoError and not self._warned:
            self._warned = True
            messages.warning(
                Text("The settings cannot be kept in {path}.", path=str(Path(self._store.fileName()).parent))
            )
