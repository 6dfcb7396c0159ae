"""Drawing labels where something is wrong: each is one sentence, and nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from deepdesk.core.drawing import Box, Drawing, MaskFile, Region
from deepdesk.data.painted import counts_of
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.dataset.labelling import worktable
from tests.ui import labelling_stage as stage
from tests.ui.labelling_stage import (
    BOX,
    HEIGHT,
    PROPOSED,
    WIDTH,
    FakePredictor,
    drag,
    kept,
    made_project,
    press,
    samples_of,
    settle,
    write_picture,
)

KEY = Qt.Key
open_page, page, project = stage.open_page, stage.page, stage.project


def reopened(qtbot, page, name):
    page.open(page.numbers[name])
    settle(qtbot, page)


def test_a_picture_that_is_gone_is_said_and_its_drawing_stays(qtbot, page, project, tmp_path):
    (tmp_path / "pictures" / "p1.png").unlink()

    reopened(qtbot, page, "p1.png")

    assert "p1.png" in page.canvas.message or "not there" in page.canvas.message
    assert page.canvas.is_locked
    reopened(qtbot, page, "p0.png")
    assert page.canvas.message == ""
    assert kept(project).shapes == (BOX,)


def test_a_damaged_picture_is_said_and_the_queue_goes_on(qtbot, page, tmp_path):
    (tmp_path / "pictures" / "p1.png").write_bytes(b"\x89PNG\r\n nothing more")

    reopened(qtbot, page, "p1.png")
    assert page.canvas.message
    press(qtbot, page, KEY.Key_D)

    assert page.canvas.message == ""


def test_a_picture_of_another_size_is_locked_until_its_drawing_is_fitted(
    qtbot, page, project, tmp_path
):
    write_picture(tmp_path / "pictures" / "p0.png", (WIDTH * 2, HEIGHT))

    reopened(qtbot, page, "p0.png")
    assert page.canvas.is_locked
    assert "240 x 80 now" in page.banner.sentence.text()
    assert kept(project).width_px == WIDTH
    page.banner.remedy.click()
    settle(qtbot, page)

    drawing = kept(project)
    assert (drawing.width_px, drawing.shapes[0].right) == (240, 80)
    assert not page.canvas.is_locked


def test_a_project_that_is_read_only_is_looked_at_alone(qtbot, open_page, project):
    path = project.path
    project.close()
    shut = Project.open(path, read_only=True)
    page = open_page(shut)

    assert page.canvas.is_locked
    assert page.banner.isVisible()
    assert not page.bar.buttons["box"].isEnabled()
    assert not page.side.classes.field.isEnabled()
    assert not page.side.proposals.accept_all.isEnabled()
    drag(qtbot, page, (25, 20), (60, 50), (40, 30))
    assert kept(shut).shapes == (BOX,)
    shut.close()


def test_a_mask_that_is_gone_is_said_and_the_picture_is_drawn_on(qtbot, open_page, tmp_path):
    mask = MaskFile(path="../masks/gone.png", names=((1, "road"),))
    project = made_project(
        tmp_path,
        task="segmentation",
        drawn=(Drawing(width_px=WIDTH, height_px=HEIGHT, mask=mask),),
    )
    page = open_page(project)

    assert "gone.png" in page.banner.sentence.text()
    press(qtbot, page, KEY.Key_R)
    drag(qtbot, page, (60, 40), (90, 40), (70, 40))
    drawing = kept(project)
    assert drawing.mask == mask
    assert [shape.label for shape in drawing.shapes] == ["road"]
    project.close()


def test_a_mask_is_shown_below_what_is_painted(open_page, tmp_path):
    values = np.zeros((HEIGHT, WIDTH), np.uint8)
    values[:40] = 3
    (tmp_path / "masks").mkdir()
    Image.fromarray(values).save(tmp_path / "masks" / "m.png")
    mask = MaskFile(path="../masks/m.png", names=((3, "road"), (0, "sky")))
    project = made_project(
        tmp_path,
        task="segmentation",
        drawn=(Drawing(width_px=WIDTH, height_px=HEIGHT, mask=mask),),
    )
    layer = open_page(project).canvas.scene.mask

    assert layer.names == ("road", "sky")
    assert (layer.levels[0][:40] == 1).all()
    assert (layer.levels[0][40:] == 2).all()
    project.close()


def test_a_drawing_that_is_too_long_is_taken_back(qtbot, monkeypatch, page, project, desk):
    monkeypatch.setattr(worktable, "MOST_CHARACTERS", 200)
    troubles = []
    desk.troubled.connect(troubles.append)
    press(qtbot, page, KEY.Key_B)
    for left in (50, 60, 70):
        drag(qtbot, page, (left, 50), (left + 8, 60), (left + 4, 55))
    qtbot.waitUntil(lambda: bool(troubles))
    qtbot.waitUntil(lambda: page.canvas.scene.drawing == kept(project))

    assert "too detailed" in troubles[-1].error.message


def test_a_sample_that_leaves_the_project_is_said(qtbot, page, project):
    with project.index() as index:
        index.remove([page.numbers["p3.png"]])

    reopened(qtbot, page, "p3.png")

    assert "left the project" in page.canvas.message


def test_painted_pixels_of_another_picture_are_left_alone(qtbot, open_page, tmp_path):
    strange = Region(label="cell", counts=counts_of(np.ones((3, 3), bool)))
    drawing = Drawing(width_px=WIDTH, height_px=HEIGHT, shapes=(strange,))
    project = made_project(tmp_path, drawn=(drawing,))
    page = open_page(project)

    press(qtbot, page, KEY.Key_Tab)
    press(qtbot, page, KEY.Key_Right)
    press(qtbot, page, KEY.Key_E)
    drag(qtbot, page, (60, 40), (90, 40), (70, 40))
    press(qtbot, page, KEY.Key_B)
    drag(qtbot, page, (60, 40), (90, 60), (70, 50))

    assert kept(project).shapes[0] == strange
    assert len(kept(project).shapes) == 2
    project.close()


@pytest.fixture
def proposing(qtbot, page, project):
    """The page with a run whose network finds two things on every picture."""
    run = project.runs.new("quick", {})
    run.update(
        status="finished",
        best_epoch=1,
        epochs_done=1,
        epochs=1,
        metrics={"map_50": 0.5},
        main_metric="map_50",
    )
    run.checkpoints.commit(4, {"weights": b"w"}, meta={})
    page.proposer._make = lambda _project, _spec, _run: FakePredictor()
    page.proposer.find()
    qtbot.waitUntil(lambda: page.proposer.network is not None)
    return page


def test_proposals_are_shown_and_kept_only_when_accepted(qtbot, proposing, project):
    page = proposing
    reopened(qtbot, page, "p1.png")
    qtbot.waitUntil(lambda: len(page.canvas.scene.proposals) == 2)
    assert kept(project, "p1.png") is None
    press(qtbot, page, KEY.Key_Return)

    shapes = kept(project, "p1.png").shapes
    assert [shape.label for shape in shapes] == [label for _sides, label, _score in PROPOSED]
    assert page.canvas.scene.proposals == ()


def test_one_proposal_is_accepted_as_another_class_and_one_by_dragging_it(
    qtbot, proposing, project
):
    page = proposing
    reopened(qtbot, page, "p1.png")
    qtbot.waitUntil(lambda: len(page.canvas.scene.proposals) == 2)
    stage.click(qtbot, page, 75, 35)
    press(qtbot, page, KEY.Key_1)
    drag(qtbot, page, (15, 65), (25, 60), (20, 62))

    first, second = kept(project, "p1.png").shapes
    assert first == Box(label="cell", left=60, top=20, right=90, bottom=50)
    assert stage.near(second, 15, 50, 35, 70)


def test_proposals_are_dropped_by_delete_and_not_made_where_a_person_has_been(
    qtbot, proposing, project
):
    page = proposing
    reopened(qtbot, page, "p1.png")
    qtbot.waitUntil(lambda: len(page.canvas.scene.proposals) == 2)
    press(qtbot, page, KEY.Key_Delete)
    assert page.canvas.scene.proposals == ()
    reopened(qtbot, page, "p0.png")

    assert not page.proposer._wishes.newest
    assert kept(project, "p1.png") is None


def test_the_least_certain_come_first_once_they_were_measured(qtbot, proposing):
    page = proposing
    combo = page.queue.order
    assert page.queue.measure.isEnabled()
    # One of them is known already, as it was looked at.
    reopened(qtbot, page, "p2.png")
    qtbot.waitUntil(lambda: len(page.queue.model.unsureness) == 1)
    combo.setCurrentIndex(combo.findData("unsure"))
    combo.activated.emit(combo.currentIndex())
    model = page.queue.model
    qtbot.waitUntil(lambda: len(model.unsureness) >= 3)
    qtbot.waitUntil(lambda: not page.queueing._is_measuring)

    assert model.state_of(model.id_at(0)).startswith("unsure 0.")
    assert model.state_of(page.numbers["p0.png"]) in ("1 shape", "labelled")


def test_another_run_that_becomes_the_best_is_asked_from_then_on(qtbot, proposing, project):
    page, asked = proposing, []

    def make(_project, _spec, run):
        asked.append(run)
        return FakePredictor()

    page.proposer._make = make
    reopened(qtbot, page, "p1.png")
    qtbot.waitUntil(lambda: bool(page.canvas.scene.proposals))
    better = project.runs.new("best", {})
    better.update(
        status="finished",
        best_epoch=1,
        epochs_done=1,
        metrics={"map_50": 0.7},
        main_metric="map_50",
    )
    better.checkpoints.commit(4, {"weights": b"w"}, meta={})
    page.desk.runs_changed.emit(better.path.name)
    qtbot.waitUntil(lambda: len(asked) == 2)

    assert asked[1] == better.path.name
    assert "70" in page.side.proposals.network.itemText(0)


def test_without_a_run_certainty_cannot_be_measured_and_that_is_said(page):
    assert not page.queue.measure.isEnabled()
    assert "no trained network" in page.queue.measure.toolTip()
    assert "Train once" in page.side.proposals.words.text()


def test_samples_keep_their_order_in_the_index(project):
    assert [one.path.name for one in samples_of(project)] == [f"p{at}.png" for at in range(4)]
