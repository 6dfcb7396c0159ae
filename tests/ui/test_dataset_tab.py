"""The Dataset tab as a person uses it: real project, real index, real keys."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import Ended, Progress
from deepdesk.core.task import DataFacts, Found
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.dataset import DatasetTab
from deepdesk.ui.tabs.dataset.class_list import Dropped
from deepdesk.ui.tabs.dataset.class_model import CLASSES_MIME
from deepdesk.ui.tabs.dataset.grid import SAMPLES_MIME, SampleGrid
from deepdesk.ui.tabs.dataset.health_panel import HealthPanel
from deepdesk.ui.tabs.dataset.middle import time_left
from deepdesk.ui.tabs.dataset.pages import PAGE_ROWS, Pages
from deepdesk.ui.widgets.problem_row import ProblemRow

CLASSES = ("ash", "elm", "oak")
PER_CLASS = 6
KEY = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def write_pictures(folder: Path) -> Path:
    generator = np.random.default_rng(1)
    for name in CLASSES:
        (folder / name).mkdir(parents=True)
        for at in range(PER_CLASS):
            pixels = generator.integers(0, 255, (12, 12, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{name}_{at}.png")
    return folder


@pytest.fixture
def pictures(tmp_path):
    return write_pictures(tmp_path / "pictures")


@pytest.fixture
def project(tmp_path):
    project = Project.create(tmp_path / "trees", name="Trees", task="image_classification")
    yield project
    project.close()


@pytest.fixture
def filled(project, pictures):
    splits = ("train", "train", "train", "train", "validation", "test")
    found = [
        Found(path=pictures / name / f"{name}_{at}.png", label=name, split=splits[at])
        for name in CLASSES
        for at in range(PER_CLASS)
    ]
    with project.index() as index:
        index.add(found, source=str(pictures))
        for number, path in index.unchecked(100):
            from deepdesk.data.images import image_facts

            index.record_facts([(number, image_facts(path))])
    return project


@pytest.fixture
def desk(qtbot):
    desk = Desk()
    yield desk
    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)


@pytest.fixture
def open_tab(qtbot, desk):
    opened = []

    def open_it(project) -> DatasetTab:
        desk.show_project(project)
        tab = DatasetTab(desk)
        # Versions for training would load torch; the test that looks at them starts them itself.
        tab.workspace.right.seen._pause.setInterval(10**6)
        opened.append(tab)
        tab.resize(1000, 640)
        tab.show()
        settle(qtbot, tab)
        return tab

    yield open_it
    for tab in opened:
        tab.close()
        tab.deleteLater()


def settle(qtbot, tab) -> None:
    space = tab.workspace

    def is_quiet() -> bool:
        busy = space.intake.is_importing or space.intake.is_checking
        return not busy and not space.worker.is_waiting and not space.thumbnails.is_waiting

    qtbot.waitUntil(is_quiet)


def press(qtbot, tab, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    qtbot.keyClick(tab.workspace.grid, key, modifiers)
    settle(qtbot, tab)


def counts_of(tab) -> dict[str, int]:
    return {row.name: row.count for row in tab.workspace.overview.classes}


def test_an_empty_project_asks_for_a_folder(qtbot, project, open_tab):
    tab = open_tab(project)

    assert tab.state == "empty"
    assert tab.workspace.middle.empty.isVisible()
    assert "pictures" in tab.workspace.middle.empty.sentence.text()


def test_dropped_folders_are_imported_checked_and_undone(qtbot, desk, project, pictures, open_tab):
    tab = open_tab(project)
    said = []
    desk.said.connect(said.append)

    with qtbot.waitSignal(tab.state_changed, check_params_cb=lambda state: state == "working"):
        tab.drop([pictures])
    settle(qtbot, tab)
    qtbot.waitUntil(lambda: tab.state in {"ready", "look"})

    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)
    assert said[-1].text.startswith("Imported 18 pictures in")
    assert said[-1].undo
    with project.index() as index:
        assert index.unchecked(1) == []
    desk.undo.undo()
    settle(qtbot, tab)
    assert tab.workspace.overview.total == 0
    assert counts_of(tab) == {}
    desk.undo.redo()
    settle(qtbot, tab)
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)


def test_a_failed_import_says_why_and_keeps_what_was_there(qtbot, desk, filled, open_tab, tmp_path):
    tab = open_tab(filled)
    nothing = tmp_path / "nothing"
    nothing.mkdir()

    with qtbot.waitSignal(desk.troubled) as troubled:
        tab.drop([nothing])
    settle(qtbot, tab)

    assert troubled.args[0].where == "dataset"
    assert troubled.args[0].error.hint
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)


def test_digits_relabel_and_undo_brings_the_class_back(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    said = []
    desk.said.connect(said.append)

    press(qtbot, tab, KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, tab, KEY.Key_3)

    assert counts_of(tab) == {"ash": 4, "elm": 6, "oak": 8}
    assert said[-1].text == "Moved 2 pictures to “oak”"
    desk.undo.undo()
    settle(qtbot, tab)
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)
    desk.undo.redo()
    desk.undo.undo()
    desk.undo.redo()
    settle(qtbot, tab)
    assert counts_of(tab) == {"ash": 4, "elm": 6, "oak": 8}


def test_letters_move_to_a_split_and_delete_removes_but_keeps_the_file(
    qtbot, desk, filled, open_tab, pictures
):
    tab = open_tab(filled)

    press(qtbot, tab, KEY.Key_E)
    assert tab.workspace.overview.in_split("test") == 4
    press(qtbot, tab, KEY.Key_Delete)

    assert tab.workspace.overview.total == 17
    assert (pictures / "ash" / "ash_0.png").exists()
    assert tab.workspace.browser.current.path.name == "ash_1.png"
    desk.undo.undo()
    settle(qtbot, tab)
    assert tab.workspace.overview.total == 18


def test_everything_is_moved_without_loading_rows(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    tab.workspace.browser.pages.reset(18)

    qtbot.keyClick(tab.workspace.grid, KEY.Key_A, CTRL)
    selected = tab.workspace.browser.selected
    qtbot.keyClick(tab.workspace.grid, KEY.Key_V)
    settle(qtbot, tab)

    assert selected.known is None
    assert tab.workspace.overview.in_split("validation") == 18


def test_a_clicked_class_filters_and_show_all_takes_it_back(qtbot, filled, open_tab):
    tab = open_tab(filled)
    space = tab.workspace
    elm = next(row for row in space.overview.classes if row.name == "elm")

    space.left.classes.list.choose([elm.id])
    settle(qtbot, tab)
    assert space.browser.shown == Filter(class_id=elm.id)
    assert space.browser.pages.count == PER_CLASS
    space.middle.bar.choose("test")
    settle(qtbot, tab)
    assert space.browser.pages.count == 1
    space.middle.bar.search.setText("nowhere")
    space.middle.bar.search.returnPressed.emit()
    settle(qtbot, tab)
    assert space.middle.nothing.isVisible()
    space.middle.all_asked.emit(space.middle)
    settle(qtbot, tab)

    assert space.browser.shown == Filter()
    assert space.browser.pages.count == 18


def test_classes_are_added_renamed_merged_and_deleted_with_undo(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    space = tab.workspace
    panel = space.left.classes
    ids = {row.name: row.id for row in space.overview.classes}

    panel.add_asked.emit("birch")
    settle(qtbot, tab)
    panel.model.rename_asked.emit((ids["ash"], "rowan"))
    settle(qtbot, tab)
    assert counts_of(tab) == {"rowan": 6, "elm": 6, "oak": 6, "birch": 0}
    panel.list.dropped.emit(
        Dropped(class_id=ids["oak"], kind="classes", classes=(ids["ash"], ids["elm"]))
    )
    settle(qtbot, tab)
    assert counts_of(tab) == {"oak": 18, "birch": 0}
    panel.list.choose([ids["oak"]])
    qtbot.keyClick(panel.list, KEY.Key_Delete)
    settle(qtbot, tab)
    assert counts_of(tab) == {"birch": 0}
    assert space.overview.unlabelled == 18

    for _ in range(4):
        desk.undo.undo()
    settle(qtbot, tab)
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)


def test_a_name_that_is_taken_says_so_and_changes_nothing(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)

    with qtbot.waitSignal(desk.troubled) as troubled:
        tab.workspace.left.classes.add_asked.emit("elm")
    settle(qtbot, tab)

    assert "elm" in troubled.args[0].error.message
    assert desk.undo.count() == 0


def drop_on(widget, mime: QMimeData, point: QPointF) -> QDropEvent:
    event = QDropEvent(
        point,
        Qt.DropAction.MoveAction | Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    widget.dropEvent(event)
    return event


def test_samples_dropped_on_a_class_move_there(qtbot, filled, open_tab):
    tab = open_tab(filled)
    classes = tab.workspace.left.classes
    mime = QMimeData()
    mime.setData(SAMPLES_MIME, b"1")
    centre = classes.list.visualRect(classes.model.index(2)).center()

    drop_on(classes.list, mime, QPointF(centre))
    settle(qtbot, tab)

    assert counts_of(tab) == {"ash": 5, "elm": 6, "oak": 7}


def test_a_class_dropped_on_another_is_told_with_its_id(qtbot, filled, open_tab):
    tab = open_tab(filled)
    classes = tab.workspace.left.classes
    mime = classes.model.mimeData([classes.model.index(0)])
    first, _elm, third = (row.id for row in tab.workspace.overview.classes)

    with qtbot.waitSignal(classes.list.dropped) as dropped:
        drop_on(
            classes.list, mime, QPointF(classes.list.visualRect(classes.model.index(2)).center())
        )
    settle(qtbot, tab)

    assert mime.hasFormat(CLASSES_MIME)
    assert dropped.args == [Dropped(class_id=third, kind="classes", classes=(first,))]
    assert counts_of(tab) == {"elm": 6, "oak": 12}


def test_files_dropped_on_a_class_get_that_class(qtbot, filled, open_tab, tmp_path):
    tab = open_tab(filled)
    extra = tmp_path / "extra.png"
    Image.new("RGB", (9, 9), "green").save(extra)
    elm = tab.workspace.overview.classes[1].id

    tab.workspace.left.classes.list.dropped.emit(
        Dropped(class_id=elm, kind="files", files=(extra,))
    )
    settle(qtbot, tab)

    assert counts_of(tab)["elm"] == 7


def test_arrow_keys_move_a_handle_and_draw_the_split(qtbot, desk, project, open_tab, pictures):
    with project.index() as index:
        found = [Found(path=path, label=path.parent.name) for path in pictures.rglob("*.png")]
        index.add(found, source=str(pictures))
        index.draw_splits((0.7, 0.15, 0.15), 1)
    tab = open_tab(project)
    bar = tab.workspace.left.splits.bar

    for _ in range(30):
        qtbot.keyClick(bar, KEY.Key_Left)
    train = bar.shares[0]
    qtbot.keyClick(bar, KEY.Key_Return)
    settle(qtbot, tab)

    assert tab.workspace.overview.in_split("train") == pytest.approx(18 * train / 100, abs=2)
    assert desk.undo.count() == 1


def test_samples_dropped_on_a_split_move_there(qtbot, filled, open_tab):
    tab = open_tab(filled)

    tab.workspace.left.splits.bar.samples_dropped.emit("validation")
    settle(qtbot, tab)

    assert tab.workspace.overview.in_split("validation") == 4


def test_switches_of_the_task_are_saved_in_the_project(qtbot, filled, open_tab):
    tab = open_tab(filled)
    seen = tab.workspace.right.seen

    with qtbot.waitSignal(seen.settings_changed) as changed:
        qtbot.mouseClick(seen._chips.chip("colour"), Qt.MouseButton.LeftButton)
    seen._pause.stop()

    assert changed.args[0]["colour"] is True
    assert filled.file.task_settings["colour"] is True
    assert filled.file.task_settings["flip"] is True


def test_a_bad_file_shows_its_reason(qtbot, desk, project, open_tab, pictures):
    (pictures / "oak" / "broken.png").write_bytes(b"no picture")
    tab = open_tab(project)
    tab.drop([pictures])
    settle(qtbot, tab)
    qtbot.waitUntil(lambda: tab.workspace.overview.num_bad == 1)

    tab.workspace.right.act_asked.emit("show_bad")
    settle(qtbot, tab)

    panel = tab.workspace.right.sample
    assert panel.name.text() == "broken.png"
    assert panel.reason.isVisible()
    assert panel.reason.text()
    assert not tab.workspace.right.seen.isVisible()


def test_closing_the_project_ends_the_tab(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)

    desk.close_project()

    assert tab.workspace is None
    assert tab.state == "empty"


def test_escape_stays_in_the_grid_while_something_is_selected(qtbot, filled, open_tab):
    tab = open_tab(filled)
    grid = tab.workspace.grid

    def takes_escape() -> bool:
        event = QKeyEvent(
            QEvent.Type.ShortcutOverride, KEY.Key_Escape, Qt.KeyboardModifier.NoModifier
        )
        event.ignore()
        QApplication.sendEvent(grid, event)
        return event.isAccepted()

    assert takes_escape()
    press(qtbot, tab, KEY.Key_Escape)
    assert not takes_escape()


def test_the_end_of_a_million_rows_asks_for_one_page(qtbot):
    asked = []
    pages = Pages(asked.append)
    grid = SampleGrid(pages, lambda _sample, _side: None, lambda _sample: "")
    qtbot.addWidget(grid)
    grid.resize(720, 600)
    pages.reset(10**6)
    grid.refresh()
    bar = grid.verticalScrollBar()

    bar.setValue(bar.maximum())
    grid.grab()

    assert set(asked) == {10**6 // PAGE_ROWS - 1}
    assert grid.rows_in_sight().stop == 10**6
    assert len(grid.rows_in_sight()) < 80


def test_a_new_class_of_the_current_sample_is_shown_at_once(qtbot, filled, open_tab):
    tab = open_tab(filled)

    press(qtbot, tab, KEY.Key_2)

    assert tab.workspace.right.sample.label.text() == "elm"


@pytest.mark.slow
def test_training_versions_of_the_selected_sample_are_shown(qtbot, filled, open_tab):
    tab = open_tab(filled)
    seen = tab.workspace.right.seen
    sample = tab.workspace.browser.current

    seen.show_sample(sample.path, DataFacts(classes=CLASSES, typical_size=(12, 12)))
    seen._pause.stop()
    seen._start()
    qtbot.waitUntil(lambda: seen._job is None, timeout=60_000)

    assert all(square._pixmap is not None for square in seen._squares)


def test_what_kept_versions_from_being_made_is_said(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    seen = tab.workspace.right.seen

    seen._job = job = desk.start(failing_work, "dataset")
    seen._ended([job], Ended(error=DatasetError("It is gone.", "Bring it back.")))

    assert seen._problem.isVisible()
    assert "It is gone." in seen._problem.text()
    job.wait(5000)


def failing_work(_emit, _stop) -> None:
    """Do nothing; the panel is told of an end."""


def test_a_project_that_somebody_else_has_refuses_data_and_says_who(
    qtbot, desk, filled, open_tab, pictures
):
    second = Project.open(filled.path, read_only=True)
    tab = open_tab(second)

    with qtbot.waitSignal(desk.troubled) as troubled:
        tab.drop([pictures])

    assert troubled.args[0].where == "dataset"
    assert not tab.workspace.intake.is_importing


def test_balance_is_saved_and_said_in_the_health_card(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    picked = tab.workspace.grid.picked
    for row in (0, 1, 2, 3):
        picked.click(row, CTRL if row else Qt.KeyboardModifier.NoModifier)
    press(qtbot, tab, KEY.Key_Delete)

    tab.workspace.right.act_asked.emit("balance")

    assert filled.file.task_settings == {"balance": True}


def test_the_health_card_says_nothing_good_before_the_check_is_over(qtbot):
    panel = HealthPanel()
    qtbot.addWidget(panel)

    panel.show_progress(Progress(what="Checking leaves", done=3, total=9))
    panel.show_findings([])
    assert panel.findChildren(ProblemRow) == []
    panel.show_progress(None)

    (row,) = panel.findChildren(ProblemRow)
    assert row.sentence.text() == "Nothing to mend"


def test_progress_of_an_import_can_be_cancelled(qtbot, project, open_tab):
    tab = open_tab(project)
    middle = tab.workspace.middle

    middle.show_progress(Progress(what="Finding pictures", done=5, total=10))
    assert middle.busy.isVisible()
    assert middle.busy.count.text() == "5 of 10"
    with qtbot.waitSignal(middle.cancelled):
        qtbot.mouseClick(middle.busy.button, Qt.MouseButton.LeftButton)
    middle.show_progress(None)

    assert not middle.busy.isVisible()


def test_time_left_is_said_once_it_is_known():
    halfway = Progress(what="Reading", done=50, total=100)

    assert time_left(halfway, 20.0) == "20 s left"
    assert time_left(halfway, 600.0) == "10 min left"
    assert time_left(halfway, 0.5) == ""
    assert time_left(Progress(what="Reading", done=5), 20.0) == ""
