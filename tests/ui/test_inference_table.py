"""A folder as a table of answers."""

from __future__ import annotations

import csv

import numpy as np
from PySide6.QtCore import Qt

from deepdesk.ui.tabs.inference.questions import Row
from deepdesk.ui.tabs.inference.table_model import COLUMNS, TableModel
from tests.ui import inference_stage as stage
from tests.ui.inference_stage import (
    FakePredictor,
    add_run,
    ask,
    folder_of,
    made,
    picture_file,
    settle,
)

desk = stage.desk
tab = stage.tab


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


def test_a_hundred_thousand_rows_are_sorted_and_searched(qtbot, qtmodeltester):
    model = TableModel()
    rng = np.random.default_rng(3)
    scores = rng.random(100_000)
    model.grow(
        [Row(path=f"/x/{n}.png", answer=f"c{n % 10}", score=float(s)) for n, s in enumerate(scores)]
    )
    model.sort(2, Qt.SortOrder.DescendingOrder)
    model.grow([Row(path="/x/new.png", answer="c1", score=2.0)])

    assert model.row(0).path == "/x/new.png"
    assert model.row(1).score == scores.max()
    model.search("c3")
    assert model.rowCount() == 10_000
    model.search("none of these")
    qtmodeltester.check(model)
    assert model.columnCount() == len(COLUMNS)
