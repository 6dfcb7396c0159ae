"""Lines between classes lie where classes change and nowhere else."""

from __future__ import annotations

import numpy as np

from deepdesk.data.mask_borders import bordered


def test_a_line_lies_on_both_sides_of_an_edge_and_nowhere_else():
    pixels_HWC = np.full((6, 8, 3), 100, np.uint8)
    classes_HW = np.zeros((6, 8), np.int64)
    classes_HW[:, 4:] = 1
    made = bordered(pixels_HWC, classes_HW)
    assert (made[:, 3] < 50).all()
    assert (made[:, 4] == 255).all()
    assert (np.delete(made, (3, 4), axis=1) == 100).all()
    assert (pixels_HWC == 100).all()


def test_one_class_has_no_line():
    pixels_HWC = np.full((6, 8, 3), 100, np.uint8)
    assert np.array_equal(bordered(pixels_HWC, np.ones((6, 8), np.int64)), pixels_HWC)
