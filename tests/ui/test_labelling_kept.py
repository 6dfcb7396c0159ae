"""Drawing labels: what stays as it is while pictures, orders and shapes change around it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.drawing import Box, Drawing
from deepdesk.data.painted import is_on
from tests.ui import labelling_stage as stage
from tests.ui.labelling_stage import (
    BOX,
    HEIGHT,
    LEFT,
    WIDTH,
    drag,
    kept,
    made_project,
    press,
    settle,
    spot,
    write_picture,
)

KEY = Qt.Key
open_page, page, project = stage.open_page, stage.page, stage.project


def open_anew(qtbot, page, name):
    page.open(page.numbers[name])
    settle(qtbot, page)


def choose_order(qtbot, page, order):
    combo = page.queue.order
    combo.setCurrentIndex(combo.findData(order))
    combo.activated.emit(combo.currentIndex())
    qtbot.waitUntil(lambda: not page.queueing._worker.is_waiting)


@pytest.mark.parametrize("key", [KEY.Key_D, KEY.Key_E])
def test_a_stroke_is_kept_when_a_key_ends_it_before_the_button_is_let_go(qtbot, page, project, key):
    press(qtbot, page, KEY.Key_R)
    page.canvas.set_brush(10)
    qtbot.mousePress(page.canvas, LEFT, pos=spot(page, 60, 40))
    qtbot.mouseMove(page.canvas, spot(page, 90, 40))
    qtbot.keyClick(page.canvas, key)
    qtbot.mouseRelease(page.canvas, LEFT, pos=spot(page, 90, 40))
    settle(qtbot, page)

    painted = is_on(kept(project).shapes[1].counts, WIDTH, HEIGHT)
    assert painted[40, 60]
    assert painted[40, 89]
    assert all(kept(project, f"p{at}.png") is None for at in (1, 2, 3))


def test_escape_still_calls_a_stroke_off(qtbot, page, project):
    press(qtbot, page, KEY.Key_R)
    qtbot.mousePress(page.canvas, LEFT, pos=spot(page, 60, 40))
    qtbot.mouseMove(page.canvas, spot(page, 90, 40))
    qtbot.keyClick(page.canvas, KEY.Key_Escape)
    qtbot.mouseRelease(page.canvas, LEFT, pos=spot(page, 90, 40))
    settle(qtbot, page)

    assert kept(project).shapes == (BOX,)


def test_the_same_shape_stays_hidden_while_others_come_and_go(qtbot, open_page, tmp_path):
    shapes = [Box(label="cell", left=at, top=5, right=at + 20, bottom=30) for at in (5, 45, 85)]
    drawn = Drawing(width_px=WIDTH, height_px=HEIGHT, shapes=tuple(shapes))
    project = made_project(tmp_path, drawn=(drawn,))
    page = open_page(project)
    scene = page.canvas.scene
    page.acts.hide(frozenset({1}))
    stage.click(qtbot, page, 15, 15)
    press(qtbot, page, KEY.Key_Delete)

    assert scene.drawing.shapes == tuple(shapes[1:])
    assert scene.hidden == {0}
    page.desk.undo.undo()
    qtbot.waitUntil(lambda: len(scene.drawing.shapes) == 3)

    assert [scene.drawing.shapes[at] for at in scene.hidden] == [shapes[1]]
    project.close()


def test_taking_a_fit_back_locks_the_picture_again(qtbot, page, project, tmp_path):
    write_picture(tmp_path / "pictures" / "p0.png", (WIDTH * 2, HEIGHT))
    open_anew(qtbot, page, "p0.png")
    page.banner.remedy.click()
    settle(qtbot, page)
    page.desk.undo.undo()
    qtbot.waitUntil(lambda: page.canvas.is_locked and not page.table.is_busy)

    assert "240 x 80 now" in page.banner.sentence.text()
    page.desk.undo.redo()
    qtbot.waitUntil(lambda: not page.canvas.is_locked and not page.table.is_busy)
    assert kept(project).width_px == 240


def test_a_picture_of_another_size_is_drawn_on_once_its_label_is_taken_away(
    qtbot, page, project, tmp_path
):
    write_picture(tmp_path / "pictures" / "p0.png", (WIDTH * 2, HEIGHT))
    open_anew(qtbot, page, "p0.png")
    page.side.away.click()
    settle(qtbot, page)
    press(qtbot, page, KEY.Key_B)
    drag(qtbot, page, (150, 10), (200, 40), (160, 20))

    assert kept(project).width_px == 240
    assert stage.near(kept(project).shapes[0], 150, 10, 200, 40)


def test_the_next_picture_is_the_first_of_an_order_that_was_chosen(qtbot, page):
    model, numbers = page.queue.model, page.numbers
    open_anew(qtbot, page, "p2.png")
    model.unsureness.update({numbers["p3.png"]: 0.9, numbers["p2.png"]: 0.1})
    choose_order(qtbot, page, "unsure")

    assert page.current == numbers["p2.png"]
    press(qtbot, page, KEY.Key_D)
    assert page.current == numbers["p3.png"] == model.id_at(0)
    press(qtbot, page, KEY.Key_D)
    assert page.current == model.id_at(1)


def test_as_they_came_goes_on_from_where_one_is(qtbot, page):
    open_anew(qtbot, page, "p2.png")
    choose_order(qtbot, page, "all")
    press(qtbot, page, KEY.Key_D)

    assert page.current == page.numbers["p3.png"]
