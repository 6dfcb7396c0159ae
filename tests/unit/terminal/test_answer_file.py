"""Boxes and masks as a file, asked for with `predict --to`."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Boxes, Image, LabelScores, Mask
from deepdesk.terminal.answer_file import AnswerFile

PICTURE = Image(pixels_HWC=np.zeros((8, 12, 3), dtype=np.uint8))
BOXES = Boxes(
    boxes=(((1.0, 2.0, 5.0, 6.0), "cell", 0.9), ((0.0, 0.0, 2.0, 2.0), "cell", 0.2)),
    classes=("cell",),
)
MASK = Mask(classes_HW=np.array([[0, 1], [1, 1]]), classes=("sky", "road"))


def file_for(to, gives=Boxes, *, is_json=True):
    spec = SimpleNamespace(gives=gives, title="Detection")
    return AnswerFile(Namespace(to=to, json=is_json), spec)


def prediction(path, answer=BOXES, **more):
    usual = {"given": PICTURE, "error": "", "is_final": True}
    return SimpleNamespace(path=Path(path), answer=answer, **{**usual, **more})


def test_without_a_file_nothing_is_gathered_or_said(capsys):
    file = file_for(None)
    file.take(prediction("a.png"))
    file.finish()

    assert capsys.readouterr().out == ""


def test_boxes_that_count_are_written_with_the_size_of_their_picture(tmp_path, capsys):
    file = file_for(tmp_path / "out.json")
    file.take(prediction("/d/a/1.png", is_final=False))
    file.take(prediction("/d/a/1.png"))
    file.take(prediction("/d/b/2.png", error="not readable", answer=None))
    file.take(prediction("/d/b/3.png"))
    file.finish()

    saved = json.loads((tmp_path / "out.json").read_text())
    assert [(one["file_name"], one["width"], one["height"]) for one in saved["images"]] == [
        ("a/1.png", 12, 8),
        ("b/3.png", 12, 8),
    ]
    assert [one["score"] for one in saved["annotations"]] == [0.9, 0.9]
    assert json.loads(capsys.readouterr().out) == {
        "to": str(tmp_path / "out.json"),
        "pictures": 2,
        "answers": 2,
    }


def test_what_was_piped_in_is_called_by_a_dash(tmp_path):
    file = file_for(tmp_path / "out.json")
    file.take(prediction("/tmp/deepdesk-standard-input-x1"))
    file.finish()

    saved = json.loads((tmp_path / "out.json").read_text())
    assert saved["images"][0]["file_name"] == "-"


def test_masks_go_to_a_folder_as_pictures(tmp_path, capsys):
    file = file_for(tmp_path / "masks", Mask, is_json=False)
    file.take(prediction("/d/1.jpg", MASK))
    file.finish()

    opened = PIL.Image.open(tmp_path / "masks" / "1.png")
    assert np.asarray(opened).tolist() == [[0, 1], [1, 1]]
    assert capsys.readouterr().out.startswith("Wrote the answers to 1 picture to ")


def test_nothing_is_written_where_nothing_was_answered(tmp_path):
    file = file_for(tmp_path / "out.csv")
    file.finish()

    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("name", "gives", "message"),
    [
        ("out.xml", Boxes, "not written as"),
        ("out", Boxes, "not written as"),
        ("out.json", LabelScores, "nothing that is drawn"),
    ],
)
def test_a_file_that_cannot_be_is_refused_before_the_first_answer(tmp_path, name, gives, message):
    with pytest.raises(DeepDeskError, match=message):
        file_for(tmp_path / name, gives)
