"""The real data sets against facts known of them, and the enlarging of the digits."""

from __future__ import annotations

import numpy as np
import pytest

from bpviz.data import generate, load
from bpviz.data.bundled import digit_pictures
from bpviz.data.generators.digits28 import bilinear_weights
from bpviz.resources import resource_path


def test_iris():
    data = generate("iris")
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert np.bincount(data.y).tolist() == [50, 50, 50]
    assert data.x.mean(axis=0) == pytest.approx([5.843333, 3.057333, 3.758, 1.199333], abs=1e-6)
    # Fisher's own 35th and 38th flowers, which a well-known copy has wrong.
    assert data.x[34].tolist() == [4.9, 3.1, 1.5, 0.2]
    assert data.x[37].tolist() == [4.9, 3.6, 1.4, 0.1]
    assert data.standardize
    assert data.licence == "CC BY 4.0"


def test_iris_opens_like_a_file_of_the_users():
    dropped = load(resource_path("datasets", "iris.csv"))
    assert dropped.x.tobytes() == generate("iris").x.tobytes()
    assert dropped.target_names == ("species",)
    assert dropped.outputs == 3


def test_wine():
    data = generate("wine")
    assert data.x.shape == (178, 13)
    assert np.bincount(data.y).tolist() == [59, 71, 48]
    assert data.x[0].tolist() == [14.23, 1.71, 2.43, 15.6, 127, 2.8, 3.06, 0.28, 2.29, 5.64, 1.04, 3.92, 1065]
    assert data.standardize


def test_digits():
    data = generate("digits")
    assert data.x.shape == (1797, 64)
    assert data.picture_shape == (8, 8)
    assert (data.x.min(), data.x.max()) == (0.0, 1.0)
    assert np.bincount(data.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The first row of the first picture, a nought, in sixteenths.
    assert (16 * data.x[0, :8]).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]
    assert not data.standardize


def test_digits28_is_the_same_enlarged():
    small, large = generate("digits"), generate("digits28")
    assert large.x.shape == (1797, 784)
    assert large.picture_shape == (28, 28)
    assert large.y.tolist() == small.y.tolist()
    assert large.x.min() >= 0.0
    assert large.x.max() <= 1.0
    # Scaling keeps the mean brightness but for the border, where the pictures are nearly dark.
    assert large.x.mean() == pytest.approx(small.x.mean(), rel=0.02)


def test_a_picture_enlarged_pixel_by_pixel():
    picture = digit_pictures()[0][7]
    large = generate("digits28").x[7].reshape(28, 28)
    for row, column in ((0, 0), (3, 9), (14, 14), (27, 5)):
        assert large[row, column] == pytest.approx(one_pixel(picture, row, column))


def one_pixel(picture: np.ndarray, row: int, column: int) -> float:
    """Bilinear interpolation as the textbook has it, one pixel at a time."""
    place = [min(max((i + 0.5) * 8 / 28 - 0.5, 0.0), 7.0) for i in (row, column)]
    (r, c), (f, g) = [int(p) for p in place], [p % 1 for p in place]
    r2, c2 = min(r + 1, 7), min(c + 1, 7)
    upper = picture[r, c] * (1 - g) + picture[r, c2] * g
    lower = picture[r2, c] * (1 - g) + picture[r2, c2] * g
    return upper * (1 - f) + lower * f


def test_bilinear_weights_by_hand():
    # Two pixels to four: at −¼ (held at 0), ¼, ¾ and 1¼ (held at 1).
    assert bilinear_weights(2, 4).tolist() == [[1.0, 0.0], [0.75, 0.25], [0.25, 0.75], [0.0, 1.0]]
    assert bilinear_weights(8, 28).sum(axis=1) == pytest.approx(np.ones(28))


def test_source_and_licence_stand_beside_the_files():
    text = resource_path("datasets", "README.md").read_text(encoding="utf-8")
    files = {path.name for path in resource_path("datasets").iterdir()} - {"README.md"}
    assert files == {"iris.csv", "wine.csv", "digits.npz"}
    assert all(name in text for name in files)
    assert "CC BY 4.0" in text
