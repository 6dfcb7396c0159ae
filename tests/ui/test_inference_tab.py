"""The Inference tab with a real project and a network that is made up."""

from __future__ import annotations

import base64
import csv
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image as Picture
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QMenu

from deepdesk.core import payloads
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Saved
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter
from deepdesk.ui.desk import Desk
from deepdesk.ui.places import scratch_folder
from deepdesk.ui.tabs.inference.class_menu import ClassDialog, class_menu
from deepdesk.ui.tabs.inference.given import GivenBytes
from deepdesk.ui.tabs.inference.mime import GivenImage, offer_of
from deepdesk.ui.tabs.inference.questions import Row
from deepdesk.ui.tabs.inference.tab import InferenceTab
from deepdesk.ui.tabs.inference.table_model import COLUMNS, TableModel

NOUN = ("picture", "pictures")
SCORES = (("cat", 0.784), ("dog", 0.149), ("frog", 0.031))


class FakePredictor:
    scores = SCORES
    error: DeepDeskError | None = None

    def answer(self, given, stop):
        answer = payloads.LabelScores(scores=self.scores)
        yield SimpleNamespace(answer=answer, milliseconds=6.0, is_final=True)


def picture_file(path, colour=(200, 30, 30)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Picture.new("RGB", (12, 8), colour).save(path)
    return path


def add_run(project, dial="quick", step=72, **fields):
    run = project.runs.new(dial, {})
    known = {"status": "finished", "epochs_done": 8, "best_epoch": 6, "epochs": 8}
    run.update(**{**known, "metrics": {"accuracy": 0.97}, "main_metric": "accuracy", **fields})
    if step:
        run.checkpoints.commit(step, {"weights": b"w"}, meta={})
    return run


@pytest.fixture
def desk(qtbot, tmp_path):
    project = Project.create(tmp_path / "p.deepdesk", name="p", task="image_classification")
    desk = Desk()
    desk.notes, desk.troubles = [], []
    desk.said.connect(desk.notes.append)
    desk.troubled.connect(desk.troubles.append)
    desk.show_project(project)
    yield desk
    desk.stop_all()
    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)
    desk.deleteLater()


def made(qtbot, desk, predictor=FakePredictor):
    tab = InferenceTab(desk, make=lambda project, spec, model: predictor())
    qtbot.addWidget(tab)
    tab.resize(1280, 720)
    with qtbot.waitExposed(tab):
        tab.show()
    qtbot.waitUntil(lambda: not tab.models.is_looking)
    return tab


@pytest.fixture
def tab(qtbot, desk):
    add_run(desk.project)
    return made(qtbot, desk)


def settle(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs)


def ask(qtbot, desk, tab, *paths):
    tab.drop(list(paths))
    settle(qtbot, desk)


def test_without_a_run_there_is_one_sentence_and_the_way_to_training(qtbot, desk):
    tab = made(qtbot, desk)
    assert tab.state == "empty"
    assert tab.empty.isVisible()
    assert not tab.workspace.isVisible()

    qtbot.mouseClick(tab.empty.button, Qt.MouseButton.LeftButton)

    assert desk.store.session.tab == "training"


def test_a_drop_without_a_run_says_what_to_do(qtbot, desk, tmp_path):
    tab = made(qtbot, desk)

    tab.drop([tmp_path / "a.png"])

    (trouble,) = desk.troubles
    assert (trouble.where, trouble.error.hint) == ("inference", "Train one first.")


def test_the_first_checkpoint_brings_the_stage(qtbot, desk):
    tab = made(qtbot, desk)
    states = []
    tab.state_changed.connect(states.append)
    add_run(desk.project, status="interrupted")

    desk.run_event.emit(Saved(step=72, seconds=0.1))
    settle(qtbot, desk)

    assert states == ["ready"]
    assert tab.workspace.isVisible()


