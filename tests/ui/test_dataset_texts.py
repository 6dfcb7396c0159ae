"""The Dataset tab of a task whose truth is a text: transcripts and speakers instead of classes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent
from PySide6.QtWidgets import QApplication

from deepdesk.project.index import Filter, OriginRow
from deepdesk.tasks import task_of
from deepdesk.ui.tabs.dataset.browser import written_tip_of
from deepdesk.ui.tabs.dataset.health import findings
from deepdesk.ui.tabs.dataset.menus import sample_menu
from deepdesk.ui.tabs.dataset.overview import Overview, overview_words
from deepdesk.ui.tabs.dataset.tile_words import two_lines
from deepdesk.ui.tabs.dataset.truths import origin_menu
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.truth_words import LONGEST_TEXT, written_truth
from deepdesk.ui.widgets.problem_row import ProblemRow
from tests.ui import dataset_stage as stage
from tests.ui.dataset_stage import KEY, press, settle
from tests.ui.text_stage import spoken_project

open_tab = stage.open_tab
NOUN = ("sound", "sounds")
SPOKEN = written_truth(task_of("speech_to_text"))


@pytest.fixture
def tab(tmp_path, open_tab):
    project = spoken_project(tmp_path)
    yield open_tab(project)
    project.close()


def choose(qtbot, tab, row):
    tab.workspace.grid.picked.click(row, Qt.KeyboardModifier.NoModifier)
    settle(qtbot, tab)
    return tab.workspace.right.truth


def samples(desk):
    with desk.project.index() as index:
        return index.samples(index.ids(Filter()))


def retype(qtbot, field, text):
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)


def pick_speaker(qtbot, tab, name):
    view = tab.workspace.left.origins.list
    row = next(r for r in range(view.model().rowCount()) if view.model().index(r).data() == name)
    spot = view.visualRect(view.model().index(row)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    settle(qtbot, tab)


def test_speakers_stand_where_classes_would(tab):
    left = tab.workspace.left
    model = left.origins.model

    assert not left.classes.isVisible()
    assert left.origins.list.isVisible()
    told = [(model.line(model.index(r)).name, model.line(model.index(r)).count) for r in range(4)]
    assert told == [("anna", 2), ("ben", 2), ("cleo", 1), ("Not known", 1)]
    assert left.origins.list.accessibleName() == "Speakers"


def test_a_click_on_a_speaker_shows_what_they_said(qtbot, tab):
    pick_speaker(qtbot, tab, "ben")

    assert tab.workspace.browser.shown == Filter(origin="ben")
    assert tab.workspace.browser.pages.count == 2
    assert tab.workspace.middle.bar.chips.chip("all").text() == "All 2"
    pick_speaker(qtbot, tab, "Not known")
    assert tab.workspace.browser.pages.count == 1
    tab.workspace.left.origins.list.clearSelection()
    settle(qtbot, tab)
    assert tab.workspace.browser.pages.count == 6


def test_a_speaker_moves_to_another_split_as_a_whole(qtbot, desk, tab):
    pick_speaker(qtbot, tab, "anna")
    view = tab.workspace.left.origins.list
    menu = origin_menu(view, tab.workspace.commands, view.selected_lines)
    names = [action.text().partition("\t")[0] for action in menu.actions()]
    assert names == ["Rename", "Move to split"]
    to_test = menu.actions()[1].menu().actions()[2]

    to_test.trigger()
    settle(qtbot, tab)

    assert {s.split for s in samples(desk) if s.origin == "anna"} == {"test"}
    desk.undo.undo()
    settle(qtbot, tab)
    assert {s.split for s in samples(desk) if s.origin == "anna"} == {"train"}


def test_a_speaker_gets_another_name(qtbot, desk, tab):
    model = tab.workspace.left.origins.model

    assert model.setData(model.index(0), "Anna K.")
    settle(qtbot, tab)

    assert [s.origin for s in samples(desk)][:2] == ["Anna K.", "Anna K."]
    assert desk.undo.undoText() == "Renamed “anna” to “Anna K.”"


def test_a_transcript_is_saved_by_enter_and_can_be_undone(qtbot, desk, tab):
    panel = choose(qtbot, tab, 0)
    assert panel.text.toPlainText() == "one two"

    retype(qtbot, panel.text, "one too")
    qtbot.keyClick(panel.text, KEY.Key_Return)
    settle(qtbot, tab)

    assert samples(desk)[0].target == "one too"
    assert desk.undo.undoText() == "Wrote the transcript “one too”"
    desk.undo.undo()
    settle(qtbot, tab)
    assert samples(desk)[0].target == "one two"
    assert panel.text.toPlainText() == "one two"


def test_a_transcript_is_saved_for_its_own_sample_when_another_is_chosen(qtbot, desk, tab):
    panel = choose(qtbot, tab, 0)
    retype(qtbot, panel.text, "uno")

    choose(qtbot, tab, 1)

    assert [s.target for s in samples(desk)][:2] == ["uno", "three"]
    assert panel.text.toPlainText() == "three"


def test_leaving_the_field_saves_and_escape_takes_back(qtbot, desk, tab):
    panel = choose(qtbot, tab, 1)
    retype(qtbot, panel.text, "drei")
    qtbot.keyClick(panel.text, KEY.Key_Escape)
    assert panel.text.toPlainText() == "three"

    tab.activateWindow()
    retype(qtbot, panel.text, "drei")
    qtbot.waitUntil(panel.text.hasFocus)
    tab.workspace.grid.setFocus()
    settle(qtbot, tab)

    assert samples(desk)[1].target == "drei"


def test_an_emptied_transcript_is_none(qtbot, desk, tab):
    panel = choose(qtbot, tab, 0)
    panel.text.clear()
    panel.text.commit()
    settle(qtbot, tab)

    assert samples(desk)[0].target is None
    assert desk.undo.undoText() == "Took the transcript away"


def test_a_text_that_cannot_be_learnt_from_is_refused_with_the_reason(qtbot, desk, tab):
    panel = choose(qtbot, tab, 0)

    panel.text.setPlainText("x" * (LONGEST_TEXT + 1))
    panel.text.commit()
    settle(qtbot, tab)

    assert panel.problem.isVisible()
    assert "at most 100,000" in panel.problem.text()
    assert samples(desk)[0].target == "one two"
    assert SPOKEN.problem("one\ntwo") == ""
    assert SPOKEN.problem("one\x07") != ""


def test_several_samples_get_a_speaker_together(qtbot, desk, tab):
    grid = tab.workspace.grid
    grid.picked.click(4, Qt.KeyboardModifier.NoModifier)
    grid.picked.click(5, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, tab)
    panel = tab.workspace.right.truth
    assert not panel.text.isVisible()

    panel.origin.setText("dora")
    qtbot.keyClick(panel.origin, KEY.Key_Return)
    settle(qtbot, tab)

    assert [s.origin for s in samples(desk)][4:] == ["dora", "dora"]


def test_a_speaker_of_one_of_several_samples_is_given_to_the_others(qtbot, desk, tab):
    grid = tab.workspace.grid
    grid.picked.click(3, Qt.KeyboardModifier.NoModifier)
    grid.picked.click(4, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, tab)
    panel = tab.workspace.right.truth
    shown = panel.origin.text()
    assert shown in {"ben", "cleo"}

    # As if it had been typed: the list of names that would open takes the keyboard.
    panel.origin.setText(shown)
    panel.origin.setModified(True)
    qtbot.keyClick(panel.origin, KEY.Key_Return)
    settle(qtbot, tab)

    assert [s.origin for s in samples(desk)][3:5] == [shown, shown]


def asks_the_window(field, keys):
    """Return whether a field leaves a key to the window, as Qt asks it before any shortcut."""
    event = QKeyEvent(QEvent.Type.ShortcutOverride, keys, Qt.KeyboardModifier.ControlModifier)
    event.ignore()
    QApplication.sendEvent(field, event)
    return not event.isAccepted()


def test_undo_is_the_windows_once_what_was_written_is_saved(qtbot, desk, tab):
    panel = choose(qtbot, tab, 0)
    for field, text in ((panel.text, "one too"), (panel.origin, "dora")):
        retype(qtbot, field, text)
        assert not asks_the_window(field, KEY.Key_Z)
        qtbot.keyClick(field, KEY.Key_Return)
        settle(qtbot, tab)
        assert asks_the_window(field, KEY.Key_Z)


def test_what_has_no_transcript_is_a_finding_and_a_chip(qtbot, tab):
    right, bar = tab.workspace.right, tab.workspace.middle.bar
    rows = right.health.findChildren(ProblemRow)
    shown = next(row for row in rows if "no transcript" in row.sentence.text())
    assert shown.sentence.text() == "1 sound has no transcript"
    assert bar.chips.chip("untold").text() == "Without transcript 1"

    shown.link.click()
    settle(qtbot, tab)

    assert bar.chips.value() == "untold"
    assert tab.workspace.browser.pages.count == 1
    panel = choose(qtbot, tab, 0)
    retype(qtbot, panel.text, "ten")
    panel.text.commit()
    settle(qtbot, tab)
    assert not bar.chips.chip("untold").isVisible()
    assert bar.chips.value() == "all"


def test_digits_give_no_class_and_menus_have_none(qtbot, desk, tab):
    with desk.project.index() as index:
        index.add_class("a class nobody asked for")
    tab.workspace.refresh()
    settle(qtbot, tab)
    choose(qtbot, tab, 0)

    press(qtbot, tab, KEY.Key_1)

    assert samples(desk)[0].label is None
    space = tab.workspace
    menu = sample_menu(
        space, space.commands, space.overview, space.browser.selected, space.browser.current
    )
    assert "Move to class" not in [action.text() for action in menu.actions()]
    menu.deleteLater()
    assert not space.right.sample.label.isVisible()
    assert not findings_about_classes(space.overview)


def findings_about_classes(overview):
    found = findings(overview, NOUN, can_balance=True, truth="transcript")
    return [line for line in found if "class" in line.text or line.act == "balance"]


def test_tiles_tell_the_transcript_and_their_tip_all_of_it(qtbot, tab):
    grid = tab.workspace.grid
    geometry = grid.geometry_now

    assert geometry.below_px > 0
    assert geometry.row_at(geometry.rect(1, 0).bottomLeft() + QPoint(5, 8), 0) == 1
    sample = tab.workspace.browser.pages.sample(2)
    assert "four five six" in written_tip_of(SPOKEN, sample)


def test_two_lines_hold_whole_words_and_then_an_ellipsis(qapp):
    figures = QFontMetricsF(font(11))
    width = figures.horizontalAdvance("one two three")

    assert two_lines("one two", figures, width) == ["one two"]
    first, second = two_lines("one two three four five six seven", figures, width)
    assert first == "one two three"
    assert second.endswith("…")
    assert two_lines("", figures, width) == []
    assert two_lines("w" * 90, figures, width)[0].endswith("…")


def test_an_empty_project_says_what_to_drop(tmp_path, open_tab):
    from deepdesk.project.folder import Project

    with Project.create(tmp_path / "Talk", name="Talk", task="speech_to_text") as project:
        tab = open_tab(project)
        assert "transcripts" in tab.workspace.middle.empty.hint.text()
        assert "class" not in tab.workspace.middle.empty.hint.text()
        tab.close()


def test_where_classes_are_the_truth_speakers_are_folded_below(qtbot, desk, tmp_path, open_tab):
    from deepdesk.core.task import Found
    from deepdesk.project.folder import Project

    with Project.create(tmp_path / "T", name="T", task="image_classification") as project:
        found = [
            Found(path=tmp_path / f"{n}.png", label="ab"[n % 2], origin=("x", "y")[n > 1])
            for n in range(4)
        ]
        with project.index() as index:
            index.add(found, source=str(tmp_path))
        tab = open_tab(project)
        origins = tab.workspace.left.origins
        assert tab.workspace.left.classes.isVisible()
        assert origins.isVisible()
        assert not origins.list.isVisible()

        qtbot.mouseClick(origins.fold.line, Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
        pick_speaker(qtbot, tab, "y")

        assert tab.workspace.browser.pages.count == 2
        tab.workspace.left.classes.list.choose([tab.workspace.overview.classes[0].id])
        settle(qtbot, tab)
        assert tab.workspace.browser.pages.count == 1
        assert tab.workspace.middle.bar.chips.chip("all").text() == "All"
        tab.close()


def test_origins_add_up_with_those_nobody_knows():
    row = OriginRow(id=1, name="anna", train=2, validation=1)
    overview = Overview(counts={(None, "train"): 5}, origins=(row,))

    assert (overview.of_origin("anna"), overview.of_origin(""), overview.without_origin) == (
        3,
        2,
        2,
    )


def test_fields_stay_within_their_column(qtbot, tab):
    panel = choose(qtbot, tab, 0)
    panel.text.setPlainText("many words " * 300)
    tab.resize(QSize(1000, 640))

    assert panel.text.height() < 300
    assert panel.width() <= tab.workspace.right.width()
    panel.text.show_text("one two")


def test_the_data_set_is_told_in_a_few_words(tab):
    assert tab.workspace.left.words.text() == "6 sounds, 3\xa0s, 3 speakers"
    assert tab.workspace.overview.seconds == pytest.approx(6 * 4000 / 8000)


def test_pictures_without_origins_are_only_counted():
    overview = Overview(counts={(1, "train"): 5})

    assert overview_words(overview, NOUN, ("speaker", "speakers")) == ""
