"""The Training tab where answers are drawn on pictures or are numbers: mistakes as pictures."""

from __future__ import annotations

import json

import numpy as np
import PIL.Image
import pytest
from PySide6.QtCore import Qt

from deepdesk.core.drawing import Box, Drawing, target_of
from deepdesk.core.drawn_json import drawn_to_json
from deepdesk.core.events import EpochEnded, Result, RunStarted
from deepdesk.core.payloads import Boxes, Image, Mask
from deepdesk.core.task import Facts, Found
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.training import TrainingTab, outlook, setup_control
from deepdesk.ui.tabs.training.cell_dialog import CellDialog
from deepdesk.ui.tabs.training.classes_page import ClassesPage, class_rows
from deepdesk.ui.tabs.training.confusion_page import ConfusionPage
from deepdesk.ui.tabs.training.curves_page import CurvesPage, lines_of
from deepdesk.ui.tabs.training.drawn_answer import DrawnAnswer
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.mistakes_card import MistakesCard
from deepdesk.ui.tabs.training.mistakes_reading import case_words
from deepdesk.ui.tabs.training.residuals_page import ResidualsPage, numbers_in
from deepdesk.ui.tabs.training.sample_dialog import SampleDialog
from deepdesk.ui.tabs.training.works import Answered, kept_answers
from tests.ui.training_stage import PATIENCE_MS, tell

TRUTH = Boxes(
    boxes=(((10.0, 10.0, 40.0, 30.0), "cat", 1.0),), classes=("cat", "dog"), size=(64, 48)
)
SAID = Boxes(boxes=(((12.0, 11.0, 42.0, 33.0), "dog", 0.8),), classes=("cat", "dog"), size=(64, 48))
DETECTION = {
    "classes": ["cat", "dog", "cow"],
    "average_precision": [0.4, 0.2, None],
    "average_precision_50": [0.75, 0.5, None],
    "thresholds": [0.4, 0.6, 0.5],
    "counts": [
        {"truths": 4, "right": 3, "missed": 1, "mistaken": 0, "false_alarms": 2},
        {"truths": 2, "right": 1, "missed": 1, "mistaken": 0, "false_alarms": 0},
        {"truths": 0, "right": 0, "missed": 0, "mistaken": 0, "false_alarms": 0},
    ],
    "curves": [
        {"score": [0.9, 0.4, 0.1], "precision": [1.0, 0.6, 0.5], "recall": [0.25, 0.75, 1.0]},
        {"score": [0.6], "precision": [1.0], "recall": [0.5]},
        {"score": [], "precision": [], "recall": []},
    ],
}
CONFUSION = {"classes": ["cat", "dog", "Nothing"], "counts": [[3, 1, 0], [0, 1, 1], [2, 0, 0]]}


@pytest.fixture
def project(tmp_path, desk, monkeypatch):
    def networks(_spec, _config, _facts):
        return lambda emit, _stop: emit(Result(value=("Tiny",)))

    monkeypatch.setattr(setup_control, "networks_work", networks)
    monkeypatch.setattr(outlook, "outlook_of", lambda *_asked, **_how: lambda _emit, _stop: None)
    project = Project.create(tmp_path / "Pets", name="Pets", task="object_detection")
    shapes = (Box(label="cat", left=10, top=10, right=40, bottom=30),)
    target = target_of(Drawing(width_px=64, height_px=48, shapes=shapes))
    paths = [tmp_path / f"{at}.png" for at in range(4)]
    for path in paths:
        PIL.Image.fromarray(np.full((48, 64, 3), 120, np.uint8)).save(path)
    splits = ("train", "train", "validation", "validation")
    found = [
        Found(path=path, target=target, split=split)
        for path, split in zip(paths, splits, strict=True)
    ]
    with project.index() as index:
        index.add(found, source=str(tmp_path))
        index.record_facts(
            [
                (number, Facts(size=(64, 48), detail="64 x 48", digest=f"{number:064x}"))
                for number, _path in index.unchecked(10)
            ]
        )
    desk.show_project(project)
    return project


