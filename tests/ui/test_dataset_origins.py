"""Who or what samples come from, in the Dataset tab: kept together, warned of."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from deepdesk.core.task import Found
from deepdesk.project.index import Filter
from deepdesk.project.index.rows import OriginRow
from deepdesk.ui.tabs.dataset.filter_bar import FilterBar
from deepdesk.ui.tabs.dataset.health import findings
from deepdesk.ui.tabs.dataset.overview import Overview, ask_overview
from deepdesk.ui.tabs.dataset.right import BAR_PX
from deepdesk.ui.tabs.dataset.split_panel import USUAL_SHARES, Draw, SplitPanel
from deepdesk.ui.widgets.buttons import SmallButton
from tests.ui.dataset_stage import CLASSES, CTRL, KEY, filled, open_tab, pictures, project, settle

__all__ = ["filled", "open_tab", "pictures", "project"]

SPEAKER = ("speaker", "speakers")
SOUND = ("sound", "sounds")
COUNTS = {(None, "train"): 8, (None, "validation"): 2, (None, "test"): 2}


def overview(*rows, **facts):
    """Return counts with origins of (train, validation, test) samples each."""
    origins = tuple(
        OriginRow(id=at, name=f"s{at}", train=a, validation=b, test=c)
        for at, (a, b, c) in enumerate(rows)
    )
    return Overview(counts=COUNTS, origins=origins, **facts)


def warnings(shown):
    found = findings(shown, SOUND, origin_noun=SPEAKER)
    return [f for f in found if "results" in f.text]


def test_speakers_on_both_sides_are_a_warning_with_a_remedy():
    (found,) = warnings(overview((3, 1, 1), (3, 0, 1), (2, 1, 0)))
    assert found.text == (
        "3 speakers are in training and in test: results will look better than they are"
    )
    assert (found.remedy, found.act, found.level) == ("Keep together", "keep_origins", "warn")


def test_one_speaker_in_training_and_validation_is_told_as_such():
    (found,) = warnings(overview((3, 1, 0), (3, 0, 0), (0, 1, 0)))
    assert found.text.startswith("1 speaker is in training and in validation")


def test_a_single_speaker_is_a_note_and_not_a_warning():
    (found,) = warnings(overview((3, 1, 1)))
    assert found.text == "All from one speaker: results say nothing about other speakers"
    assert (found.level, found.remedy) == ("note", "")


def test_speakers_on_one_side_each_are_no_warning():
    assert warnings(overview((3, 0, 0), (0, 1, 1), (0, 0, 1))) == []


def test_there_is_no_remedy_where_no_draw_can_help():
    (few,) = warnings(overview((3, 1, 1), (3, 1, 1)))
    (given,) = warnings(overview((3, 1, 0), (3, 1, 0), (1, 0, 0), origins_stuck=2))
    assert few.act == given.act == ""


def panel_of(qtbot, shown):
    panel = SplitPanel()
    qtbot.addWidget(panel)
    panel.keep.name_origins(SPEAKER)
    panel.show_overview(shown)
    return panel


def test_the_switch_is_offered_in_the_words_of_the_task_where_speakers_are_known(qtbot):
    shown = overview((3, 0, 0), (0, 1, 1), (0, 0, 1), keeps_origins=True)
    panel = panel_of(qtbot, shown)
    assert not panel.keep.isHidden()
    assert panel.keep.words.text() == "Keep speakers together"
    assert panel.keep.switch.isChecked()
    assert "Whole speakers" in panel.sentence.text()
    panel.show_overview(Overview(counts=COUNTS))
    assert panel.keep.isHidden()
    assert "Near twins stay on one side" in panel.sentence.text()


def test_a_split_that_parts_speakers_is_not_told_as_one_that_does_not(qtbot):
    panel = panel_of(qtbot, overview((3, 1, 0), (0, 1, 1), (0, 0, 1), keeps_origins=True))
    assert "Speakers are on both sides" in panel.sentence.text()
    panel.show_overview(overview((3, 1, 0), (2, 1, 1), (0, 0, 1), keeps_origins=True))
    assert not panel.keep.switch.isChecked()
    assert "both sides" not in panel.sentence.text()


def test_the_switch_is_not_offered_where_the_data_says_every_split(qtbot):
    panel = panel_of(qtbot, overview((3, 0, 0), (0, 1, 1), (0, 0, 1), fixed={"train": 12}))
    assert panel.keep.isHidden()


def test_turning_the_switch_draws_and_holds_against_the_default(qtbot):
    shown = overview((3, 0, 0), (0, 1, 1), (0, 0, 1), keeps_origins=True)
    panel = panel_of(qtbot, shown)
    asked = []
    panel.draw_asked.connect(asked.append)
    qtbot.mouseClick(panel.keep.switch, Qt.MouseButton.LeftButton)
    assert asked == [Draw(shares=USUAL_SHARES, seed=1)]
    panel.show_overview(shown)
    assert not panel.keep.switch.isChecked()
    panel.keep_together()
    assert asked[-1].kept == "speakers"


def test_the_remedy_draws_by_speaker_and_undo_brings_the_split_back(qtbot, desk, filled, open_tab):
    with filled.index() as index:
        for number, speaker in enumerate(("ada", "bo", "cy", "dan", "eve", "flo")):
            index.set_origin([number + 1 + 6 * at for at in range(len(CLASSES))], speaker)
        # The data said these splits: a draw may change them only after they were taken out.
        index._db.run("UPDATE samples SET fixed_split = 0")
        index.draw_splits((0.7, 0.15, 0.15), 3)
        before = index.split_counts()
        assert index.origins_across_splits() > 0
    tab = open_tab(filled)
    space = tab.workspace
    space.right.act_asked.emit("keep_origins")
    settle(qtbot, tab)
    with filled.index() as index:
        assert index.origins_across_splits() == 0
        assert all(index.split_counts().values())
    assert "sources kept together" in desk.undo.undoText()
    desk.undo.undo()
    settle(qtbot, tab)
    with filled.index() as index:
        assert index.split_counts() == before


def test_all_of_one_speaker_are_moved_in_one_step(qtbot, desk, filled, open_tab):
    with filled.index() as index:
        index.set_origin([1, 8, 15], "ada")
    tab = open_tab(filled)
    tab.workspace.commands.resplit_origin("ada", "test")
    settle(qtbot, tab)
    with filled.index() as index:
        assert [s.split for s in index.samples(index.ids(Filter(origin="ada")))] == ["test"] * 3
    assert desk.undo.count() == 1


def test_samples_from_nobody_known_are_moved_in_words_that_say_so(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    tab.workspace.commands.resplit_origin("", "test")
    settle(qtbot, tab)
    assert "all that come from nobody known to test" in desk.undo.undoText()


def test_counts_of_all_samples_are_not_written_beside_one_class_or_speaker(qtbot):
    bar = FilterBar(truth="transcript")
    qtbot.addWidget(bar)
    shown = overview((8, 2, 2), num_problems=3, without_target=5)

    def words():
        return [bar.chips.chip(key).text() for key in ("problems", "untold")]

    bar.show_counts(shown, Filter())
    assert words() == ["Problems 3", "Without transcript 5"]
    for one in (Filter(origin="s0"), Filter(class_id=1), Filter(unlabelled=True)):
        bar.show_counts(shown, one)
        assert words() == ["Problems", "Without transcript"]


@pytest.mark.parametrize("width", [380, 460, 1000])
def test_chips_never_lie_over_the_search_nor_under_each_other(qtbot, width):
    bar = FilterBar(truth="transcript")
    qtbot.addWidget(bar)
    bar.add_button(SmallButton("Record"))
    bar.show_counts(overview((80, 20, 20), num_problems=82), Filter())
    bar.resize(width, 200)
    bar.show()
    qtbot.waitExposed(bar)
    bar.layout().activate()

    chips = bar.chips
    place = chips.mapTo(bar, chips.rect().topLeft())
    assert place.x() > bar.search.geometry().right() or place.y() > bar.search.geometry().bottom()
    assert len({chips.chip(key).y() for key in ("all", "train", "validation")}) == 1
    bar.resize(1000, 200)
    bar.layout().activate()
    assert chips.mapTo(bar, chips.rect().topLeft()).x() > bar.search.geometry().right()


def test_takes_are_found_by_a_pattern_and_moved_to_test(qtbot, filled, open_tab):
    tab = open_tab(filled)
    space = tab.workspace
    space.middle.bar.search.setText("*_[0-1].png")
    qtbot.waitUntil(lambda: space.browser.pages.count == 6)
    qtbot.keyClick(space.grid, KEY.Key_A, CTRL)
    qtbot.keyClick(space.grid, KEY.Key_E)
    settle(qtbot, tab)
    with filled.index() as index:
        tested = {s.path.stem[-1] for s in index.samples(index.ids(Filter(split="test")))}
        assert index.count(Filter(split="test", text="*_[0-1].png")) == 6
    assert {"0", "1"} <= tested


def test_the_overview_tells_of_origins(filled):
    with filled.index() as index:
        index.set_origin([1, 5], "ada")
        index.set_origin([2], "bo")
        shown = ask_overview(index)
    assert shown.origins_across == 1
    assert shown.origins_stuck == 1
    assert not shown.keeps_origins
    assert shown.without_origin == 15


def test_nothing_is_said_where_nobody_knows_where_samples_come_from(filled):
    with filled.index() as index:
        assert index.add([Found(path=filled.path / "x.png")], source=str(filled.path)) == 1
        assert warnings(ask_overview(index)) == []


@pytest.mark.parametrize("height_px", [320, 2000])
def test_the_right_column_is_as_wide_with_its_scroll_bar_as_without(
    qtbot, desk, filled, open_tab, height_px
):
    tab = open_tab(filled)
    settle(qtbot, tab)
    right = tab.workspace.right
    right.resize(right.width(), height_px)
    inside = right.findChild(QScrollArea).widget()

    assert inside.width() == right.width() - 1 - BAR_PX
