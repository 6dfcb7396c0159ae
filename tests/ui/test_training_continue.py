"""Going on from an earlier run: its weights for the next one, or more epochs of itself."""

from __future__ import annotations

import pytest

from deepdesk.core.settings import to_json
from deepdesk.engine.settings import TrainingConfig
from deepdesk.tasks.image_classification import Config
from deepdesk.ui import training_control
from deepdesk.ui.dialogs import AskDialog
from tests.ui import training_stage as stage
from tests.ui.training_stage import PATIENCE_MS

project = stage.project
make_tab = stage.make_tab
GRAPH = {"name": "Other", "nodes": [], "edges": []}


@pytest.fixture
def finished(project):
    """Return a function that keeps a finished run of a network and returns its name."""

    def keep(architecture="Tiny"):
        config = {
            "dial": "quick",
            "architecture": architecture,
            "graph": GRAPH,
            "training": to_json(TrainingConfig(epochs=6)),
            "config": to_json(Config()),
        }
        run = project.runs.new("quick", config)
        run.update(status="finished", epochs=6, epochs_done=6, metrics={"accuracy": 0.5})
        return run.path.name

    return keep


@pytest.fixture
def asked(monkeypatch):
    """Return the requests that are trained."""
    found = []

    def training_of(_project, _spec, request):
        found.append(request)
        return lambda emit, stop: None

    monkeypatch.setattr(training_control, "training_of", training_of)
    return found


def do(tab, run, words):
    """Do what a line of the menu of a run does."""
    (act,) = [act for text, is_for, act in tab.runs.offers if text == words]
    act(run)


def quiet(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_the_next_run_takes_the_weights_of_one_with_the_same_network(
    qtbot, desk, project, make_tab, finished
):
    tab = make_tab()
    run = finished(tab.setup.network_name())

    do(tab, run, "Go on from its weights")
    quiet(qtbot, desk)

    assert project.file.start_from == run
    assert project.file.graph is None
    assert "001 quick" in tab.setup.begins.text()
    assert tab.setup.afresh.isVisible()

    tab.setup.afresh.click()
    quiet(qtbot, desk)
    assert project.file.start_from == ""
    assert not tab.setup.begins.isVisible()


def test_the_network_of_the_run_comes_along_where_it_differs_and_undo_takes_it_back(
    qtbot, desk, project, make_tab, finished
):
    tab = make_tab()
    run = finished("Something else")
    before = project.file
    notes = []
    desk.said.connect(notes.append)

    do(tab, run, "Go on from its weights")
    quiet(qtbot, desk)

    assert project.file.graph == GRAPH
    assert project.file.start_from == run
    assert notes[-1].undo
    assert "with its network" in notes[-1].text
    desk.undo.undo()
    quiet(qtbot, desk)
    assert project.file == before
    assert not tab.setup.begins.isVisible()


def test_more_epochs_are_a_new_run_from_its_weights(
    qtbot, desk, project, make_tab, finished, asked
):
    run = finished()
    tab = make_tab()

    do(tab, run, "Train more epochs")
    quiet(qtbot, desk)
    (dialog,) = tab.window().findChildren(AskDialog)
    dialog.findChild(type(tab.setup.training.row("epochs").editor)).setText("4")
    dialog.primary.click()
    quiet(qtbot, desk)

    (request,) = asked
    assert request.continue_from == run
    assert (request.training["epochs"], request.graph) == (4, GRAPH)


def test_a_run_without_weights_offers_neither(project, make_tab):
    project.runs.new("quick", {}).update(status="failed")
    tab = make_tab()

    (info,) = tab.runs.infos
    assert [words for words, is_for, _act in tab.runs.offers if is_for(info)] == []
