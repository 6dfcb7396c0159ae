"""Saving drawn answers from the Inference tab, and taking them for true."""

from __future__ import annotations

import csv
import json

import numpy as np
import PIL.Image
import pytest

from deepdesk.core.drawing import drawing_of
from deepdesk.project.index import Filter
from deepdesk.ui.tabs.inference.drawn.saving import AnswerSaving
from tests.ui import drawn_stage as stage
from tests.ui.drawn_stage import MASK_HW
from tests.ui.inference_stage import ask, folder_of, picture_file, settle

boxes_desk = stage.boxes_desk
boxes_tab = stage.boxes_tab
mask_desk = stage.mask_desk
mask_tab = stage.mask_tab


@pytest.fixture
def seen(qtbot, boxes_desk, boxes_tab, tmp_path):
    """Return the tab with boxes over two pictures."""
    pictures = [picture_file(tmp_path / f"{name}.png") for name in ("one", "two")]
    ask(qtbot, boxes_desk, boxes_tab, *pictures)
    return boxes_tab


def actions_of(saving: AnswerSaving) -> dict[str, bool]:
    menu = saving.made_menu()
    found = {
        action.text(): action.isEnabled() for action in menu.actions() if not action.isSeparator()
    }
    menu.deleteLater()
    return found


def test_the_menu_offers_the_picture_that_is_shown_and_all(seen):
    menu = seen.drawn.saving.made_menu()
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.deleteLater()

    assert words == [
        "This answer as COCO JSON…",
        "This answer as a CSV table…",
        "This picture with its answer…",
        "All 2 answers as COCO JSON…",
        "All 2 answers as a CSV table…",
        "All 2 pictures with their answers…",
    ]


def test_without_an_answer_nothing_can_be_saved(boxes_tab):
    assert not any(actions_of(boxes_tab.drawn.saving).values())


def test_only_what_counts_is_saved(qtbot, boxes_desk, seen, tmp_path):
    seen.workspace.drawn.classes.rows["RBC"].click()
    saving = seen.drawn.saving
    saving.save_file(saving.all(), tmp_path / "out.json")
    settle(qtbot, boxes_desk)

    saved = json.loads((tmp_path / "out.json").read_text())
    assert [image["file_name"] for image in saved["images"]] == ["one.png", "two.png"]
    assert [one["score"] for one in saved["annotations"]] == [0.84, 0.35, 0.84, 0.35]
    assert boxes_desk.notes[-1].text == "Saved the answers to 2 pictures to out.json"


