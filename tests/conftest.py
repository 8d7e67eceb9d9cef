"""What holds for every test: it starts clean, and it leaves nothing behind.

A test fails on a log line of level WARNING or above (unless it asks for ``caplog`` and looks at it),
on a Qt warning, on a window that it left open and on a thread that it left running.  A skip is a
failure, but for the reasons in ``ALLOWED_SKIPS``.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtWidgets import QApplication

from tests.helpers import leaks
from tests.helpers.screen import leave_screen, start_screen

ALLOWED_SKIPS: tuple[str, ...] = ()
_HOME_VARIABLE = "BPVIZ_TEST_HOME"
_tests_done = itertools.count(1)
_failed = pytest.StashKey[bool]()
_screen = pytest.StashKey[Popen[bytes] | None]()

# A shared machine is slow at times: no test is judged by the clock.
settings.register_profile(
    "bpviz", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("bpviz")


def pytest_configure(config: pytest.Config) -> None:
    """Give every process a home of its own; the caches of fonts and shaders are shared."""
    # Before NumPy is imported anywhere: several processes share the cores.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")
    if not hasattr(config, "workerinput"):
        os.environ[_HOME_VARIABLE] = tempfile.mkdtemp(prefix="bpviz-tests-")
    root = Path(os.environ[_HOME_VARIABLE])
    home = root / os.environ.get("PYTEST_XDIST_WORKER", "main")
    runtime = home / "runtime"
    runtime.mkdir(parents=True, mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    os.environ["XDG_CACHE_HOME"] = str(root / "cache")
    for name, folder in _home_variables(home).items():
        os.environ[name] = folder
    # A session manager of the desktop has no part in tests, nor has the user's language.
    os.environ.pop("SESSION_MANAGER", None)
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"
    leaks.watch_threads()
    leaks.collect_garbage_here_only()
    hands_out_work = getattr(config.option, "dist", "no") != "no"
    if hasattr(config, "workerinput") or not (hands_out_work or os.environ.get("DISPLAY")):
        config.stash[_screen] = start_screen()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the screen away, and the homes when the last process is done with them."""
    leave_screen(config.stash.get(_screen, None))
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.get(_HOME_VARIABLE, ""), ignore_errors=True)


def _home_variables(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_STATE_HOME": str(home / "state"),
    }


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Note failures for the checks below; turn a skip that nobody allowed into a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _refuse_skip(report)
    item.stash[_failed] = item.stash.get(_failed, False) or report.failed
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """Turn the skip of a whole file into a failure likewise."""
    report = yield
    if report.skipped:
        _refuse_skip(report)
    return report


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not any(allowed in reason for allowed in ALLOWED_SKIPS):
        report.outcome = "failed"
        report.longrepr = f"A skip is a failure here: {reason}"


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """Let OpenGL contexts share, as in the program: a dock that floats would crash without."""
    from PySide6.QtCore import QCoreApplication, Qt

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    return QApplication


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """Dress the application as the program does: every test sees light colours and 10 pt text."""
    leaks.dress(qapp)
    return qapp


@pytest.fixture(autouse=True)
def _no_stray_log_line(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on what was logged at WARNING or above, unless the test asks for ``caplog``."""
    with leaks.logged_warnings() as lines:
        yield
    if lines and "caplog" not in request.fixturenames:
        pytest.fail("stray log lines:\n" + "\n".join(lines), pytrace=False)


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on windows and threads that outlive the test."""
    windows, threads = leaks.top_level_widgets(), leaks.python_threads()
    yield
    leaks.dress_again()
    running = leaks.stop_running_qthreads() + leaks.new_python_threads(threads)
    # A failed test's traceback holds on to its widgets: one failure is enough said.
    left = [] if request.node.stash.get(_failed, False) else leaks.left_widgets(windows)
    trouble = [f"still running: {name}" for name in running]
    trouble += [f"still there: {leaks.describe(widget)}" for widget in left]
    leaks.destroy(left)
    leaks.collect_garbage(next(_tests_done))
    if trouble:
        pytest.fail("left behind:\n" + "\n".join(trouble), pytrace=False)


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    """Let every test start in English."""
    yield
    text = sys.modules.get("bpviz.text")
    if text is not None:
        text.set_language("en")


@pytest.fixture(autouse=True)
def _settings_of_its_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test of the window settings, and a home, that no other test wrote to."""
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        return
    from PySide6.QtCore import QSettings

    home = request.getfixturevalue("tmp_path_factory").mktemp("home")
    for name, folder in _home_variables(home).items():
        monkeypatch.setenv(name, folder)
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        QSettings.setPath(form, QSettings.Scope.UserScope, str(home / "config"))


@pytest.fixture(autouse=True)
def _pointer_of_its_own(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Move a pointer that is the test's alone: the screen's follows late, or not, on a busy machine."""
    if not {"qapp", "qtbot"} & set(request.fixturenames):
        return
    from PySide6.QtTest import QTest

    from tests.helpers.pointer import move_pointer

    monkeypatch.setattr(QTest, "mouseMove", move_pointer)
