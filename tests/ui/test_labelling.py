"""Drawing labels by hand: every tool, key and way of keeping, used as a person does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt

from deepdesk.core.drawing import Drawing, Point, Polygon
from deepdesk.data.painted import is_on
from tests.ui import labelling_stage as stage
from tests.ui.labelling_stage import (
    BOX,
    HEIGHT,
    LEFT,
    WIDTH,
    click,
    drag,
    kept,
    made_project,
    near,
    press,
    settle,
    spot,
)

KEY, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
open_page, page, project = stage.open_page, stage.page, stage.project


def test_a_dragged_box_is_kept_by_itself_and_undone_as_one_step(qtbot, desk, page, project):
    press(qtbot, page, KEY.Key_B)
    drag(qtbot, page, (60, 20), (90, 50), (70, 30))

    drawn = kept(project)
    assert drawn.shapes[0] == BOX
    assert near(drawn.shapes[1], 60, 20, 90, 50)
    assert drawn.shapes[1].label == "cell"
    desk.undo.undo()
    settle(qtbot, page)
    qtbot.waitUntil(lambda: page.canvas.scene.drawing.shapes == (BOX,))
    assert kept(project).shapes == (BOX,)
    press(qtbot, page, KEY.Key_Y, CTRL)
    qtbot.waitUntil(lambda: len(page.canvas.scene.drawing.shapes) == 2)
    assert kept(project) == drawn


def test_a_box_is_drawn_by_two_clicks_too(qtbot, page, project):
    press(qtbot, page, KEY.Key_B)
    click(qtbot, page, 60, 20)
    qtbot.mouseMove(page.canvas, spot(page, 90, 50))
    click(qtbot, page, 90, 50)

    assert near(kept(project).shapes[1], 60, 20, 90, 50)


def test_an_outline_is_clicked_corner_by_corner_and_closed_by_enter(qtbot, page, project):
    press(qtbot, page, KEY.Key_O)
    for place in ((60, 20), (90, 20), (100, 70), (90, 50)):
        click(qtbot, page, *place)
    press(qtbot, page, KEY.Key_Z, CTRL)
    press(qtbot, page, KEY.Key_Backspace)
    click(qtbot, page, 75, 60)
    press(qtbot, page, KEY.Key_Return)

    (ring,) = kept(project).shapes[1].rings
    assert [pytest.approx(corner, abs=1.5) for corner in ((60, 20), (90, 20), (75, 60))] == list(
        ring
    )


def test_escape_calls_an_outline_off_before_it_leaves_the_page(qtbot, page, project):
    left = []
    page.left.connect(left.append)
    press(qtbot, page, KEY.Key_O)
    click(qtbot, page, 60, 20)

    press(qtbot, page, KEY.Key_Escape)
    assert not page.canvas.tool.is_busy
    assert not left
    press(qtbot, page, KEY.Key_Escape)
    assert left
    assert kept(project).shapes == (BOX,)


def test_a_point_is_one_click(qtbot, page, project):
    press(qtbot, page, KEY.Key_X)
    click(qtbot, page, 70, 40)

    shape = kept(project).shapes[1]
    assert isinstance(shape, Point)
    assert (shape.x, shape.y) == (pytest.approx(70, abs=1), pytest.approx(40, abs=1))


def test_a_stroke_of_the_brush_becomes_a_region_and_the_eraser_takes_from_it(qtbot, page, project):
    press(qtbot, page, KEY.Key_R)
    page.canvas.set_brush(10)
    drag(qtbot, page, (60, 40), (90, 40), (70, 40))
    painted = is_on(kept(project).shapes[1].counts, WIDTH, HEIGHT)
    press(qtbot, page, KEY.Key_E)
    drag(qtbot, page, (60, 40), (64, 40))
    rest = is_on(kept(project).shapes[1].counts, WIDTH, HEIGHT)

    assert painted[40, 60]
    assert painted[40, 89]
    assert not painted[48, 75]
    assert not rest[40, 60]
    assert rest[40, 85]


def test_the_eraser_takes_from_others_where_it_does_not_touch_what_is_selected(
    qtbot, page, project
):
    press(qtbot, page, KEY.Key_R)
    page.canvas.set_brush(6)
    drag(qtbot, page, (60, 40), (90, 40), (70, 40))
    drag(qtbot, page, (60, 70), (90, 70), (70, 70))
    press(qtbot, page, KEY.Key_E)
    drag(qtbot, page, (60, 40), (64, 40))

    first, second = kept(project).shapes[1:]
    assert not is_on(first.counts, WIDTH, HEIGHT)[40, 60]
    assert is_on(second.counts, WIDTH, HEIGHT)[70, 60]


def test_a_click_fills_up_to_the_edge(qtbot, page, project):
    press(qtbot, page, KEY.Key_F)
    click(qtbot, page, 75, 35)

    filled = is_on(kept(project).shapes[1].counts, WIDTH, HEIGHT)
    assert filled[22:48, 62:88].all()
    assert filled.sum() < 31 * 31


def test_dragging_while_filling_lets_more_colours_in(qtbot, page, project):
    press(qtbot, page, KEY.Key_F)
    before = page.canvas.tolerance
    drag(qtbot, page, (75, 35), (95, 35), (85, 35))

    assert page.canvas.tolerance > before
    assert len(kept(project).shapes) == 2


def test_a_shape_is_selected_dragged_and_nudged(qtbot, page, project):
    drag(qtbot, page, (25, 20), (45, 40), (35, 30))
    assert near(kept(project).shapes[0], 30, 30, 60, 50)
    before = kept(project).shapes[0]
    press(qtbot, page, KEY.Key_Right)
    press(qtbot, page, KEY.Key_Up, Qt.KeyboardModifier.ShiftModifier)

    after = kept(project).shapes[0]
    assert (after.left - before.left, after.top - before.top) == (1, -10)


def test_a_corner_and_a_side_of_a_box_are_pulled(qtbot, page, project):
    click(qtbot, page, 25, 20)
    drag(qtbot, page, (40, 30), (60, 60), (50, 40))
    assert near(kept(project).shapes[0], 10, 10, 60, 60)
    drag(qtbot, page, (10, 35), (20, 35), (15, 35))

    assert near(kept(project).shapes[0], 20, 10, 60, 60)


def test_corners_of_an_outline_are_added_and_removed(qtbot, open_page, tmp_path):
    ring = ((20.0, 20.0), (80.0, 20.0), (80.0, 60.0), (20.0, 60.0))
    outline = Polygon(label="cell", rings=(ring,))
    project = made_project(
        tmp_path, drawn=(Drawing(width_px=WIDTH, height_px=HEIGHT, shapes=(outline,)),)
    )
    page = open_page(project)

    click(qtbot, page, 50, 40)
    qtbot.mouseDClick(page.canvas, LEFT, pos=spot(page, 50, 20))
    settle(qtbot, page)
    assert len(kept(project).shapes[0].rings[0]) == 5
    qtbot.mouseMove(page.canvas, spot(page, 80, 60))
    press(qtbot, page, KEY.Key_Delete)

    assert len(kept(project).shapes[0].rings[0]) == 4
    assert (80.0, 60.0) not in kept(project).shapes[0].rings[0]
    project.close()


def test_tab_walks_over_the_shapes_and_delete_takes_one_away(qtbot, page, project):
    press(qtbot, page, KEY.Key_Tab)
    assert page.canvas.scene.selected == {0}
    press(qtbot, page, KEY.Key_Delete)

    assert kept(project).shapes == ()
    assert page.side.state.text() == "Looked at: nothing on it"


def test_a_digit_gives_what_is_selected_another_class(qtbot, page, project):
    qtbot.keyClicks(page.side.classes.field, "dust")
    qtbot.keyClick(page.side.classes.field, KEY.Key_Return)
    assert page.side.classes.names == ("cell", "dust")
    click(qtbot, page, 25, 20)
    press(qtbot, page, KEY.Key_2)

    assert kept(project).shapes[0].label == "dust"


def test_a_class_that_is_typed_is_drawn_with_and_joins_the_list(qtbot, page, project):
    press(qtbot, page, KEY.Key_B)
    press(qtbot, page, KEY.Key_C)
    qtbot.keyClicks(page.side.classes.field, "Dust")
    qtbot.keyClick(page.side.classes.field, KEY.Key_Return)
    drag(qtbot, page, (60, 20), (90, 50), (70, 30))

    assert kept(project).shapes[1].label == "Dust"
    with project.index() as index:
        assert "Dust" in [row.name for row in index.classes()]


def test_enter_and_escape_in_the_name_of_a_class_stay_there(qtbot, page, project):
    first, left = page.queue.model.id_at(0), []
    page.left.connect(left.append)
    page.open(first)
    settle(qtbot, page)
    press(qtbot, page, KEY.Key_C)
    page.side.classes.field.setText("CELL")
    qtbot.keyClick(page.side.classes.field, KEY.Key_Return)
    press(qtbot, page, KEY.Key_C)
    qtbot.keyClick(page.side.classes.field, KEY.Key_Escape)

    assert page.current == first
    assert page.canvas.label == "cell"
    assert not left


def test_without_a_class_the_first_stroke_asks_for_one(qtbot, open_page, tmp_path):
    project = made_project(tmp_path, drawn=())
    page = open_page(project)

    press(qtbot, page, KEY.Key_B)
    drag(qtbot, page, (60, 20), (90, 50), (70, 30))

    assert page.banner.sentence.text() == "What do you draw?"
    assert kept(project) is None
    qtbot.keyClicks(page.side.classes.field, "cell")
    qtbot.keyClick(page.side.classes.field, KEY.Key_Return)
    assert page.banner.isHidden()
    project.close()


def test_names_that_are_typed_one_after_another_all_stay_and_keep_their_keys(
    qtbot, open_page, tmp_path
):
    project = made_project(tmp_path, drawn=())
    page = open_page(project)
    for name in ("red", "white", "plate"):
        press(qtbot, page, KEY.Key_C)
        qtbot.keyClicks(page.side.classes.field, name)
        qtbot.keyClick(page.side.classes.field, KEY.Key_Return)
    qtbot.waitUntil(lambda: page.side.classes.names == ("red", "white", "plate"))
    press(qtbot, page, KEY.Key_2)
    # Nothing could be selected yet: a drag draws, without a tool being chosen first.
    drag(qtbot, page, (60, 20), (90, 50), (70, 30))

    assert kept(project).shapes[0].label == "white"
    qtbot.waitUntil(lambda: len(page.queue.model.waiting.unlabelled) == 3)
    assert page.side.classes.names == ("red", "white", "plate")
    project.close()


def test_behind_the_last_picture_come_those_that_were_passed_over(qtbot, page):
    last = page.queue.model.id_at(page.queue.model.rowCount() - 1)
    page.open(last)
    settle(qtbot, page)
    assert page.queue.model.is_new(last) is False
    press(qtbot, page, KEY.Key_D)

    assert page.current == page.numbers["p1.png"]


def test_nothing_on_it_is_an_answer_and_can_be_taken_back(qtbot, page, project):
    page.open(page.numbers["p2.png"])
    settle(qtbot, page)
    press(qtbot, page, KEY.Key_N)
    assert kept(project, "p2.png").shapes == ()
    page.side.away.click()
    settle(qtbot, page)

    assert kept(project, "p2.png") is None


def test_shapes_of_the_last_picture_are_taken_over(qtbot, page, project):
    press(qtbot, page, KEY.Key_A)
    page.open(page.numbers["p1.png"])
    settle(qtbot, page)
    press(qtbot, page, KEY.Key_L)

    assert kept(project, "p1.png").shapes == (BOX,)


def test_what_is_copied_is_pasted_beside_itself(qtbot, page, project):
    click(qtbot, page, 25, 20)
    press(qtbot, page, KEY.Key_C, CTRL)
    press(qtbot, page, KEY.Key_V, CTRL)

    first, second = kept(project).shapes
    assert (second.left - first.left, second.top - first.top) == (12, 12)


def test_next_and_previous_follow_the_queue_and_enter_goes_on(qtbot, page):
    first = page.queue.model.id_at(0)
    page.open(first)
    settle(qtbot, page)
    press(qtbot, page, KEY.Key_D)
    assert page.current == page.queue.model.id_at(1)
    press(qtbot, page, KEY.Key_Return)
    assert page.current == page.queue.model.id_at(2)
    press(qtbot, page, KEY.Key_A)

    assert page.current == page.queue.model.id_at(1)
    assert page.queue.count.text() == "1 of 4 labelled"


def test_a_quick_change_of_the_picture_loses_nothing(qtbot, page, project):
    press(qtbot, page, KEY.Key_B)
    canvas = page.canvas
    qtbot.mousePress(canvas, LEFT, pos=spot(page, 60, 20))
    qtbot.mouseMove(canvas, spot(page, 80, 40))
    qtbot.mouseRelease(canvas, LEFT, pos=spot(page, 90, 50))
    # No waiting here: the change is on its way while the next picture is asked for.
    qtbot.keyClick(canvas, KEY.Key_D)
    settle(qtbot, page)

    assert len(kept(project).shapes) == 2


def test_a_frame_around_shapes_selects_them(qtbot, page):
    drag(qtbot, page, (2, 2), (60, 50), (30, 30))

    assert page.canvas.scene.selected == {0}


def test_the_list_of_shapes_selects_hides_and_deletes(qtbot, page, project):
    model, view = page.shapes, page.side.shapes
    assert model.index(0).data() == "cell  ·  box 30 x 20"
    view.selectionModel().select(model.index(0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert page.canvas.scene.selected == {0}
    model.setData(model.index(0), Qt.CheckState.Unchecked.value, Qt.ItemDataRole.CheckStateRole)
    assert page.canvas.scene.hidden == {0}
    model.setData(model.index(0), Qt.CheckState.Checked.value, Qt.ItemDataRole.CheckStateRole)
    assert page.canvas.scene.hidden == frozenset()
    qtbot.keyClick(view, KEY.Key_Delete)
    settle(qtbot, page)

    assert kept(project).shapes == ()


def test_letters_in_the_lists_are_still_tools(qtbot, page):
    qtbot.keyClick(page.queue.list, KEY.Key_B, Qt.KeyboardModifier.NoModifier)
    assert page.bar.buttons["box"].isChecked()
    qtbot.keyClick(page.side.shapes, KEY.Key_O)

    assert page.bar.buttons["outline"].isChecked()


def test_the_page_takes_the_place_of_the_columns_and_gives_it_back(qtbot, page):
    space = page.parentWidget()
    assert not space.middle.isVisible()
    assert not space.left.isVisible()
    page.bar.done.click()

    assert space.middle.isVisible()
    assert space.left.isVisible()
    assert not page.isVisible()


def test_a_class_of_the_tab_is_the_first_to_draw_with(page):
    assert page.canvas.label == "cell"
    assert page.side.classes.list.item(0).text().split() == ["1", "cell"]


def test_boxes_are_named_for_readers_and_tools_say_their_letter(page):
    for button in page.bar.buttons.values():
        assert button.accessibleName()
        assert "(" in button.toolTip()
    assert page.canvas.accessibleName() == "Picture to draw on"
