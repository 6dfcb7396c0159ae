"""YOLO: boxes, outlines, key points, names from YAML or lists, splits from folders."""

import pytest

from deepdesk.core.drawing import Box, Point, Polygon
from tests.unit.data.label_stage import drawn_in, found_in, picture, remarks_in, text


def test_a_line_is_a_class_a_middle_and_a_size_in_shares(tmp_path):
    picture(tmp_path / "images" / "train" / "a.png")
    text(tmp_path / "labels" / "train" / "a.txt", "1 0.5 0.5 0.25 0.5\r\n0 0.1 0.2 0.2 0.2 0.93\n")
    text(tmp_path / "data.yaml", "names: [cat, 'dog house']\ntrain: images/train\n")

    found = found_in(tmp_path)["a.png"]

    assert found.split == "train"
    assert drawn_in(tmp_path)["a.png"].shapes == (
        Box(label="dog house", left=15, top=5, right=25, bottom=15),
        Box(label="cat", left=0, top=2, right=8, bottom=6),
    )


def test_more_numbers_are_the_corners_of_an_outline(tmp_path):
    picture(tmp_path / "a.png")
    text(tmp_path / "a.txt", "0 0 0 0.5 0 0.5 0.5\n")
    text(tmp_path / "classes.txt", "\ufeffleaf\n")

    assert drawn_in(tmp_path)["a.png"].shapes == (
        Polygon(label="leaf", rings=(((0, 0), (20, 0), (20, 10)),)),
    )


def test_folders_of_data_yaml_tell_the_splits(tmp_path):
    for part in ("first", "second"):
        picture(tmp_path / "images" / part / f"{part}.png")
        text(tmp_path / "labels" / part / f"{part}.txt", "0 0.5 0.5 0.5 0.5\n")
    text(tmp_path / "data.yaml", "names: {0: cat}\ntrain: ./images/first\nval: ../images/second\n")

    splits = {name: one.split for name, one in found_in(tmp_path).items()}

    assert splits == {"first.png": "train", "second.png": "validation"}


def test_an_empty_file_is_a_picture_with_nothing_on_it(tmp_path):
    for name in ("a", "b", "c"):
        picture(tmp_path / "images" / f"{name}.png")
    text(tmp_path / "labels" / "a.txt", "0 0.5 0.5 0.5 0.5\n")
    text(tmp_path / "labels" / "b.txt", "")

    drawings = drawn_in(tmp_path)

    assert drawings["a.png"].shapes[0].label == "class 0"
    assert drawings["b.png"].shapes == ()
    assert drawings["c.png"] is None
    assert "Classes without a name" in remarks_in(tmp_path)[0].reason


def test_key_points_follow_the_box_where_data_yaml_says_so(tmp_path):
    picture(tmp_path / "a.png")
    text(tmp_path / "a.txt", "0 0.5 0.5 0.5 0.5 0.25 0.5 2 0 0 0\n")
    text(tmp_path / "data.yaml", "kpt_shape: [2, 3]\nnames: [person]\n")

    assert drawn_in(tmp_path)["a.png"].shapes == (
        Box(label="person", left=10, top=5, right=30, bottom=15),
        Point(label="person 1", x=10, y=10),
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0 12 13 200 300", "Line 2 has places in pixels."),
        ("cat 0.5 0.5 0.5 0.5", "Line 2 is not of YOLO"),
        ("0 0.5 nan 0.5 0.5", "Line 2 is not of YOLO"),
        ("0.5 0.5 0.5 0.5 0.5", "Line 2 is not of YOLO"),
        ("0 0.5", "Line 2 is not of YOLO"),
    ],
)
def test_a_broken_line_costs_its_file_alone_and_is_named(tmp_path, line, reason):
    for name in ("a", "b"):
        picture(tmp_path / "images" / f"{name}.png")
        text(tmp_path / "labels" / f"{name}.txt", "0 0.5 0.5 0.5 0.5\n")
    text(tmp_path / "labels" / "b.txt", f"0 0.5 0.5 0.5 0.5\n{line}\n")
    text(tmp_path / "classes.txt", "cat\n")

    drawings = drawn_in(tmp_path)
    (remark,) = remarks_in(tmp_path)

    assert len(drawings["a.png"].shapes) == 1
    assert drawings["b.png"] is None
    assert remark.path.name == "b.txt"
    assert remark.reason.startswith(reason)


def test_captions_beside_pictures_are_no_boxes(tmp_path):
    picture(tmp_path / "a.png")
    text(tmp_path / "a.txt", "a cat on a mat\n")

    assert drawn_in(tmp_path) == {"a.png": None}


@pytest.mark.parametrize(
    "words",
    [
        "a: &a [x]\nb: &b [*a,*a]\nnames: *b\n",
        "names: [cat\n",
        "[" * 20_000,
        "names: !!python/object/apply:os.system ['true']\n",
    ],
)
def test_hostile_yaml_is_told_and_never_followed(tmp_path, words):
    picture(tmp_path / "images" / "a.png")
    text(tmp_path / "labels" / "a.txt", "0 0.5 0.5 0.5 0.5\n")
    text(tmp_path / "data.yaml", words)

    remarks = remarks_in(tmp_path)

    assert [remark.path.name for remark in remarks if remark.is_left_out] == ["data.yaml"]
    assert drawn_in(tmp_path)["a.png"].shapes[0].label == "class 0"


def test_the_nearest_list_of_names_counts(tmp_path):
    for place in ("one", "two"):
        picture(tmp_path / place / "images" / f"{place}.png")
        text(tmp_path / place / "labels" / f"{place}.txt", "0 0.5 0.5 0.5 0.5\n")
        text(tmp_path / place / "data.yaml", f"names: [{place}s]\n")

    labels = {name: drawing.shapes[0].label for name, drawing in drawn_in(tmp_path).items()}

    assert labels == {"one.png": "ones", "two.png": "twos"}


def test_data_yaml_alone_is_enough(tmp_path):
    picture(tmp_path / "train" / "images" / "a.png")
    text(tmp_path / "train" / "labels" / "a.txt", "0 0.5 0.5 0.5 0.5\n")
    file = text(tmp_path / "data.yaml", "names: [cat]\n")

    assert drawn_in(file)["a.png"].shapes[0].label == "cat"