def test_a_dropped_picture_is_shown_with_its_answer_and_time(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    panel = tab.workspace.panel
    assert (panel.answer.text(), panel.sure.text()) == ("cat", "78.4\u202f% sure · 6\u202fms")
    assert panel.right.isVisible()
    assert "a.png" in tab.workspace.stage.hint.text()
    entry = tab.workspace.strip.tiles.entries[0]
    assert (entry.words, entry.spoken) == (("cat", "78"), "a.png: cat, 78 per cent")
    assert not entry.small.isNull()
    assert tab.state == "ready"


def test_a_drop_before_the_runs_are_read_is_answered_after(qtbot, desk, tmp_path):
    add_run(desk.project)
    tab = InferenceTab(desk, make=lambda project, spec, model: FakePredictor())
    qtbot.addWidget(tab)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    qtbot.waitUntil(lambda: len(tab.workspace.strip.tiles.entries) == 1)
    settle(qtbot, desk)
    assert tab.workspace.panel.answer.text() == "cat"


def test_a_low_score_is_told_as_not_sure(qtbot, desk, tmp_path):
    class Unsure(FakePredictor):
        scores = (("cat", 0.41), ("dog", 0.4))

    add_run(desk.project)
    tab = made(qtbot, desk, Unsure)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    assert tab.workspace.panel.sure.text().startswith("Not sure, 41.0")
    assert tab.workspace.panel.sure.property("tone") == "warn"


def test_several_pictures_fill_the_strip_and_a_bad_one_says_why(qtbot, desk, tab, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"")
    paths = [bad, picture_file(tmp_path / "a.png"), picture_file(tmp_path / "b.png")]

    ask(qtbot, desk, tab, *paths)

    entries = tab.workspace.strip.tiles.entries
    assert [entry.words[0] for entry in entries] == ["not read", "cat", "cat"]
    assert tab.workspace.stage.problem.sentence.text() == "The file is empty."
    assert tab.workspace.stage.problem.hint.text()
    assert tab.workspace.panel.answer.text() == "No answer"
    assert not tab.workspace.panel.right.isVisible()
    assert desk.notes[-1].text.startswith("2 pictures, 12\u202fms in all")


def test_arrows_walk_over_the_strip(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"), picture_file(tmp_path / "b.png"))
    strip = tab.workspace.strip
    assert tab.workspace.panel.entry.given.name == "a.png"

    qtbot.keyClick(strip, Qt.Key.Key_Right)

    assert tab.workspace.panel.entry.given.name == "b.png"
    assert "b.png" in tab.workspace.stage.hint.text()


@pytest.mark.parametrize("where", ["stage", "strip"])
def test_enter_opens_the_file_chooser(qtbot, desk, tab, tmp_path, where):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    qtbot.keyClick(getattr(tab.workspace, where), Qt.Key.Key_Return)

    (dialog,) = tab.findChildren(QFileDialog)
    assert dialog.isVisible()
    assert "*.png" in dialog.nameFilters()[0]
    dialog.reject()


def test_pasting_asks_about_the_picture_in_the_clipboard(qtbot, desk, tab):
    image = QImage(7, 5, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)

    tab.activateWindow()
    qtbot.waitUntil(tab.isActiveWindow)
    qtbot.keyClick(tab, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(tab.workspace.strip.tiles.entries) == 1)
    settle(qtbot, desk)

    given = tab.workspace.panel.entry.answered.given
    assert given.pixels_HWC.shape == (5, 7, 3)
    assert given.pixels_HWC[0, 0].tolist() == [255, 0, 0]


def test_copied_files_and_paths_are_asked_about(qtbot, desk, tab, tmp_path):
    path = picture_file(tmp_path / "with space.png")
    urls, text = QMimeData(), QMimeData()
    urls.setUrls([QUrl.fromLocalFile(str(path))])
    text.setText(f'"{path}"\n')

    assert offer_of(urls, NOUN).paths == (path,)
    assert offer_of(text, NOUN).paths == (path,)


def test_a_picture_from_a_browser_is_taken_as_it_is():
    data = b"\x89PNG..."
    plain, url, html = QMimeData(), QMimeData(), QMimeData()
    plain.setData("image/png", data)
    plain.setUrls([QUrl("https://example.org/cat.png")])
    code = base64.b64encode(data).decode()
    url.setUrls([QUrl(f"data:image/png;base64,{code}")])
    html.setHtml(f'<img alt="x" src="data:image/png;base64,{code}">')

    for mime in (plain, url, html):
        (given,) = offer_of(mime, NOUN).pictures
        assert isinstance(given, GivenBytes)
        assert given.data == data


def test_lines_of_an_image_in_memory_are_read_without_their_padding():
    image = QImage(3, 2, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.blue)

    pixels = GivenImage(image, "x").read(None).pixels_HWC

    assert pixels.shape == (2, 3, 3)
    assert np.unique(pixels.reshape(-1, 3), axis=0).tolist() == [[0, 0, 255]]


@pytest.mark.parametrize("address", ["https://example.org/cat.png", "ftp://example.org/a"])
def test_an_address_alone_is_refused_and_nothing_is_fetched(qtbot, desk, tab, address):
    mime = QMimeData()
    mime.setText(address)

    tab.asking.hand(mime)

    assert "nothing is downloaded" in desk.troubles[-1].error.message
    assert desk.troubles[-1].error.hint
    assert not tab.workspace.strip.tiles.entries


def test_an_empty_clipboard_says_what_to_do(desk, tab):
    tab.asking.hand(QMimeData())

    assert "no picture" in desk.troubles[-1].error.message


def test_the_stage_takes_a_drop_and_wears_no_outline_after(qtbot, desk, tab, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture_file(tmp_path / "a.png")))])
    stage = tab.workspace.stage
    stage.set_over(True)

    stage.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    settle(qtbot, desk)

    assert not stage.is_over
    assert tab.workspace.panel.answer.text() == "cat"