@pytest.fixture
def tab(qtbot, desk, project):
    tab = TrainingTab(desk)
    tab.resize(1400, 860)
    qtbot.addWidget(tab)
    tab.show()
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    return tab


def row(number, *, error=1.0):
    return {
        "id": number,
        "truth": "1 cat",
        "answer": "1 dog",
        "score": None,
        "is_right": False,
        "error": error,
        "drawn": drawn_to_json(SAID),
        "drawn_truth": drawn_to_json(TRUTH),
    }


def epoch():
    details = {
        "examples": [row(3), row(4)],
        "worst": [row(4)],
        "detection": DETECTION,
        "confusion": CONFUSION,
    }
    return EpochEnded(
        epoch=1, step=10, train={}, validation={"map_50_95": 0.3}, is_best=True, details=details
    )


def history():
    made = RunHistory()
    made.epoch_ended(epoch())
    return made


def test_boxes_are_drawn_on_the_eight_that_are_watched_and_on_the_worst(desk, tab):
    tell(desk, RunStarted(run="001", device="cpu", epochs=2, steps_per_epoch=10, samples=2))
    wanted = []
    tab.middle.pictures_wanted.connect(wanted.append)
    tell(desk, epoch())
    assert wanted == [[4], [3, 4]]
    tile = tab.middle.learning.tiles[3]
    assert tile._drawn == SAID
    assert tile._drawn_truth == TRUTH
    errs = tab.middle.errs
    assert isinstance(errs, MistakesCard)
    assert errs.list.rows[0].shown.drawn == SAID
    tab.middle.show_picture(4, Image(pixels_HWC=np.zeros((48, 64, 3), np.uint8)))
    assert errs.list.rows[0].picture._pixels is not None


def test_pictures_of_the_worst_are_asked_for_only_once(qtbot):
    card = MistakesCard(with_pictures=True)
    qtbot.addWidget(card)
    wanted = []
    card.pictures_wanted.connect(wanted.append)
    black = Image(pixels_HWC=np.zeros((48, 64, 3), np.uint8))

    def show(*numbers):
        made = RunHistory()
        made.worst = tuple(row(number) for number in numbers)
        card.show_epoch(made)
        for number in wanted[-1]:
            card.show_picture(number, black)

    show(1, 2, 3)
    show(3, 1, 2)
    show(2, 4, 3)

    assert wanted == [[1, 2, 3], [4]]
    assert [one.shown.id for one in card.list.rows] == [2, 4, 3]
    assert all(one.picture._pixels is not None for one in card.list.rows)


def test_what_is_read_of_an_epoch_is_not_kept_as_it_came_too():
    made = history()

    assert made.details == {"detection": DETECTION}
    assert made.confusion.classes == ("cat", "dog", "Nothing")
    assert made.confusion.has_nothing
    assert len(made.examples) == 2
    assert len(made.worst) == 1


def test_a_click_on_a_watched_picture_opens_it_with_truth_and_answer(qtbot, desk, tab):
    tell(desk, RunStarted(run="001", device="cpu", epochs=2, steps_per_epoch=10, samples=2))
    tell(desk, epoch())
    qtbot.mouseClick(tab.middle.learning.tiles[3], Qt.MouseButton.LeftButton)
    dialog = next(one for one in tab.window().findChildren(SampleDialog) if one.isVisible())
    qtbot.waitUntil(lambda: isinstance(dialog.view, DrawnAnswer), timeout=PATIENCE_MS)
    assert dialog.view.view.layers.answer == SAID
    assert dialog.view.view.layers.truth == TRUTH
    qtbot.mouseClick(dialog.view.chips.chip("truth"), Qt.MouseButton.LeftButton)
    assert dialog.view.view.layers.truth is None
    assert dialog.view.view.layers.answer == SAID
    dialog.reject()


