"""Whether the surface may be drawn by OpenGL here.

A broken driver ends the process instead of raising, so the question is asked in a process of its
own, which draws a small surface and looks at the pixels.  A yes is remembered in the user's cache
folder for this driver and this version; a no is asked again at the next start.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import subprocess
import sys
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path

import PySide6
from PySide6.QtCore import QCoreApplication, QObject, QStandardPaths, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

import bpviz
from bpviz.text import Text

OVERRIDE = "BPVIZ_OPENGL"
PROBE_SECONDS = 20.0
_POLL_MS = 40
_ALLOWED = ("xcb", "wayland", "windows", "cocoa")
_TELLING = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "QT_XCB_GL_INTEGRATION",
    "QT_OPENGL",
    "LIBGL_ALWAYS_SOFTWARE",
    "GALLIUM_DRIVER",
    "MESA_LOADER_DRIVER_OVERRIDE",
    "MESA_GL_VERSION_OVERRIDE",
    "__GLX_VENDOR_LIBRARY_NAME",
    "__EGL_VENDOR_LIBRARY_FILENAMES",
)
_LIBRARIES = ("libGL.so.1", "libGLX_mesa.so.0", "libGLX_nvidia.so.0", "libEGL.so.1", "dri/swrast_dri.so")
_log = logging.getLogger(__name__)

Verdict = tuple[bool, Text]


def prepare_opengl() -> None:
    """Let OpenGL contexts share; to be called before the QApplication is made."""
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)


def early_verdict() -> Verdict | None:
    """Return what is known without asking: by the override, the platform or the memory; else None."""
    wish = os.environ.get(OVERRIDE)
    if wish == "0":
        return False, Text("OpenGL is switched off by {variable}.", variable=OVERRIDE)
    if wish == "1":
        return True, Text("OpenGL is switched on by {variable}.", variable=OVERRIDE)
    name = QGuiApplication.platformName()
    if name.split("-")[0] not in _ALLOWED:
        return False, Text("The platform “{name}” shows no OpenGL.", name=name)
    return _remembered.get(name) or _read_memory(name)


def opengl_usable() -> Verdict:
    """Return whether OpenGL draws the surface here, and why or why not; may take a second at first."""
    known = early_verdict()
    if known is not None:
        return known
    try:
        run = subprocess.run(
            probe_command(),
            env=probe_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
        code, said = run.returncode, run.stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        _log.debug("the OpenGL probe did not run: %s", error)
        code, said = -1, b""
    return judge(code, said)


class OpenGLProbe(QObject):
    """Asks the probe without waiting: ``judged(bool, Text)`` comes once, from the event loop."""

    judged = Signal(bool, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: subprocess.Popen[bytes] | None = None
        self._until = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Begin; does nothing while it is under way."""
        if self._timer.isActive():
            return
        try:
            self._process = subprocess.Popen(
                probe_command(),
                env=probe_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            _log.debug("the OpenGL probe did not start: %s", error)
        else:
            weakref.finalize(self, _end, self._process)
        self._until = time.monotonic() + PROBE_SECONDS
        self._timer.start()

    def wait(self) -> None:
        """Wait for the answer, for a picture that has to be the final one."""
        if self._timer.isActive() and self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(PROBE_SECONDS)
            self._on_timer_timeout()

    @Slot()
    def _on_timer_timeout(self) -> None:
        process = self._process
        if process is not None and process.poll() is None and time.monotonic() < self._until:
            return
        self._timer.stop()
        if process is None or process.poll() is None:
            verdict = judge(-1, b"")
        else:
            verdict = judge(process.returncode, process.stdout.read() if process.stdout else b"")
        self._process = None
        if process is not None:
            _end(process)
        self.judged.emit(*verdict)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no process behind."""
    if process.poll() is None:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def probe_command() -> list[str]:
    """Return the program and arguments of the probe."""
    return [sys.executable, "-m", "bpviz.views.surface.probe"]


def probe_environment() -> dict[str, str]:
    """Return the environment in which the probe sees what this process sees."""
    folder = str(Path(bpviz.__file__).resolve().parents[1])
    paths = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
    name = QGuiApplication.platformName()
    return {**os.environ, "QT_QPA_PLATFORM": name, "PYTHONPATH": os.pathsep.join(paths)}


def judge(code: int, said: bytes) -> Verdict:
    """Return the verdict on a probe that ended with ``code``, and remember it."""
    name = QGuiApplication.platformName()
    if code == 0 and said.strip().endswith(b"drawn"):
        verdict = True, Text("OpenGL draws the surface.")
        _write_memory(name)
    else:
        _log.debug("the OpenGL probe ended with %s: %s", code, said[-300:])
        verdict = False, Text("OpenGL does not draw here; the surface is painted without it.")
    _remembered[name] = verdict
    return verdict


def forget() -> None:
    """Forget what this process remembers (the file stays): the next question is asked anew."""
    _remembered.clear()


_remembered: dict[str, Verdict] = {}


def _memory_file() -> Path:
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
    return Path(folder) / "bpviz" / "opengl.json"


def _fingerprint(name: str) -> str:
    """Return a digest of what decides whether OpenGL works: versions, drivers, environment."""
    facts = [bpviz.__version__, PySide6.__version__, name, platform.release(), platform.node()]
    facts += [f"{key}={os.environ.get(key, '')}" for key in _TELLING]
    roots = [Path("/usr/lib") / f"{platform.machine()}-linux-gnu", Path("/usr/lib64"), Path("/usr/lib")]
    for path in (root / library for root in roots for library in _LIBRARIES):
        with suppress(OSError):
            facts.append(f"{path}={path.stat().st_mtime_ns}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def _read_memory(name: str) -> Verdict | None:
    # Whatever is wrong with the file, the answer is to ask the probe.
    with suppress(OSError, ValueError, AttributeError):
        if json.loads(_memory_file().read_text("utf-8")).get("works") == _fingerprint(name):
            verdict = True, Text("OpenGL draws the surface.")
            _remembered[name] = verdict
            return verdict
    return None


def _write_memory(name: str) -> None:
    path = _memory_file()
    # A home that cannot be written to costs the probe at each start, nothing more.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            json.dump({"works": _fingerprint(name)}, file)
        Path(file.name).replace(path)
