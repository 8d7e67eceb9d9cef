"""``bpviz render``: frames with no visible window."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtGui import QImage

from bpviz.cli import main
from bpviz.commands.render import parse_size
from bpviz.commands.views import VIEWS
from bpviz.errors import UserError

RUN = ("--data", "xor", "--points", "40", "--layers", "3 tanh", "--iterations", "10", "--seed", "1")


@pytest.fixture
def render(qapp, tmp_path, capsys):
    """Render into ``tmp_path/out``; return the code, the pictures by name and what was complained."""
    before = qapp.palette(), qapp.styleSheet(), qapp.font(), qapp.style().objectName()

    def call(*words):
        code = main(["render", *RUN, "--out", str(tmp_path / "out"), *words])
        folder = tmp_path / "out"
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        return code, {name: QImage(str(folder / name)) for name in names}, capsys.readouterr().err

    yield call
    qapp.setStyleSheet(before[1])
    qapp.setPalette(before[0])
    qapp.setFont(before[2])
    qapp.setStyle(before[3])


def colours(image):
    """Return how many colours a coarse grid over the picture meets."""
    return len({image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)})


@pytest.mark.parametrize("view", ["network", "loss", "surface", "map"])
def test_each_panel_becomes_a_sequence(render, view):
    code, pictures, complaint = render("--view", view, "--every", "4", "--size", "320x240")
    assert (code, complaint) == (0, "")
    assert list(pictures) == [f"frame_000{i}.png" for i in range(4)]  # 0, 4, 8 and the last, 10
    assert {(one.width(), one.height()) for one in pictures.values()} == {(320, 240)}
    assert all(colours(one) > 10 for one in pictures.values())
    assert pictures["frame_0000.png"] != pictures["frame_0003.png"]


def test_the_pixel_ratio_multiplies_the_pixels(render):
    _, pictures, _ = render("--view", "loss", "--every", "10", "--size", "200x100", "--ratio", "2.5")
    assert {(one.width(), one.height()) for one in pictures.values()} == {(500, 250)}


def test_dark_is_darker_than_light(render):
    sums = []
    for theme in ("light", "dark"):
        words = ("--view", "loss", "--every", "10", "--size", "200x100", "--theme", theme, "--overwrite")
        _, pictures, _ = render(*words)
        sums.append(pictures["frame_0000.png"].pixelColor(3, 60).lightness())
    assert sums[0] > 200 > 60 > sums[1]


def test_earlier_pictures_are_kept_unless_told(render):
    words = ("--view", "loss", "--size", "200x100")
    assert render(*words, "--every", "1")[0] == 0
    code, pictures, complaint = render(*words, "--every", "5")
    assert code == 2
    assert "already holds pictures like “frame_0000.png”: 11." in complaint
    assert len(pictures) == 11
    code, pictures, _ = render(*words, "--every", "5", "--overwrite")
    assert (code, len(pictures)) == (0, 3)


def test_a_mistake_in_the_data_costs_no_earlier_picture(render):
    words = ("--view", "loss", "--size", "200x100", "--every", "5")
    assert render(*words)[0] == 0
    code, pictures, complaint = render(*words, "--overwrite", "--data", "nowhere.csv", "--points", "40")
    assert code == 2
    assert complaint.count("\n") == 1
    assert len(pictures) == 3


def test_divergence_ends_in_code_3_with_whole_frames(render):
    words = ("--view", "loss", "--size", "200x100", "--every", "1", "--data", "plane", "--optimizer", "sgd")
    code, pictures, complaint = render(*words, "--layers", "4 identity", "--learning-rate", "1000")
    assert code == 3
    assert "iteration" in complaint
    assert all(one.width() == 200 for one in pictures.values())


def test_ctrl_c_leaves_whole_frames_and_is_done(render, monkeypatch):
    class Third:
        """Stands for a user who presses Ctrl+C in the third iteration."""

        looks = 0

        def __enter__(self):
            return self

        def __exit__(self, *_error):
            return None

        def __call__(self):
            self.looks += 1
            return self.looks == 6  # each iteration and each frame is a look

    monkeypatch.setattr("bpviz.commands.render.Interrupt", Third)
    code, pictures, complaint = render("--view", "loss", "--size", "200x100", "--every", "1")
    assert (code, complaint) == (0, "")
    assert len(pictures) == 3
    assert all(one.width() == 200 for one in pictures.values())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--view", "sky"), "There is no view “sky”"),
        (("--every", "0"), "“every” cannot be “0”"),
        (("--every", "half"), "“every” cannot be “half”"),
        (("--size", "big"), "The size “big”"),
        (("--size", "1280"), "The size “1280”"),
        (("--size", "10x10"), "from 64 to 8192"),
        (("--size", "9000x100"), "from 64 to 8192"),
        (("--ratio", "0"), "pixel ratio cannot be “0”"),
        (("--ratio", "nan"), "pixel ratio cannot be “nan”"),
        (("--theme", "pink"), "invalid choice"),
    ],
)
def test_a_mistake_is_one_line_and_makes_no_folder(render, words, said):
    code, pictures, complaint = render(*words)
    assert code == 2
    assert said in complaint
    assert complaint.count("\n") == 1
    assert pictures == {}


def test_a_place_to_write_is_needed(capsys):
    assert main(["render", *RUN]) == 2
    assert "--out" in capsys.readouterr().err


def test_missing_libraries_are_one_sentence(render, monkeypatch):
    def refuse(_name):
        raise ImportError("libEGL.so.1: cannot open shared object file")

    monkeypatch.setattr("bpviz.commands.render.import_module", refuse)
    code, _, complaint = render()
    assert code == 2
    assert "libEGL.so.1" in complaint


@pytest.mark.parametrize("text", ["1280x720", "1280X720", " 1280 × 720 ", "1280*720", "1280,720"])
def test_sizes_may_be_written_in_several_ways(text):
    assert parse_size(text) == (1280, 720)


def test_a_size_of_three_sides_is_refused():
    with pytest.raises(UserError, match="1x2x3"):
        parse_size("1x2x3")


def test_the_views_are_the_panels_of_the_window():
    from bpviz.views.panels import PANELS

    # Settings, a check that nobody has asked for and what is told of a run are no pictures of it.
    others = ("setup", "gradients", "explain", "doctor", "histograms", "lessons")
    panels = {spec.key: spec.label for spec in PANELS if spec.key not in others}
    assert {entry.name: entry.label for entry in VIEWS if entry.name != "window"} == panels


def test_the_whole_window_without_a_display(tmp_path):
    """In a process of its own: no DISPLAY, nothing on stderr, the same bits twice, no Qt folder left."""
    environment = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    environment.pop("QT_QPA_PLATFORM", None)
    environment["TMPDIR"] = str(tmp_path / "tmp")
    (tmp_path / "tmp").mkdir()
    pictures = []
    # A platform that needs a display changes nothing: no window is asked for.
    for name, platform in (("a", {}), ("b", {"QT_QPA_PLATFORM": "xcb"})):
        run = subprocess.run(
            [sys.executable, "-m", "bpviz", "render", *RUN, "--every", "10", "--out", str(tmp_path / name)],
            env=environment | platform,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout == f"Pictures written: 2, in {tmp_path / name}.\n"
        pictures.append([path.read_bytes() for path in sorted((tmp_path / name).iterdir())])
    assert pictures[0] == pictures[1]
    image = QImage(str(tmp_path / "a" / "frame_0001.png"))
    assert (image.width(), image.height()) == (1280, 720)
    assert colours(image) > 100
    assert os.listdir(tmp_path / "tmp") == []