def test_the_truth_of_a_mask_is_told_to_be_an_outline_and_that_of_boxes_to_be_dashed(qtbot):
    areas = Mask(classes_HW=np.zeros((48, 64), dtype=np.uint8), classes=("sky",))
    for truth, words in ((areas, "Truth, outlined"), (TRUTH, "Truth, dashed")):
        row = Answered(
            id=1, name="a", truth="", answer="", score=1.0, is_right=True, drawn_truth=truth
        )
        shown = DrawnAnswer(Image(pixels_HWC=np.zeros((48, 64, 3), dtype=np.uint8)), row)
        qtbot.addWidget(shown)
        assert shown.chips.chip("truth").text() == words


def test_pages_beside_the_pictures_show_classes_confusion_and_curves(qtbot, desk, tab):
    tell(desk, RunStarted(run="001", device="cpu", epochs=2, steps_per_epoch=10, samples=2))
    tell(desk, epoch())
    errs = tab.middle.errs
    kinds = [type(page) for page in errs.pages.values()]
    assert kinds == [ClassesPage, ConfusionPage, CurvesPage]
    for title, page in errs.pages.items():
        qtbot.mouseClick(errs.chips.chip(title), Qt.MouseButton.LeftButton)
        assert page.isVisible()
    curves = errs.pages["Curves"]
    assert [line.name for line in curves.plane._shown] == ["cat", "dog"]


def test_classes_are_listed_with_the_worst_first_and_absent_ones_left_out():
    rows, words = class_rows({"detection": DETECTION})
    assert [(one.name, one.share) for one in rows] == [("dog", 0.5), ("cat", 0.75)]
    assert rows[1].figure.startswith("3 of 4 \u00b7 2 false")
    assert "overlap" in words
    told = {"classes": ["sky", "road", "car"], "values": [0.9, 0.4, None], "pixels": [5, 4, 0]}
    rows, _words = class_rows({"class_iou": told})
    assert [one.name for one in rows] == ["road", "sky"]


def test_what_was_missed_and_what_was_made_up_are_said_in_words():
    confusion = history().confusion
    assert confusion.sentence(1, 2) == "dog missed, 1 time"
    assert confusion.sentence(2, 0) == "cat where nothing is, 2 times"
    assert confusion.sentence(0, 1) == "cat called dog, 1 time"


@pytest.mark.parametrize("told", [{}, {"classes": ["a"]}, {**DETECTION, "curves": [1, 2, 3]}])
def test_damaged_details_draw_nothing(told):
    assert lines_of(told) == []


def test_the_dot_of_a_curve_lies_where_its_threshold_is():
    lines = lines_of(DETECTION)
    assert lines[0].best is not None
    assert lines[0].best[:2] == (0.75, 0.6)
    assert "40" in lines[0].best[2]


def test_what_is_drawn_is_kept_with_a_run_and_read_again(project):
    folder = project.runs.new("quick", {})
    columns = {
        "ids": [3, 4],
        "truth": ["1 cat", "1 cat"],
        "answer": ["1 dog", "1 cat"],
        "score": [None, None],
        "right": [False, True],
        "error": [1.0, 0.0],
        "drawn": {"0": [drawn_to_json(SAID), drawn_to_json(TRUTH)], "1": "damaged"},
    }
    (folder.path / "evaluation.json").write_text(json.dumps({"epoch": 1, "predictions": columns}))
    first, second = kept_answers(project, folder.path.name)
    assert (first.drawn, first.drawn_truth) == (SAID, TRUTH)
    assert second.drawn is None


