"""Drawings as a class for every pixel, at the size that a network reads."""

from __future__ import annotations

import os

import numpy as np
import pytest
from PIL import Image

from deepdesk.core.drawing import Box, Drawing, MaskFile, Point, Polygon, Region, target_of
from deepdesk.core.errors import BadSampleError
from deepdesk.data.masks import (
    IGNORED,
    class_map,
    map_dtype,
    network_classes,
    network_size,
    smaller_size,
    stamp,
    survey,
)
from deepdesk.data.painted import counts_of

CLASSES = ("sky", "road", "car")


def with_mask(folder, values_HW, names, shapes=(), size=None):
    """Write a mask beside a picture's folder; return (picture, target)."""
    (folder / "images").mkdir()
    (folder / "masks").mkdir()
    Image.fromarray(values_HW.astype(np.uint8)).save(folder / "masks" / "a.png")
    width, height = size or (values_HW.shape[1], values_HW.shape[0])
    mask = MaskFile(path="../masks/a.png", names=names)
    drawing = Drawing(width_px=width, height_px=height, shapes=shapes, mask=mask)
    return folder / "images" / "a.jpg", target_of(drawing)


def test_a_mask_gives_each_pixel_the_class_in_its_middle_and_unnamed_values_none(tmp_path):
    values = np.zeros((8, 12), dtype=np.uint8)
    values[4:] = 3
    values[:, 9:] = 11
    picture, target = with_mask(tmp_path, values, ((0, "sky"), (3, "road")))
    found = class_map(picture, target, CLASSES, (4, 4))
    assert found.dtype == np.uint8
    assert found.tolist() == [[0, 0, 0, IGNORED]] * 2 + [[1, 1, 1, IGNORED]] * 2


def test_a_class_that_the_network_does_not_know_counts_for_nothing(tmp_path):
    picture, target = with_mask(tmp_path, np.full((4, 4), 7), ((7, "void"),))
    assert (class_map(picture, target, CLASSES, (4, 4)) == IGNORED).all()


def test_shapes_lie_above_the_mask_in_their_order(tmp_path):
    region = np.zeros((16, 16), dtype=bool)
    region[:4, :4] = True
    shapes = (
        Box(label="car", left=0, top=0, right=8, bottom=8),
        Region(label="sky", counts=counts_of(region)),
        Polygon(label="car", rings=(((8, 8), (16, 8), (16, 16), (8, 16)),)),
        Point(label="car", x=1, y=15),
    )
    picture, target = with_mask(tmp_path, np.zeros((16, 16)), ((0, "road"),), shapes)
    found = class_map(picture, target, CLASSES, (4, 4))
    assert found.tolist() == [[0, 2, 1, 1], [2, 2, 1, 1], [1, 1, 2, 2], [1, 1, 2, 2]]


def test_without_a_mask_the_rest_is_background_or_not_known(tmp_path):
    box = Box(label="car", left=0, top=0, right=8, bottom=4)
    target = target_of(Drawing(width_px=8, height_px=8, shapes=(box,)))
    picture = tmp_path / "a.jpg"
    as_class = class_map(picture, target, ("car", "background"), (32, 32))
    left_out = class_map(picture, target, ("car",), (32, 32))
    assert (as_class[:16] == 0).all()
    assert (as_class[16:] == 1).all()
    assert (left_out[16:] == IGNORED).all()
    assert (class_map(picture, None, ("car", "background"), (32, 32)) == IGNORED).all()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("gone", "mask_missing"),
        ("cut", "mask_"),
        ("size", "mask_size"),
        ("colours", "mask_colours"),
    ],
)
def test_a_mask_that_cannot_be_used_is_said_with_what_to_do(tmp_path, damage, code):
    size = (9, 8) if damage == "size" else None
    picture, target = with_mask(tmp_path, np.eye(8), ((0, "sky"),), size=size)
    mask = tmp_path / "masks" / "a.png"
    if damage == "gone":
        mask.unlink()
    if damage == "cut":
        mask.write_bytes(mask.read_bytes()[:40])
    if damage == "colours":
        pixels = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(mask)
    with pytest.raises(BadSampleError) as caught:
        class_map(picture, target, CLASSES, (32, 32))
    assert caught.value.code.startswith(code)
    assert caught.value.hint