def folder_of(tmp_path, count=6):
    folder = tmp_path / "holiday"
    for number in range(count):
        picture_file(folder / f"{number}.png")
    (folder / "broken.png").write_bytes(b"")
    return folder


def test_a_folder_becomes_a_table_that_is_searched_and_sorted(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, folder_of(tmp_path))

    page = tab.workspace.table
    assert tab.workspace.is_in_table
    assert not page.busy.isVisible()
    assert page.count.text() == "7 pictures · 1 could not be read"
    page.search.setText("broken")
    assert page.rows.rowCount() == 1
    assert page.count.text().startswith("1 of 7")
    page.search.clear()
    page.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    names = [page.rows.index(at, 0).data() for at in range(7)]
    assert names == ["broken.png", "5.png", "4.png", "3.png", "2.png", "1.png", "0.png"]
    assert page.rows.headerData(0, Qt.Orientation.Horizontal) == "File ↓"


def test_a_chosen_row_shows_its_picture_and_answer(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, folder_of(tmp_path))

    tab.workspace.table.view.selectRow(1)
    settle(qtbot, desk)

    panel = tab.workspace.panel
    assert (panel.name.text(), panel.answer.text()) == ("1.png", "cat")
    assert panel.right.isVisible()
    assert tab.workspace.is_in_table
    tab.workspace.table.view.selectRow(6)
    settle(qtbot, desk)
    assert "empty" in panel.sure.text()