def test_a_cell_of_the_matrix_opens_the_pictures_on_which_that_happens(qtbot, desk, project):
    folder = project.runs.new("quick", {})
    folder.update(status="finished", epochs=1, epochs_done=1)
    columns = {
        "ids": [3, 4],
        "truth": ["1 cat", "1 cat"],
        "answer": ["1 dog", "1 cat"],
        "score": [None, None],
        "right": [False, True],
        "error": [1.0, 0.0],
        "drawn": {
            "0": [drawn_to_json(SAID), drawn_to_json(TRUTH)],
            "1": [drawn_to_json(TRUTH), drawn_to_json(TRUTH)],
        },
    }
    (folder.path / "evaluation.json").write_text(json.dumps({"epoch": 1, "predictions": columns}))
    tab = TrainingTab(desk)
    qtbot.addWidget(tab)
    tab.show()
    qtbot.waitUntil(lambda: tab.viewer.run == folder.path.name, timeout=PATIENCE_MS)
    tab.middle.errs.pages["Confusion"].case_picked.emit(("cat", "dog"))
    dialog = next(one for one in tab.window().findChildren(CellDialog) if one.isVisible())
    qtbot.waitUntil(lambda: len(dialog.tiles) == 1, timeout=PATIENCE_MS)
    assert dialog.tiles[0]._drawn == SAID
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    assert len(dialog.tiles) == 1
    dialog.reject()
    assert case_words("cat", "Nothing") == "cat missed"
    assert case_words("Nothing", "cat") == "cat where nothing is"


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("0.40", {"": 0.4}),
        ("-0.25 deg", {"": -0.25}),
        ("speed 30 km/h, steering -0.2", {"speed": 30.0, "steering": -0.2}),
        ("camera 2 height 1.5 m", {"camera 2 height": 1.5}),
        ("", {}),
        ("inf", {}),
    ],
)
def test_numbers_are_read_out_of_an_answer(words, numbers):
    assert numbers_in(words) == numbers


def test_a_dot_of_truth_against_answer_opens_its_sample(qtbot):
    from deepdesk.ui.tabs.training.mistakes import Mistakes

    page = ResidualsPage()
    qtbot.addWidget(page)
    page.resize(420, 320)
    answers = tuple(
        Answered(
            id=at, name="", truth=f"{at / 10}", answer=f"{at / 10 + 0.1}", score=0, is_right=True
        )
        for at in range(11)
    )
    page.show_mistakes(Mistakes(run="001", count=11, answers=answers))
    page.show()
    plane = page.plane
    x, y, words = plane._dots
    assert np.allclose(y - x, 0.1)
    assert words[5] == "truth 0.5, answer 0.6"
    at = plane.mapFromScene(plane.getViewBox().mapViewToScene(_point(x[5], y[5])))
    with qtbot.waitSignal(page.picked) as told:
        qtbot.mouseClick(plane.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args[0].id == 5


def test_each_number_of_several_is_offered_once_whatever_was_shown_before(qtbot):
    from deepdesk.ui.tabs.training.mistakes import Mistakes

    page = ResidualsPage()
    qtbot.addWidget(page)
    page.show()
    words = "speed 30, steering -0.2"
    answer = Answered(id=1, name="", truth=words, answer=words, score=0, is_right=True)
    both = Mistakes(run="001", count=1, answers=(answer,))
    for found in (both, None, both):
        page.show_mistakes(found)

    assert page.chips.layout().count() == 2
    assert page.chips.value() == "speed"


def test_a_curve_is_written_in_the_unit_that_the_run_tells(qtbot, desk, tab):
    started = RunStarted(
        run="001",
        device="cpu",
        epochs=2,
        steps_per_epoch=10,
        samples=2,
        plot_metrics=("rmse",),
        units={"rmse": "km/h"},
    )
    tell(desk, started)
    qtbot.waitUntil(lambda: tab.middle.plots.row is not None, timeout=PATIENCE_MS)
    cards = tab.middle.plots.row.cards
    assert next(card for card in cards if card.name == "rmse").plot.unit == "km/h"


def _point(x, y):
    from PySide6.QtCore import QPointF

    return QPointF(float(x), float(y))
