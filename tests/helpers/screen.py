"""A screen in memory for each process of the tests.

Two processes on one screen would take the focus from each other.
"""

from __future__ import annotations

import os
import shutil
import subprocess


def start_screen() -> subprocess.Popen[bytes] | None:
    """Start a virtual screen and point ``DISPLAY`` to it; None where there is no Xvfb."""
    if shutil.which("Xvfb") is None:
        return None
    reader, writer = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writer),
        "-screen",
        "0",
        "1920x1080x24",
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    if shutil.which("setpriv"):
        # A test process that crashes takes its screen with it.
        command = ["setpriv", "--pdeathsig", "TERM", *command]
    screen = subprocess.Popen(
        command,
        pass_fds=(writer,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as answer:
        number = answer.readline().strip()
    if not number:
        raise RuntimeError(f"Xvfb ended with exit code {screen.wait()} before it was ready")
    os.environ["DISPLAY"] = f":{number}"
    os.environ.pop("WAYLAND_DISPLAY", None)
    os.environ.pop("XAUTHORITY", None)
    return screen


def leave_screen(screen: subprocess.Popen[bytes] | None) -> None:
    """Let the screen end with this process, as the last thing that it needs.

    Taken away earlier, it breaks the connection that Qt still listens to, and Xlib then ends the process
    with exit code 1 after all tests have passed.
    """
    if not shutil.which("setpriv"):
        stop_screen(screen)


def stop_screen(screen: subprocess.Popen[bytes] | None) -> None:
    """Take the screen away again."""
    if screen is not None:
        screen.terminate()
        screen.wait(timeout=10)