def test_the_stamp_changes_with_the_drawing_and_with_the_file(tmp_path):
    picture, target = with_mask(tmp_path, np.zeros((4, 4)), ((0, "sky"),))
    first = stamp(picture, target)
    assert first == stamp(picture, dict(target)) != 0
    assert stamp(picture, None) == 0
    box = target_of(Drawing(width_px=4, height_px=4))["shapes"]
    assert (
        stamp(picture, {**target, "shapes": [*box, {"label": "car", "box": [0, 0, 1, 1]}]}) != first
    )
    os.utime(tmp_path / "masks" / "a.png", ns=(1, 1))
    changed = stamp(picture, target)
    assert changed != first
    (tmp_path / "masks" / "a.png").unlink()
    assert stamp(picture, target) not in (first, changed)


def test_background_is_a_class_where_something_is_drawn_without_a_file():
    drawn = target_of(Drawing(width_px=8, height_px=8, shapes=(Point(label="car", x=1, y=1),)))
    empty = target_of(Drawing(width_px=8, height_px=8))
    filed = target_of(
        Drawing(width_px=8, height_px=8, mask=MaskFile(path="m.png", names=((0, "sky"),)))
    )
    kinds = {"background": {}, "ignored": {}}
    for unpainted, found in kinds.items():
        for name, targets in {"drawn": [drawn, filed], "filed": [filed, empty]}.items():
            found[name] = survey(targets, unpainted=unpainted)["background"]
    assert kinds == {
        "background": {"drawn": True, "filed": False},
        "ignored": {"drawn": False, "filed": False},
    }
    assert survey([drawn], unpainted="background")["size"] == [8, 8]
    learned = {"background": True}
    assert network_classes(("car", "void"), learned, ignored="Void, x") == ("car", "background")
    assert network_classes(("background", "car"), learned, ignored="") == ("background", "car")


def test_the_shares_of_classes_are_counted_in_masks_and_shapes(tmp_path):
    values = np.zeros((72, 96), dtype=np.uint8)
    values[:18] = 1
    values[60:] = 5
    picture, target = with_mask(tmp_path, values, ((0, "road"), (1, "sky"), (5, "void")))
    target["mask"]["path"] = str(picture.parent.parent / "masks" / "a.png")
    found = survey([target] * 3, unpainted="background", ignored="void", counts_shares=True)
    assert found["shares"] == pytest.approx({"road": 0.7, "sky": 0.3})


def test_sizes_keep_proportions_and_are_multiples_of_sixteen():
    assert network_size((480, 360), width_px=0) == (320, 240)
    assert network_size((360, 480), width_px=0) == (240, 320)
    assert network_size((64, 64), width_px=0) == (64, 64)
    assert network_size((1920, 1080), width_px=320) == (320, 176)
    for size in [(97, 33), (5_000, 40), (1, 9_000), (1_024, 768)]:
        for detail in (0.625, 0.8125, 1.0):
            sides = smaller_size(network_size(size, width_px=0), detail)
            assert all(32 <= side <= 1_024 and side % 16 == 0 for side in sides)
    assert map_dtype(255) == ("uint8", 255)
    assert map_dtype(256) == ("int16", 32_767)


@pytest.mark.parametrize("size", [["x", 2], [10**12, 10**12], 7, None, [1], [0, 5]])
def test_a_drawing_with_no_legal_size_is_no_reason_not_to_begin(size):
    legal = {"size": [40, 20], "shapes": [{"label": "a", "box": [1, 1, 3, 3]}]}

    found = survey([legal, {"size": size, "shapes": []}], unpainted="background")

    assert found["size"] == [40, 20]
