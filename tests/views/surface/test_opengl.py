from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from bpviz.present.surface.camera import TOP_VIEW, Frame, projection
from bpviz.present.surface.mesh import HeightScale, build_mesh
from bpviz.views.surface import opengl
from bpviz.views.surface.gl import OpenGLRenderer
from bpviz.views.surface.painter import PainterRenderer
from bpviz.views.surface.probe import probe

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def fresh(qapp, monkeypatch, tmp_path):
    monkeypatch.delenv(opengl.OVERRIDE, raising=False)
    monkeypatch.setattr(opengl, "_memory_file", lambda: tmp_path / "cache" / "opengl.json")
    opengl.forget()
    yield
    opengl.forget()


@pytest.fixture(params=[OpenGLRenderer, PainterRenderer])
def renderer(request):
    made = request.param()
    yield made
    made.release()


def test_the_probe_sees_what_was_drawn():
    assert probe()


def test_a_yes_is_remembered_on_disk(monkeypatch):
    usable, reason = opengl.opengl_usable()
    assert usable
    assert "OpenGL" in str(reason)
    assert opengl._memory_file().exists()
    opengl.forget()
    monkeypatch.setattr(opengl, "probe_command", lambda: ["/nonexistent"])
    assert opengl.opengl_usable()[0]
    # Another driver asks anew.
    opengl.forget()
    monkeypatch.setenv("GALLIUM_DRIVER", "another")
    assert opengl.early_verdict() is None
    assert not opengl.opengl_usable()[0]


def test_a_damaged_memory_is_no_memory():
    file = opengl._memory_file()
    file.parent.mkdir()
    for damage in (b"", b"[]", b"\xff\xfe", b'{"works": 3}'):
        file.write_bytes(damage)
        assert opengl.early_verdict() is None


@pytest.mark.parametrize("code", ["import os; os.abort()", "print('wrong pixels')", "raise SystemExit(3)"])
def test_a_probe_that_crashes_or_sees_wrong_says_no(monkeypatch, code):
    monkeypatch.setattr(opengl, "probe_command", lambda: [sys.executable, "-c", code])
    usable, _ = opengl.opengl_usable()
    assert not usable
    assert not opengl._memory_file().exists()


def test_a_probe_that_hangs_says_no(monkeypatch):
    monkeypatch.setattr(opengl, "PROBE_SECONDS", 0.3)
    monkeypatch.setattr(
        opengl, "probe_command", lambda: [sys.executable, "-c", "import time; time.sleep(60)"]
    )
    assert not opengl.opengl_usable()[0]


def test_a_read_only_home_costs_nothing_but_the_probe(monkeypatch):
    monkeypatch.setattr(opengl, "_memory_file", lambda: Path("/proc/nowhere/opengl.json"))
    assert opengl.judge(0, b"drawn\n")[0]


def test_the_variable_decides(monkeypatch):
    for value, usable in (("0", False), ("1", True)):
        monkeypatch.setenv(opengl.OVERRIDE, value)
        verdict = opengl.early_verdict()
        assert verdict is not None
        assert verdict[0] is usable
        assert opengl.OVERRIDE in str(verdict[1])


@pytest.mark.parametrize("name", ["offscreen", "minimal", "vnc", "linuxfb"])
def test_platforms_without_windows_are_refused(monkeypatch, name):
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: name)
    verdict = opengl.early_verdict()
    assert verdict is not None
    assert not verdict[0]
    assert name in str(verdict[1])


def test_the_answer_comes_by_itself(qtbot):
    asking = opengl.OpenGLProbe()
    with qtbot.waitSignal(asking.judged, timeout=20_000) as answer:
        asking.start()
        asking.start()
    assert answer.args[0] is True


def test_waiting_gives_the_answer_at_once(qtbot):
    asking = opengl.OpenGLProbe()
    answers = []
    asking.judged.connect(lambda usable, _: answers.append(usable))
    asking.wait()
    assert answers == []
    asking.start()
    asking.wait()
    assert answers == [True]
    asking.wait()
    assert answers == [True]


