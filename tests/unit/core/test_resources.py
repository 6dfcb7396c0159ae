"""The files that come with the program are found."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from deepdesk.core.resources import resource_path


def test_a_resource_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.svg"):
        resource_path("icons", "nowhere.svg")


def test_the_sheet_of_digits_holds_as_many_pictures_as_labels():
    with Image.open(resource_path("samples", "digits.png")) as image:
        sheet_HW = np.asarray(image)
    labels = resource_path("samples", "digits.txt").read_text(encoding="ascii").split()

    # (rows, 8, columns, 8): a picture is lit in its place, and no place behind the last is.
    rows, columns = sheet_HW.shape[0] // 8, sheet_HW.shape[1] // 8
    places = sheet_HW.reshape(rows, 8, columns, 8).max(axis=(1, 3)).reshape(-1) > 0
    assert (rows, columns) == (36, 50)
    assert [len(line) for line in labels] == [50] * 35 + [47]
    assert places.tolist() == [True] * 1797 + [False] * 3


def test_the_levels_of_the_digits_come_back_whole():
    with Image.open(resource_path("samples", "digits.png")) as image:
        values = np.unique(np.asarray(image))

    assert values.tolist() == [level * 255 // 16 for level in range(17)]
    assert np.round(values / 255 * 16).tolist() == list(range(17))
