"""What the set-up script says and leaves alone; that it installs was proved on bare machines."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FAKES = {
    # Nothing is installed but what the file names; what is not makes dpkg-query fail.
    "dpkg-query": 'sed -n "s/./installed &/p" "$(dirname "$0")/installed"; exit 1',
    "apt-get": 'echo "apt-get $*" >>"$(dirname "$0")/log"; exit 100',
    "sudo": "exit 1",
    "id": 'cat "$(dirname "$0")/uid"',
}
SYSTEM_PACKAGES = [
    "libglib2.0-0t64",
    "libgl1",
    "libegl1",
    "libgl1-mesa-dri",
    "libxkbcommon0",
    "libdbus-1-3",
    "libfontconfig1",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
    "xvfb",
    "xauth",
    "fonts-noto-cjk",
    "fonts-dejavu-core",
]


class Machine:
    """A copy of the scripts on a machine whose package manager and user are make-believe."""

    def __init__(self, root: Path) -> None:
        self.checkout = root / "checkout"
        self.tools = root / "tools"
        shutil.copytree(ROOT / ".ci", self.checkout / ".ci")
        shutil.copy(ROOT / "pyproject.toml", self.checkout)
        self.tools.mkdir()
        for name, body in FAKES.items():
            (self.tools / name).write_text(f"#!/bin/sh\n{body}\n")
            (self.tools / name).chmod(0o755)
        self.be(user=1000, installed=[])

    def be(self, user: int, installed: list[str]) -> None:
        (self.tools / "uid").write_text(f"{user}\n")
        (self.tools / "installed").write_text("\n".join(installed) + "\n")

    def set_up(self, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", str(self.checkout / ".ci" / "setup.sh"), "run"],
            env={"PATH": f"{self.tools}:/usr/bin:/bin", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def make_ready(self) -> None:
        """Put a .venv there that looks as the script leaves it: a Python, and the stamp of what it did."""
        programs = self.checkout / ".venv" / "bin"
        programs.mkdir(parents=True)
        (programs / "python").write_text('#!/bin/sh\ncase "$1" in -V) echo "Python 3.11.2" ;; esac\n')
        (programs / "python").chmod(0o755)
        stamp = '{ echo "$PWD"; cat pyproject.toml; .venv/bin/python -V; } | cksum'
        made = subprocess.run(["bash", "-c", stamp], cwd=self.checkout, capture_output=True, check=True)
        (self.checkout / ".venv" / ".bpviz-run").write_bytes(made.stdout)

    def apt_calls(self) -> list[str]:
        log = self.tools / "log"
        return log.read_text().splitlines() if log.exists() else []


@pytest.fixture
def machine(tmp_path) -> Machine:
    return Machine(tmp_path)


def test_without_root_it_says_what_is_missing_and_how_to_get_it(machine):
    run = machine.set_up()
    assert run.returncode == 1
    assert "You are not root and cannot use sudo here." in run.stderr
    assert "apt-get install --no-install-recommends" in run.stderr
    assert all(name.removesuffix("t64") in run.stderr for name in SYSTEM_PACKAGES)
    assert machine.apt_calls() == []
    assert not (machine.checkout / ".venv").exists()


def test_when_all_is_there_it_is_silent_and_touches_nothing(machine):
    machine.be(user=1000, installed=SYSTEM_PACKAGES)
    machine.make_ready()
    run = machine.set_up()
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert machine.apt_calls() == []


def test_only_what_is_missing_is_installed(machine):
    machine.be(user=0, installed=[name for name in SYSTEM_PACKAGES if name not in ("libegl1", "xvfb")])
    machine.make_ready()
    run = machine.set_up()
    assert run.returncode == 1
    assert machine.apt_calls() == [
        "apt-get update -q",
        "apt-get install -q -y --no-install-recommends libegl1 xvfb",
    ]
    assert "apt-get could not install: libegl1 xvfb" in run.stderr


def test_without_root_it_goes_on_when_only_fonts_are_missing(machine):
    machine.be(user=1000, installed=[name for name in SYSTEM_PACKAGES if not name.startswith("fonts")])
    machine.make_ready()
    run = machine.set_up()
    assert run.returncode == 0
    assert "going on without them" in run.stdout


def test_the_system_can_be_left_alone(machine):
    machine.make_ready()
    run = machine.set_up(BPVIZ_SKIP_SYSTEM="1")
    assert (run.returncode, run.stdout) == (0, "")
