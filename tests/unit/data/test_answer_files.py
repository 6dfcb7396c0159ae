"""Answers as files for other programs, read back by those programs' own libraries."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from deepdesk.core import drawn_json
from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.data.answer_drawing import drawing_from
from deepdesk.data.answer_files import (
    NO_CLASS,
    PictureAnswer,
    coco_of,
    csv_text,
    mask_png,
    names_below,
    packed,
    unpacked,
    write_answers,
    write_masks,
)
from deepdesk.data.painted import pixels_of
from deepdesk.data.picture_files import MAX_PIXELS

BOXES = Boxes(
    boxes=(((1.5, 2.0, 5.5, 8.0), "RBC", 0.9), ((0.0, 0.0, 3.0, 3.0), "=WBC", 0.75)),
    classes=("RBC", "=WBC", "Platelets"),
    thresholds={"RBC": 0.25},
    size=(12, 10),
)
CLASSES_HW = np.array([[0, 0, 2, 2], [0, 1, 2, -1], [1, 1, 1, 7]], dtype=np.int16)
MASK = Mask(classes_HW=CLASSES_HW, classes=("sky", "sea", "sand", "tree"))
ANSWERS = [
    PictureAnswer(name="a/one.png", answer=BOXES),
    PictureAnswer(name="two.png", answer=Boxes(boxes=(), classes=BOXES.classes, size=(4, 3))),
]


def test_the_mask_of_the_largest_picture_that_is_read_comes_back(monkeypatch):
    assert drawn_json.MOST_PIXELS == MAX_PIXELS
    monkeypatch.setattr(drawn_json, "MOST_PIXELS", MASK.classes_HW.size)

    assert unpacked(packed(MASK)) == MASK


def test_coco_opens_boxes_and_takes_them_as_results(tmp_path, capsys):
    coco = pytest.importorskip("pycocotools.coco")
    path = tmp_path / "answers.json"

    written = write_answers(ANSWERS, path, Boxes)
    truth = coco.COCO(str(path))
    results = truth.loadRes(json.loads(path.read_text())["annotations"])
    capsys.readouterr()

    assert (written.pictures, written.things) == (2, 2)
    assert [image["file_name"] for image in truth.loadImgs(truth.getImgIds())] == [
        "a/one.png",
        "two.png",
    ]
    assert [one["bbox"] for one in results.loadAnns(results.getAnnIds())] == [
        [1.5, 2.0, 4.0, 6.0],
        [0.0, 0.0, 3.0, 3.0],
    ]
    assert {one["name"] for one in truth.loadCats(truth.getCatIds())} == set(BOXES.classes)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_coco_unpacks_the_runs_of_a_mask(tmp_path, capsys):
    coco = pytest.importorskip("pycocotools.coco")
    path = tmp_path / "answers.json"

    write_answers([PictureAnswer(name="s.png", answer=MASK)], path, Mask)
    opened = coco.COCO(str(path))
    capsys.readouterr()
    found = {
        opened.loadCats(one["category_id"])[0]["name"]: (opened.annToMask(one), one)
        for one in opened.loadAnns(opened.getAnnIds())
    }

    assert list(found) == ["sky", "sea", "sand"]
    for at, name in enumerate(("sky", "sea", "sand")):
        pixels, one = found[name]
        assert (pixels == (at == CLASSES_HW)).all()
        assert one["area"] == pixels.sum()
        assert "score" not in one
    assert found["sand"][1]["bbox"] == [2, 0, 2, 2]


def test_a_table_of_boxes_has_a_line_each_and_one_for_a_picture_without_any():
    rows = list(csv.reader(io.StringIO(csv_text(ANSWERS, Boxes))))

    assert rows == [
        ["file", "label", "score", "left", "top", "right", "bottom"],
        ["a/one.png", "RBC", "0.9000", "1.50", "2.00", "5.50", "8.00"],
        ["a/one.png", "'=WBC", "0.7500", "0.00", "0.00", "3.00", "3.00"],
        ["two.png", "", "", "", "", "", ""],
    ]


def test_a_table_of_masks_has_a_line_for_each_class_that_is_seen():
    rows = list(csv.reader(io.StringIO(csv_text([PictureAnswer(name="s", answer=MASK)], Mask))))

    assert rows == [
        ["file", "class", "pixels", "share"],
        ["s", "sky", "3", "0.250000"],
        ["s", "sea", "4", "0.333333"],
        ["s", "sand", "3", "0.250000"],
    ]


def test_a_mask_picture_holds_places_of_classes_and_255_for_none():
    opened = PIL.Image.open(io.BytesIO(mask_png(MASK, [(9, 8, 7), (1, 2, 3)])))
    none = NO_CLASS

    assert opened.mode == "P"
    assert np.asarray(opened).tolist() == [[0, 0, 2, 2], [0, 1, 2, none], [1, 1, 1, none]]
    assert opened.getpalette()[:6] == [9, 8, 7, 1, 2, 3]


def test_more_classes_than_a_byte_holds_take_two():
    many = Mask(classes_HW=np.array([[0, 299, -1]]), classes=tuple(map(str, range(300))))

    opened = PIL.Image.open(io.BytesIO(mask_png(many, [(0, 0, 0)])))

    assert np.asarray(opened).tolist() == [[0, 299, 65_535]]


def test_masks_in_a_folder_come_with_a_table_of_their_values(tmp_path):
    answers = [PictureAnswer(name=name, answer=MASK) for name in ("x/s.jpg", "y/s.jpg")]

    written = write_masks(answers, tmp_path / "masks")

    assert written.pictures == 2
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == [
        "classes.csv",
        "s 2.png",
        "s.png",
    ]
    assert (tmp_path / "masks" / "classes.csv").read_text("utf-8-sig").splitlines()[:2] == [
        "value,class",
        "0,sky",
    ]


def test_masks_that_cannot_be_written_are_told(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError):
        write_masks([PictureAnswer(name="s", answer=MASK)], tmp_path / "file")


def test_an_unknown_ending_is_told_with_those_that_are_known(tmp_path):
    with pytest.raises(DeepDeskError, match=r"\.xml") as told:
        write_answers(ANSWERS, tmp_path / "a.xml", Boxes)

    assert ".json or .csv" in told.value.hint


@pytest.mark.parametrize("answer", [BOXES, MASK], ids=["boxes", "mask"])
def test_what_is_packed_comes_back(answer):
    assert unpacked(packed(answer)) == answer


def test_files_are_named_from_the_folder_that_all_are_in():
    paths = [Path("/d/a/1.png"), Path("/d/b/2.png"), Path("/d/3.png")]

    assert names_below(paths) == ["a/1.png", "b/2.png", "3.png"]
    assert names_below(paths[:1]) == ["1.png"]
    assert names_below([]) == []


def test_boxes_as_a_drawing_stay_inside_the_picture_the_surest_on_top():
    wide = Boxes(
        boxes=(((-3.0, 2.04, 5.0, 30.0), "a", 0.9), ((20.0, 0.0, 30.0, 5.0), "b", 0.8)),
        size=(12, 10),
    )

    drawing = drawing_from(wide)

    assert (drawing.width_px, drawing.height_px) == (12, 10)
    assert [(s.label, s.left, s.top, s.right, s.bottom) for s in drawing.shapes] == [
        ("a", 0.0, 2.0, 5.0, 10)
    ]


def test_a_mask_as_a_drawing_paints_the_same_pixels():
    drawing = drawing_from(MASK)

    assert [shape.label for shape in drawing.shapes] == ["sky", "sea", "sand"]
    for at, shape in enumerate(drawing.shapes):
        assert (pixels_of(shape, drawing) == (at == CLASSES_HW)).all()


def test_an_empty_answer_draws_nothing_and_is_still_a_drawing():
    assert coco_of([])["images"] == []
    assert drawing_from(Boxes(boxes=(), size=(4, 3))).shapes == ()


def test_a_table_of_classes_that_is_somebody_elses_stays(tmp_path):
    folder = tmp_path / "masks"
    folder.mkdir()
    (folder / "classes.csv").write_text("mine", encoding="utf-8")

    for _again in range(2):
        write_masks([PictureAnswer(name="s.jpg", answer=MASK)], folder)

    assert (folder / "classes.csv").read_text(encoding="utf-8") == "mine"
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["classes 2.csv", "classes.csv", "s 2.png", "s.png"]
