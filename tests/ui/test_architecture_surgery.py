"""The network of a run is opened, changed, and training is told to go on from its weights."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepdesk.nn import presets
from deepdesk.nn.editing import inserted_after, new_node, removed
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.architecture.run_chooser import RunDialog, line_of, runs_work
from deepdesk.ui.tabs.architecture.surgery_strip import SurgeryStrip, counted, states_of
from tests.ui.architecture_drawings import drawing, survey

PATIENCE_MS = 10_000
RUN = "001-quick"


def base():
    return survey().graphs["Residual, small"]


@pytest.fixture
def opened_project(desk, make_project):
    """Open a project with one run that has weights, and one that was stopped before any."""
    path = make_project()
    project = Project.open(path)
    run = project.runs.new("quick", {"graph": base().to_json()})
    run.checkpoints.commit(10, {"weights": b"w"}, meta={})
    run.update(status="finished", metrics={"accuracy": 0.93}, main_metric="accuracy")
    project.runs.new("quick", {"graph": base().to_json()}).update(status="stopped")
    desk.show_project(project)
    return project


@pytest.fixture
def strip(qtbot, desk, opened_project):
    strip = SurgeryStrip(desk)
    qtbot.addWidget(strip)
    return strip


def test_inserted_blocks_are_new_and_those_around_them_are_kept():
    graph = inserted_after(base(), new_node(base(), "dropout"), base().sources["classes"][0])

    states = states_of(base(), drawing(graph))

    assert states["dropout"] == "new"
    assert {state for key, state in states.items() if key != "dropout"} == {"kept"}


def test_a_block_that_only_looks_like_one_that_is_gone_is_new():
    first = base().order[1].id
    graph = removed(base(), [first])
    graph = inserted_after(graph, new_node(graph, base().node(first).block), graph.order[0].id)
    (other,) = set(graph.by_id) - set(base().by_id)

    assert states_of(base(), drawing(graph))[other] == "new"


def test_states_are_counted_in_words():
    told = counted({"a": "kept", "b": "kept", "c": "changed", "d": "new"})

    assert told == "Of 4 blocks 2 keep their weights, 1 keeps a part, 1 begins anew."
    assert counted({"a": "kept"}) == "All 1 blocks keep what they have learned."


def test_the_strip_tells_what_becomes_of_the_weights(qtbot, strip):
    graph = inserted_after(base(), new_node(base(), "dropout"), base().sources["classes"][0])

    strip.begin_from(RUN)
    strip.marked(drawing(graph))
    with qtbot.waitSignal(strip.told, timeout=PATIENCE_MS) as told:
        pass
    marked = strip.marked(told.args[0])
    assert marked.card("dropout").state == "new"
    assert marked.card("classes").state == "kept"

    assert strip.sentence.text() == "Training goes on from the weights of 001 quick"
    assert "1 begins anew" in strip.facts.text()
    assert not strip.isHidden()


def test_the_strip_is_hidden_where_nothing_is_carried_over(strip):
    given = drawing()
    strip.begin_from("")

    assert strip.marked(given) is given

    assert strip.isHidden()


def test_a_run_that_is_gone_is_said(qtbot, strip):
    strip.marked(drawing())
    strip.begin_from("009-gone")

    qtbot.waitUntil(lambda: not strip.isHidden(), timeout=PATIENCE_MS)
    assert strip.sentence.text() == "009 gone cannot give its weights any more"


def test_letting_the_weights_go_is_asked_for(qtbot, strip):
    with qtbot.waitSignal(strip.afresh_asked):
        strip.afresh.click()


def test_only_runs_with_weights_are_offered(opened_project):
    results = []
    runs_work(opened_project)(results.append, type("Never", (), {"check": lambda _self: None})())

    ((info, name),) = results[0].value
    assert info.name == RUN
    assert name == "Residual, small"


def test_a_run_is_chosen_with_the_keyboard(qtbot, opened_project):
    info = opened_project.runs.get(RUN).info()
    dialog = RunDialog(None, ((info, "Residual, small"),))
    qtbot.addWidget(dialog)
    dialog.open()

    qtbot.keyClick(dialog.runs, Qt.Key.Key_Return)

    assert line_of(info, "Residual, small") == dialog.runs.item(0).text()
    assert dialog.chosen == RUN


def test_presets_carry_over_whole_onto_themselves():
    graph = presets.small_cnn()

    assert set(states_of(graph, drawing(graph)).values()) == {"kept"}
