"""Truths that are numbers: seen and written in Dataset, confirmed and corrected in Inference."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from deepdesk.core import payloads
from deepdesk.project.index import Filter
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.dataset.health import findings
from deepdesk.ui.tabs.inference.text_dialog import TextDialog
from tests.ui import dataset_stage, inference_stage
from tests.ui.dataset_stage import KEY
from tests.ui.number_stage import HEADER, gauges_project, picture_file

open_tab = dataset_stage.open_tab


class ReadingPredictor:
    def answer(self, given, stop):
        answer = payloads.Number(values={"pressure": (3.25, "bar")}, margins={"pressure": 0.4})
        yield SimpleNamespace(answer=answer, milliseconds=5.0, is_final=True)


@pytest.fixture
def dataset(tmp_path, open_tab):
    project = gauges_project(tmp_path)
    yield open_tab(project)
    project.close()


@pytest.fixture
def asked(qtbot, tmp_path):
    """Return a desk and an Inference tab that has just answered a new picture."""
    desk = Desk()
    desk.show_project(gauges_project(tmp_path))
    inference_stage.add_run(desk.project)
    tab = inference_stage.made(qtbot, desk, ReadingPredictor)
    inference_stage.ask(qtbot, desk, tab, picture_file(tmp_path / "new.png"))
    yield desk, tab
    desk.stop_all()
    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)
    desk.deleteLater()


def samples(desk):
    with desk.project.index() as index:
        return index.samples(index.ids(Filter()))


def choose(qtbot, tab, row):
    tab.workspace.grid.picked.click(row, Qt.KeyboardModifier.NoModifier)
    dataset_stage.settle(qtbot, tab)
    return tab.workspace.right.truth


def retype(qtbot, field, text):
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, KEY.Key_Return)


def test_the_numbers_of_a_picture_stand_beside_it(qtbot, dataset):
    panel = choose(qtbot, dataset, 0)

    assert panel.text.toPlainText() == "pressure [bar]: 1.5"
    assert panel.text.isVisible()
    assert not dataset.workspace.right.sample.label.isVisible()


def test_a_number_is_corrected_and_the_correction_undone(qtbot, desk, dataset):
    panel = choose(qtbot, dataset, 0)

    retype(qtbot, panel.text, "pressure [bar]: 1,75")
    dataset_stage.settle(qtbot, dataset)

    assert samples(desk)[0].target == {HEADER: 1.75}
    desk.undo.undo()
    dataset_stage.settle(qtbot, dataset)
    assert samples(desk)[0].target == {HEADER: 1.5}
    assert panel.text.toPlainText() == "pressure [bar]: 1.5"


@pytest.mark.parametrize(
    ("typed", "reason"), [("pressure [bar]: high", "is no number"), ("7", "has no name")]
)
def test_what_is_no_number_is_refused_and_nothing_is_lost(qtbot, desk, dataset, typed, reason):
    panel = choose(qtbot, dataset, 0)

    retype(qtbot, panel.text, typed)
    dataset_stage.settle(qtbot, dataset)

    assert panel.problem.isVisible()
    assert reason in panel.problem.text()
    assert samples(desk)[0].target == {HEADER: 1.5}


def test_a_picture_without_a_number_is_a_finding(dataset):
    told = findings(dataset.workspace.overview, ("picture", "pictures"), truth="number")

    assert any(finding.text == "1 picture has no number" for finding in told)


def test_an_answer_tells_its_number_and_how_far_off_it_may_be(asked):
    _desk, tab = asked
    panel = tab.workspace.panel

    assert panel.answer.text() == "pressure 3.25 bar"
    assert "± 0.4 bar in 9 of 10" in panel.sure.text()


def test_a_confirmed_answer_joins_the_data_with_its_number(qtbot, asked):
    desk, tab = asked

    qtbot.mouseClick(tab.workspace.panel.right, Qt.MouseButton.LeftButton)
    inference_stage.settle(qtbot, desk)

    assert {"pressure [bar]": 3.25} in [sample.target for sample in samples(desk)]


def test_a_corrected_answer_joins_the_data_once_it_is_a_number(qtbot, asked):
    desk, tab = asked
    qtbot.mouseClick(tab.workspace.panel.wrong, Qt.MouseButton.LeftButton)
    dialog = next(d for d in tab.window().findChildren(TextDialog) if d.isVisible())
    assert dialog.text.toPlainText() == "pressure [bar]: 3.25"

    dialog.text.setPlainText("pressure [bar]: about 4")
    assert not dialog.primary.isEnabled()
    assert "is no number" in dialog.problem.text()
    dialog.text.setPlainText("pressure [bar]: 4")
    assert not dialog.differences.isVisible()
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    inference_stage.settle(qtbot, desk)

    assert {"pressure [bar]": 4.0} in [sample.target for sample in samples(desk)]