def test_the_answer_that_is_shown_is_saved_as_a_table(qtbot, boxes_desk, seen, tmp_path):
    saving = seen.drawn.saving
    saving.save_file(saving.shown(), tmp_path / "out.csv")
    settle(qtbot, boxes_desk)

    rows = list(csv.reader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    assert [row[:2] for row in rows[1:]] == [
        ["one.png", "RBC"],
        ["one.png", "WBC"],
        ["one.png", "RBC"],
        ["one.png", "Platelets"],
    ]
    assert boxes_desk.notes[-1].text == "Saved the answer to out.csv"


def test_pictures_are_saved_at_full_size_with_their_boxes(qtbot, boxes_desk, seen, tmp_path):
    saving = seen.drawn.saving
    saving.save_pictures(saving.all(), tmp_path / "painted")
    settle(qtbot, boxes_desk)

    files = sorted((tmp_path / "painted").iterdir())
    assert [path.name for path in files] == ["one answered.png", "two answered.png"]
    pixels = np.asarray(PIL.Image.open(files[0]))
    assert pixels.shape == (8, 12, 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 1
    words = "Saved 2 pictures with their answers to painted"
    assert boxes_desk.notes[-1].text == words


def test_a_folder_may_have_a_dot_in_its_name(qtbot, boxes_desk, seen, tmp_path):
    folder = tmp_path / "holiday 5.2026"
    folder.mkdir()
    saving = seen.drawn.saving
    saving.save_pictures(saving.all(), folder)
    settle(qtbot, boxes_desk)

    assert sorted(path.name for path in folder.iterdir()) == [
        "one answered.png",
        "two answered.png",
    ]


def test_a_picture_that_went_away_is_told_and_the_others_are_saved(
    qtbot, boxes_desk, seen, tmp_path
):
    (tmp_path / "one.png").unlink()
    saving = seen.drawn.saving
    saving.save_pictures(saving.all(), tmp_path / "painted")
    settle(qtbot, boxes_desk)

    assert boxes_desk.notes[-1].text == (
        "Saved a picture with its answer to painted; 1 could not be read any more"
    )


def test_a_folder_that_cannot_be_written_is_told(qtbot, boxes_desk, seen, tmp_path):
    (tmp_path / "taken").write_text("")
    saving = seen.drawn.saving
    saving.save_pictures(saving.all(), tmp_path / "taken")
    settle(qtbot, boxes_desk)

    assert len(boxes_desk.troubles) == 1


def test_masks_are_saved_as_pictures_in_class_colours(qtbot, mask_desk, mask_tab, tmp_path):
    ask(qtbot, mask_desk, mask_tab, picture_file(tmp_path / "street.png"))
    saving = mask_tab.drawn.saving
    saving.save_masks(saving.shown(), tmp_path / "masks")
    settle(qtbot, mask_desk)

    opened = PIL.Image.open(tmp_path / "masks" / "street.png")
    assert (np.asarray(opened) == MASK_HW).all()
    assert opened.mode == "P"


def test_all_rows_of_a_table_are_saved_as_they_are_listed(qtbot, boxes_desk, boxes_tab, tmp_path):
    ask(qtbot, boxes_desk, boxes_tab, folder_of(tmp_path, 4))
    boxes_tab.workspace.table.search.setText("3.png")
    saving = boxes_tab.drawn.saving
    saving.save_file(saving.all(), tmp_path / "out.json")
    settle(qtbot, boxes_desk)

    saved = json.loads((tmp_path / "out.json").read_text())
    assert [image["file_name"] for image in saved["images"]] == ["3.png"]
    assert actions_of(saving)["Rows of this table as CSV…"]
    assert boxes_tab.workspace.table.save.text() == "Save…"


def test_right_adds_the_picture_with_its_boxes_and_undo_takes_it_out(qtbot, boxes_desk, seen):
    seen.workspace.panel.right.click()
    settle(qtbot, boxes_desk)

    with boxes_desk.project.index() as index:
        (sample,) = index.page(Filter(), 0, 10)
    drawing = drawing_of(sample.target)
    assert sample.path.name == "one.png"
    assert [shape.label for shape in drawing.shapes] == ["Platelets", "RBC", "WBC", "RBC"]
    assert (drawing.width_px, drawing.height_px) == (12, 8)
    assert seen.workspace.panel.joined.isVisible()

    boxes_desk.undo.undo()

    assert boxes_desk.index.count() == 0
    assert seen.workspace.panel.right.isVisible()


def test_correct_takes_the_answer_along_and_asks_for_the_labelling_page(
    qtbot, boxes_desk, seen, tmp_path
):
    asked = []
    boxes_desk.labelling_asked.connect(asked.append)
    seen.workspace.panel.wrong.click()
    settle(qtbot, boxes_desk)

    (number,) = asked
    (sample,) = boxes_desk.index.samples([number])
    assert sample.path == tmp_path / "one.png"
    assert boxes_desk.store.session.tab == "dataset"
    assert boxes_desk.index.count() == 1


def test_a_mask_that_is_right_joins_as_painted_regions(qtbot, mask_desk, mask_tab, tmp_path):
    ask(qtbot, mask_desk, mask_tab, picture_file(tmp_path / "street.png"))
    mask_tab.workspace.panel.right.click()
    settle(qtbot, mask_desk)

    with mask_desk.project.index() as index:
        (sample,) = index.page(Filter(), 0, 10)
    labels = [shape.label for shape in drawing_of(sample.target).shapes]
    assert labels == ["sky", "road", "car"]