def test_a_probe_that_cannot_start_says_no(qtbot, monkeypatch):
    monkeypatch.setattr(opengl, "probe_command", lambda: ["/nonexistent"])
    asking = opengl.OpenGLProbe()
    with qtbot.waitSignal(asking.judged) as answer:
        asking.start()
    assert answer.args[0] is False


def array(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).astype(int)


def from_the_top(renderer, losses, side=100, fast=False):
    view = projection(TOP_VIEW, Frame(side, side, 10, 10, 10, 10))
    mesh = build_mesh(np.asarray(losses, dtype=float), HeightScale(0.0, 1.0))
    drawn = renderer.render(mesh, view, QSize(side, side), 1.0, fast)
    # The renderer may give the covered part only, and where it stands.
    whole = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    whole.fill(0)
    painter = QPainter(whole)
    painter.drawImage(drawn.offset(), drawn)
    painter.end()
    return array(whole)


def test_low_is_violet_high_is_yellow_and_around_is_clear(renderer):
    drawn = from_the_top(renderer, np.tile(np.linspace(0, 1, 11), (11, 1)))
    assert drawn[50, 2].tolist() == [0, 0, 0, 0]
    left, right = drawn[48, 17], drawn[48, 83]
    assert left[3] == right[3] == 255
    assert left[2] > left[1]
    assert right[0] > 180
    assert right[1] > 150 > right[2]


def test_v_goes_up(renderer):
    drawn = from_the_top(renderer, np.tile(np.linspace(0, 1, 11)[:, None], (1, 11)))
    assert drawn[16, 48, 1] > drawn[84, 48, 1] + 80


def test_a_hole_is_seen_through(renderer):
    losses = np.full((11, 11), 0.5)
    losses[4:7, 4:7] = np.nan
    drawn = from_the_top(renderer, losses)
    assert drawn[50, 50, 3] == 0
    assert drawn[20, 20, 3] == 255


def test_other_shapes_and_sizes_follow_each_other(renderer):
    for count, side in ((11, 100), (31, 100), (5, 240), (51, 64), (80, 64)):
        for fast in (True, False):
            drawn = from_the_top(renderer, np.full((count, count + 1), 0.5), side, fast)
            assert drawn.shape == (side, side, 4)
            # Where two antialiased faces meet a trace of the ground may shine through.
            assert drawn[side // 2, side // 2, 3] > 245


SCRIPT = """
import sys
sys.path.insert(0, {root!r})
import numpy as np
from PySide6.QtWidgets import QApplication
from tests.helpers import fake_surfaces as fake
from bpviz.views.surface.panel import SurfacePanel
app = QApplication([])
panel = SurfacePanel()
panel.show_run(fake.run_info())
panel.show_surface(fake.valley())
image = panel.render_image(480, 300, 2.0)
colours = {{image.pixel(x, y) for x in range(0, 960, 8) for y in range(0, 600, 8)}}
print(app.platformName(), panel.canvas.renderer.name, image.width(), len(colours) > 100)
panel.show()
app.processEvents()
app.quit()
"""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"QT_QPA_PLATFORM": "offscreen"}, "offscreen painter 960 True"),
        ({"QT_XCB_GL_INTEGRATION": "none"}, "xcb painter 960 True"),
        ({opengl.OVERRIDE: "1"}, "xcb opengl 960 True"),
    ],
    ids=["offscreen", "no OpenGL", "OpenGL"],
)
def test_a_process_of_its_own_ends_cleanly(environment, expected, tmp_path):
    inherited = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), **environment}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(root=str(ROOT))],
        env=inherited,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.stdout.strip() == expected
    # Said by Qt of every window on that platform.
    assert run.stderr.replace("This plugin does not support propagateSizeHints()\n", "") == ""
    assert run.returncode == 0