def test_a_tile_comes_back_from_the_table(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    ask(qtbot, desk, tab, folder_of(tmp_path))
    strip = tab.workspace.strip

    strip.setCurrentIndex(strip.tiles.index(0))

    assert not tab.workspace.is_in_table
    assert tab.workspace.panel.entry.given.name == "a.png"
    qtbot.mouseClick(tab.workspace.top.pages.chip("table"), Qt.MouseButton.LeftButton)
    assert tab.workspace.is_in_table


def test_the_table_is_saved_as_it_is_on_screen(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, folder_of(tmp_path, count=3))
    tab.workspace.table.search.setText("cat")
    tab.workspace.table.view.sortByColumn(0, Qt.SortOrder.DescendingOrder)

    tab.tabling.save(tmp_path / "out.csv")
    settle(qtbot, desk)

    text = (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["file"].rpartition("/")[2] for row in rows] == ["2.png", "1.png", "0.png"]
    assert (rows[0]["answer"], rows[0]["sure"]) == ("cat", "0.7840")
    assert desk.notes[-1].text == "Saved 3 rows to out.csv"


def test_a_table_that_cannot_be_saved_says_why(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, folder_of(tmp_path, count=1))

    tab.tabling.save(tmp_path / "gone" / "out.csv")
    settle(qtbot, desk)

    assert desk.troubles[-1].where == "inference"


def test_cancelling_keeps_the_rows_that_are_there(qtbot, desk, tmp_path):
    import threading

    gate = threading.Semaphore(3)

    class Slow(FakePredictor):
        def answer(self, given, stop):
            gate.acquire()
            yield from super().answer(given, stop)

    add_run(desk.project)
    tab = made(qtbot, desk, Slow)
    tab.drop([folder_of(tmp_path)])
    page = tab.workspace.table
    qtbot.waitUntil(lambda: page.done == 2)  # the first pass of a network warms it up
    assert page.busy.isVisible()
    assert tab.state == "working"

    qtbot.mouseClick(page.busy.button, Qt.MouseButton.LeftButton)
    gate.release(100)
    settle(qtbot, desk)

    assert page.done == 3
    assert "stopped, 4 were not asked about" in page.count.text()
    assert tab.state == "ready"


def test_a_folder_without_pictures_leaves_the_stage(qtbot, desk, tab, tmp_path):
    (tmp_path / "none").mkdir()

    ask(qtbot, desk, tab, tmp_path / "none")

    assert not tab.workspace.is_in_table
    assert "no pictures" in desk.troubles[-1].error.message


def test_a_confirmed_answer_joins_the_data_and_can_be_undone(qtbot, desk, tab, tmp_path):
    path = picture_file(tmp_path / "a.png")
    ask(qtbot, desk, tab, path)
    panel = tab.workspace.panel

    qtbot.mouseClick(panel.right, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)

    (sample,) = desk.index.samples(desk.index.ids(Filter()))
    assert (sample.path, sample.label) == (path, "cat")
    assert (desk.notes[-1].text, desk.notes[-1].undo) == ("a.png joined the data as cat", True)
    assert panel.joined.isVisible()
    assert not panel.right.isVisible()
    desk.undo.undo()
    assert (desk.index.count(), len(desk.index.classes())) == (0, 0)
    assert panel.right.isVisible()
    assert not panel.joined.isVisible()
    desk.undo.redo()
    assert desk.index.count() == 1


def test_a_file_that_is_in_the_data_gets_the_other_label(qtbot, desk, tab, tmp_path):
    path = picture_file(tmp_path / "a.png")
    ask(qtbot, desk, tab, path)
    tab.judging.join(tab.workspace.panel.entry, "cat")
    settle(qtbot, desk)
    ask(qtbot, desk, tab, path)

    tab.judging.join(tab.workspace.panel.entry, "dog")
    settle(qtbot, desk)

    (sample,) = desk.index.samples(desk.index.ids(Filter()))
    assert sample.label == "dog"
    assert desk.notes[-1].text == "a.png is dog in the data now"
    ask(qtbot, desk, tab, path)
    tab.judging.join(tab.workspace.panel.entry, "dog")
    settle(qtbot, desk)
    assert desk.notes[-1].text == "a.png is in the data as dog already"
    assert not desk.notes[-1].undo


@pytest.mark.parametrize("kind", ["pasted", "lent"])
def test_what_has_no_file_of_its_own_is_written_into_the_project(qtbot, desk, tab, kind):
    if kind == "lent":
        ask(qtbot, desk, tab, picture_file(scratch_folder() / "picture.png"))
    else:
        mime = QMimeData()
        image = QImage(4, 4, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.green)
        mime.setImageData(image)
        tab.asking.hand(mime)
        settle(qtbot, desk)

    tab.judging.join(tab.workspace.panel.entry, "frog")
    settle(qtbot, desk)

    (sample,) = desk.index.samples(desk.index.ids(Filter()))
    assert sample.path.parent == desk.project.files / "answered"
    assert sample.path.is_file()
    assert sample.label == "frog"


def test_the_menu_offers_the_classes_and_a_new_one(qtbot, desk, tab, tmp_path):
    for name in ("dog", "cat", "R&D"):
        desk.index.add_class(name)
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    chosen = []

    names = tab.judging.class_names(tab.workspace.panel.entry)
    menu = class_menu(tab, names, chosen.append)
    menu.actions()[0].trigger()
    menu.actions()[1].trigger()

    assert chosen == ["dog", "R&D"]
    menu.actions()[-1].trigger()
    (dialog,) = tab.findChildren(ClassDialog)
    assert not dialog.primary.isEnabled()
    qtbot.keyClicks(dialog.name, "fox")
    assert "becomes a new class" in dialog.problem.text()
    dialog.accept()
    assert chosen[-1] == "fox"
    menu.deleteLater()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_it_is_a_opens_the_menu(qtbot, desk, tab, tmp_path):
    desk.index.add_class("dog")
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    qtbot.mouseClick(tab.workspace.panel.wrong, Qt.MouseButton.LeftButton)

    (menu,) = tab.workspace.panel.findChildren(QMenu)
    assert menu.isVisible()
    assert menu.actions()[0].text() == "dog"
    menu.close()


def test_another_model_answers_the_shown_picture_again(qtbot, desk, tmp_path):
    asked = []

    def make(project, spec, model):
        asked.append((model.run, model.checkpoint))
        return FakePredictor()

    add_run(desk.project)
    tab = InferenceTab(desk, make=make)
    qtbot.addWidget(tab)
    tab.show()
    qtbot.waitUntil(lambda: not tab.models.is_looking)
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    box = tab.workspace.top.models.box
    assert [box.itemText(at) for at in range(box.count())] == [
        "001 quick · best epoch",
        "001 quick · latest checkpoint",
    ]

    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    settle(qtbot, desk)

    assert asked == [("001-quick", "best"), ("001-quick", "latest")]
    assert tab.workspace.panel.entry.answered.model.checkpoint == "latest"


def test_newer_weights_of_a_run_that_trains_answer_from_then_on(qtbot, desk, tab, tmp_path):
    run = add_run(desk.project, "best", step=10, status="running")
    run.claim()
    desk.runs_changed.emit(run.path.name)
    settle(qtbot, desk)
    models = tab.workspace.top.models
    assert models.choice.model.run == "001-quick"  # it has ended, so it is not left by itself
    models.box.activated.emit(0)
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    assert tab.workspace.panel.entry.answered.step == 10

    run.checkpoints.commit(20, {"weights": b"w"}, meta={})
    desk.run_event.emit(Saved(step=20, seconds=0.1))
    settle(qtbot, desk)

    assert "step 20" in models.box.currentText()
    assert "Newer weights of step 20" in tab.workspace.panel.model.news.text()
    assert tab.workspace.panel.entry.answered.step == 20
    run.release()


def test_a_model_that_cannot_be_loaded_says_why(qtbot, desk, tmp_path):
    def refuse(project, spec, model):
        raise DeepDeskError("The weights are damaged.", "Choose another run.")

    add_run(desk.project)
    tab = InferenceTab(desk, make=refuse)
    qtbot.addWidget(tab)
    qtbot.waitUntil(lambda: not tab.models.is_looking)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    assert desk.troubles[-1].error.message == "The weights are damaged."
    assert tab.state == "ready"


def test_a_bug_in_a_network_is_reported_and_the_tab_goes_on(qtbot, desk, tmp_path):
    class Broken(FakePredictor):
        def answer(self, given, stop):
            raise ValueError("shape")

    reports = []
    desk.bug_found.connect(reports.append)
    add_run(desk.project)
    tab = made(qtbot, desk, Broken)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    assert "ValueError: shape" in reports[0]
    assert tab.state == "ready"
    assert not tab.inquiry.answerer.is_busy


def test_a_read_only_project_cannot_be_corrected(qtbot, desk, tab, tmp_path, monkeypatch):
    monkeypatch.setattr(desk.project, "read_only", True)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    assert not tab.workspace.panel.right.isEnabled()


def test_everything_in_the_tab_has_a_name_for_screen_readers(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    workspace = tab.workspace

    nameless = [
        button
        for button in workspace.findChildren(QAbstractButton)
        if button.isVisible() and not (button.accessibleName() or button.text())
    ]
    assert not nameless
    for widget in (workspace.stage, workspace.strip, workspace.table.view, workspace.panel):
        assert widget.accessibleName()
    assert workspace.top.models.box.accessibleName()


def test_closing_the_project_ends_what_is_asked(qtbot, desk, tab, tmp_path):
    tab.drop([folder_of(tmp_path)])

    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)

    assert not tab.inquiry.answerer.is_busy


def test_a_hundred_thousand_rows_are_sorted_and_searched(qtbot, qtmodeltester):
    model = TableModel()
    rng = np.random.default_rng(3)
    scores = rng.random(100_000)
    model.order.rows.extend(
        Row(path=f"/x/{n}.png", answer=f"c{n % 10}", score=float(s)) for n, s in enumerate(scores)
    )

    model.search("")
    model.sort(2, Qt.SortOrder.DescendingOrder)
    model.grow([Row(path="/x/new.png", answer="c1", score=2.0)])

    assert model.row(0).path == "/x/new.png"
    assert model.row(1).score == scores.max()
    model.search("c3")
    assert model.rowCount() == 10_000
    model.search("none of these")
    qtmodeltester.check(model)
    assert model.columnCount() == len(COLUMNS)
