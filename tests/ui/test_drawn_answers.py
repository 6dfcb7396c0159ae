"""Boxes and masks over pictures in the Inference tab: filters, lists, what is pointed at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepdesk.core.answer_filter import AnswerFilter
from deepdesk.ui.tabs.inference.table_model import COLUMNS
from tests.ui import drawn_stage as stage
from tests.ui.drawn_stage import BOXES, MASK
from tests.ui.inference_stage import ask, folder_of, picture_file, settle

boxes_desk = stage.boxes_desk
boxes_tab = stage.boxes_tab
mask_desk = stage.mask_desk
mask_tab = stage.mask_tab
THIN = "\u202f"


@pytest.fixture
def seen(qtbot, boxes_desk, boxes_tab, tmp_path):
    """Return the tab with boxes over one picture."""
    ask(qtbot, boxes_desk, boxes_tab, picture_file(tmp_path / "blood.png"))
    return boxes_tab


@pytest.fixture
def street(qtbot, mask_desk, mask_tab, tmp_path):
    """Return the tab with a mask over one picture."""
    ask(qtbot, mask_desk, mask_tab, picture_file(tmp_path / "street.png"))
    return mask_tab


def test_boxes_lie_over_the_picture_and_are_counted_by_their_own_thresholds(seen):
    workspace = seen.workspace

    assert workspace.stage.overlay.isVisible()
    assert workspace.stage.overlay.layers.answer.boxes == BOXES.boxes
    assert workspace.panel.answer.text() == "2 RBC, 1 Platelets, 1 WBC"
    figures = {name: row.facts.figure for name, row in workspace.drawn.classes.rows.items()}
    assert figures == {"Platelets": "1", "RBC": "2", "WBC": "1"}
    assert workspace.drawn.boxes.boxes.places == [0, 1, 2, 3]


def test_boxes_know_the_size_of_their_picture_however_small_it_is_shown(seen):
    assert seen.workspace.stage.overlay.layers.answer.size == (12, 8)


def test_a_threshold_is_set_with_the_keyboard_and_counts_everywhere(qtbot, seen):
    drawn, stage = seen.workspace.drawn, seen.workspace.stage
    drawn.threshold.slider.setValue(60)
    for _press in range(4):
        QTest.keyClick(drawn.threshold.slider, Qt.Key.Key_PageUp)

    assert drawn.kept.thresholds == dict.fromkeys(("Platelets", "RBC", "WBC"), 0.8)
    assert stage.overlay.layers.kept == drawn.kept
    assert seen.workspace.panel.answer.text() == "1 RBC, 1 WBC"
    assert seen.workspace.strip.tiles.entries[0].words == ("1 RBC, 1 WBC", "")
    assert drawn.weak.text() == "3 more are below their threshold or hidden."

    drawn.threshold.reset.click()

    assert seen.workspace.panel.answer.text() == "2 RBC, 1 Platelets, 1 WBC"


def test_the_threshold_of_one_class_leaves_the_others(seen):
    drawn = seen.workspace.drawn
    drawn.threshold.chooser.setCurrentText("RBC")

    assert drawn.threshold.slider.value() == 50
    drawn.threshold.slider.setValue(5)

    assert drawn.kept.thresholds == {"RBC": 0.05}
    assert seen.workspace.panel.answer.text() == "3 RBC, 1 Platelets, 1 WBC"


def test_a_class_is_taken_away_with_space_and_all_come_back(qtbot, seen):
    drawn = seen.workspace.drawn
    row = drawn.classes.rows["RBC"]
    row.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(row, Qt.Key.Key_Space)

    assert drawn.kept.hidden == {"RBC"}
    assert seen.workspace.panel.answer.text() == "1 Platelets, 1 WBC"
    assert row.accessibleName() == "RBC, 2, hidden"

    drawn.show_all.click()

    assert drawn.kept.hidden == frozenset()
    assert row.isChecked()


def test_arrows_walk_from_class_to_class(seen):
    rows = seen.workspace.drawn.classes.rows
    rows["Platelets"].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(rows["Platelets"], Qt.Key.Key_Down)

    assert rows["RBC"].hasFocus()
    assert seen.workspace.stage.overlay.layers.near_name == "RBC"


def test_filters_hold_for_the_next_picture(qtbot, boxes_desk, seen, tmp_path):
    seen.workspace.drawn.classes.rows["RBC"].click()
    ask(qtbot, boxes_desk, seen, picture_file(tmp_path / "other.png", (1, 2, 3)))

    assert seen.workspace.panel.entry.given.name == "other.png"
    assert seen.workspace.panel.answer.text() == "1 Platelets, 1 WBC"
    assert seen.workspace.strip.tiles.entries[0].words[0] == "1 Platelets, 1 WBC"
    assert not seen.workspace.drawn.classes.rows["RBC"].isChecked()


def test_a_box_of_the_list_stands_out_on_the_picture(seen):
    drawn, overlay = seen.workspace.drawn, seen.workspace.stage.overlay
    drawn.boxes.setFocus()
    drawn.boxes.setCurrentIndex(drawn.boxes.boxes.index(0, 0))
    QTest.keyClick(drawn.boxes, Qt.Key.Key_Down)

    assert overlay.layers.near == 1


def test_a_box_under_the_pointer_is_selected_in_the_list(seen):
    drawn, overlay = seen.workspace.drawn, seen.workspace.stage.overlay
    rect = overlay.picture_rect()
    inside = rect.topLeft() + (rect.bottomRight() - rect.topLeft()) * 0.8
    inside.setY(rect.top() + rect.height() * 3 / 8)
    QTest.mouseMove(overlay, inside.toPoint())

    assert overlay.layers.near == 1
    assert drawn.boxes.currentIndex().row() == 1


def test_arrows_on_the_picture_walk_over_boxes_the_surest_first(seen):
    overlay = seen.workspace.stage.overlay
    overlay.setFocus()
    met = []
    for _press in range(5):
        QTest.keyClick(overlay, Qt.Key.Key_Right)
        met.append(overlay.layers.near)

    assert met == [0, 1, 2, 3, 0]


def test_a_mask_tells_shares_and_how_sure_it_is(street):
    panel, drawn = street.workspace.panel, street.workspace.drawn

    assert panel.answer.text() == f"sky 50{THIN}%, road 44{THIN}%, car 6{THIN}%"
    assert panel.sure.text() == f"80.0{THIN}% sure · 6{THIN}ms"
    assert drawn.classes.rows["car"].facts.figure == f"6{THIN}%"
    assert drawn.opacity_row.isVisible()
    assert not drawn.boxes.isVisible()


def test_a_click_on_a_pixel_tells_its_class_and_arrows_move_on(street):
    overlay, drawn = street.workspace.stage.overlay, street.workspace.drawn
    rect = overlay.picture_rect()
    inside = rect.topLeft()
    inside.setX(rect.left() + rect.width() * 4.5 / 12)
    inside.setY(rect.top() + rect.height() * 5.5 / 8)
    QTest.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=inside.toPoint())

    assert drawn.pixel.text() == f"car at 4, 5, 80{THIN}% sure"

    QTest.keyClick(overlay, Qt.Key.Key_Up)

    assert drawn.pixel.text() == f"road at 4, 4, 80{THIN}% sure"


def test_opacity_holds_for_the_next_mask(qtbot, mask_desk, street, tmp_path):
    street.workspace.drawn.opacity.setValue(80)
    ask(qtbot, mask_desk, street, picture_file(tmp_path / "next.png", (9, 9, 9)))

    assert street.workspace.stage.overlay.layers.kept == AnswerFilter(opacity=0.8)


def test_a_hidden_class_is_left_out_of_the_words_but_keeps_its_share(street):
    drawn = street.workspace.drawn
    drawn.classes.rows["sky"].click()

    assert street.workspace.panel.answer.text() == f"road 44{THIN}%, car 6{THIN}%"
    assert drawn.classes.rows["sky"].facts.figure == f"50{THIN}%"


def test_the_table_counts_and_its_rows_show_the_picture_with_boxes(
    qtbot, boxes_desk, boxes_tab, tmp_path
):
    ask(qtbot, boxes_desk, boxes_tab, folder_of(tmp_path, 3))
    page = boxes_tab.workspace.table
    rows = page.rows.order.rows

    assert [row.answer for row in rows if not row.error] == ["2 RBC, 1 Platelets, 1 WBC"] * 3
    page.view.setCurrentIndex(page.rows.index(1, 0))
    settle(qtbot, boxes_desk)

    assert boxes_tab.workspace.drawn.preview.isVisible()
    assert boxes_tab.workspace.drawn.preview.layers.answer.boxes == BOXES.boxes


@pytest.mark.parametrize("kind", ["boxes", "mask"])
def test_how_sure_an_answer_is_has_a_column_only_where_that_is_known(
    qtbot, request, tmp_path, kind
):
    tab = request.getfixturevalue(f"{kind}_tab")
    ask(qtbot, request.getfixturevalue(f"{kind}_desk"), tab, folder_of(tmp_path, 2))
    heads = [column.head for column in COLUMNS]

    assert tab.workspace.table.view.isColumnHidden(heads.index("Sure")) == (kind == "boxes")


def test_the_classes_above_the_list_go_on_in_the_next_line(street):
    answer = street.workspace.panel.answer
    one_line = answer.heightForWidth(2000)

    assert answer.wordWrap()
    assert answer.heightForWidth(120) >= 2 * one_line - 4


def words_of(tab):
    return [row.answer for row in tab.workspace.table.rows.order.rows if not row.error]


def test_the_words_of_a_table_follow_the_filter(qtbot, boxes_desk, boxes_tab, tmp_path):
    ask(qtbot, boxes_desk, boxes_tab, folder_of(tmp_path, 3))
    page = boxes_tab.workspace.table
    page.view.setCurrentIndex(page.rows.index(1, 0))
    settle(qtbot, boxes_desk)
    page.search.setText("rbc")
    assert page.rows.rowCount() == 3

    boxes_tab.workspace.drawn.classes.rows["RBC"].click()

    qtbot.waitUntil(lambda: words_of(boxes_tab) == ["1 Platelets, 1 WBC"] * 3)
    assert page.rows.rowCount() == 0
    page.search.setText("")
    assert page.rows.rowCount() == 4


def test_rows_of_the_next_table_are_told_by_the_filter_in_use(
    qtbot, boxes_desk, boxes_tab, tmp_path
):
    ask(qtbot, boxes_desk, boxes_tab, picture_file(tmp_path / "one.png"))
    boxes_tab.workspace.drawn.classes.rows["RBC"].click()
    ask(qtbot, boxes_desk, boxes_tab, folder_of(tmp_path, 3))

    qtbot.waitUntil(lambda: words_of(boxes_tab) == ["1 Platelets, 1 WBC"] * 3)


def test_a_picture_let_go_keeps_a_small_mask(street):
    from deepdesk.ui.tabs.inference.questions import lightened

    light = lightened(street.workspace.panel.entry.answered)

    assert light.given is None
    assert light.answer == MASK
    assert light.packed
