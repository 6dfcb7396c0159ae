"""Networks built by hand in the whole tab, with the real task: by keys, by clicks, and kept."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from deepdesk.nn.graph import Edge, Graph
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.architecture import ArchitectureTab
from deepdesk.ui.tabs.architecture.tools import TOOLS
from deepdesk.ui.tabs.training.setup_control import network_fault
from tests.ui.architecture_drawings import skip_graph

PATIENCE_MS = 30_000  # the first test loads torch
pytestmark = pytest.mark.slow
_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def tab(qtbot, desk, tmp_path):
    """Return the drawn tab of a project without samples: pictures of 64 pixels, two classes."""
    with Project.create(tmp_path / "New", name="New", task="image_classification") as made:
        path = made.path
    desk.show_project(Project.open(path))
    tab = ArchitectureTab(desk)
    qtbot.addWidget(tab)
    tab.resize(1280, 720)
    tab.show()
    qtbot.waitUntil(lambda: tab.network.drawing is not None, timeout=PATIENCE_MS)
    return tab


def settle(qtbot, tab):
    qtbot.waitUntil(
        lambda: tab.network.drawing.is_counted and not tab.network.choices.saver.is_busy,
        timeout=PATIENCE_MS,
    )


def kept(desk):
    """Return the network that a new look into the project's file finds."""
    return Graph.from_json(Project.open(desk.project.path, read_only=True).file.graph)


def type_blocks(tab, *lines):
    field = tab.bench.field
    for line in lines:
        QTest.keyClicks(field.line, line)
        QTest.keyClick(field.line, Qt.Key.Key_Return)
        assert field.problem.isHidden(), field.problem.text()


def test_a_residual_network_is_built_from_nothing_by_keys_alone(tab, qtbot, desk):
    tab.middle.canvas.setFocus()
    QTest.keyClick(tab.middle.canvas, Qt.Key.Key_N, _CTRL | Qt.KeyboardModifier.AltModifier)
    assert tab.bench.field.isVisible()
    assert tab.left.page == "blocks"

    type_blocks(tab, "conv 16", "bn", "relu", "conv 16", "bn", "add", "relu", "global pool", "head")
    QTest.keyClick(tab.bench.field.line, Qt.Key.Key_Escape)
    canvas = tab.middle.canvas
    canvas.take(canvas.chosen_now.with_cards({"activation", "add"}))
    QTest.keyClick(canvas, Qt.Key.Key_L, _CTRL)
    settle(qtbot, tab)

    from deepdesk.nn.build import build

    assert tab.network.drawing.problems == ()
    assert tab.state != "look"
    assert Edge("activation", "add", 1) in kept(desk).edges
    drawing = tab.network.drawing
    model = build(drawing.graph, drawing.survey.contract)
    assert drawing.total.parameters == sum(part.numel() for part in model.parameters())


def test_quick_edits_build_upon_each_other_and_undo_takes_all_back(tab, qtbot, desk):
    first = tab.network.graph
    tab.bench.begin_new()
    type_blocks(tab, "conv 8", "relu", "pool")

    assert [node.block for node in tab.network.graph.order] == [
        *("input", "convolution", "activation", "max_pool"),
    ]
    settle(qtbot, tab)
    assert kept(desk) is not None, "half a network is kept as well"

    while desk.undo.canUndo():
        desk.undo.undo()
    settle(qtbot, tab)
    assert tab.network.graph == first


def test_a_block_that_lost_its_name_tells_the_footer_and_offers_undo(tab, qtbot, desk):
    said = []
    desk.said.connect(said.append)
    tab.middle.canvas.select("stage_1")

    tab.block.name.line.setText("Body")
    tab.block.name.flush()
    settle(qtbot, tab)

    assert tab.network.drawing.card("stage_1").title == "Body"
    assert said[-1].text.startswith("Renamed to Body. Valid")
    assert said[-1].undo


def test_several_blocks_share_a_panel_and_a_group_has_a_name(tab, qtbot):
    canvas = tab.middle.canvas
    canvas.take(canvas.chosen_now.with_cards({"stage_1", "stage_2"}))
    assert tab.block.heading.text() == "2 blocks"

    QTest.keyClick(canvas, Qt.Key.Key_G, _CTRL)
    tab.bench.name.line.setText("Stages")
    QTest.keyClick(tab.bench.name.line, Qt.Key.Key_Return)
    settle(qtbot, tab)

    (group,) = tab.network.graph.groups
    canvas.select(group.id)
    assert tab.block.heading.text() == "Stages"
    assert tab.block.name.line.text() == "Stages"
    QTest.keyClick(canvas, Qt.Key.Key_F2)
    assert tab.bench.name.isVisible()
    tab.bench.name.line.setText("Body")
    QTest.keyClick(tab.bench.name.line, Qt.Key.Key_Return)
    assert tab.network.graph.groups[0].label == "Body"
    settle(qtbot, tab)


def test_a_broken_file_is_shown_with_its_faults_and_mended_by_clicks(tab, qtbot, desk, tmp_path):
    path = tmp_path / "broken.json"
    data = skip_graph(stride=2).to_json()
    data["edges"] = [edge for edge in data["edges"] if edge[:2] != ["pool", "classes"]]
    path.write_text(json.dumps(data), encoding="utf-8")
    tab.drop([path])
    qtbot.waitUntil(lambda: tab.network.drawing.graph.name == "Skip", timeout=PATIENCE_MS)
    settle(qtbot, tab)
    assert len(tab.network.drawing.problems) >= 1
    assert tab.state == "look"
    assert "Not valid" in tab.network.drawing.verdict
    assert "cannot be trained" in network_fault(desk.project.file.graph)

    for _click in range(6):
        if not tab.network.drawing.problems:
            break
        at_fault = next(card for card in tab.network.drawing.cards if card.problem)
        tab.middle.canvas.select(at_fault.id)
        assert tab.block.remedies.buttons, at_fault.problem
        tab.block.remedies.buttons[0].click()
        settle(qtbot, tab)

    assert tab.network.drawing.problems == ()
    assert network_fault(desk.project.file.graph) == ""


def test_the_menu_of_a_block_says_its_keys_and_acts(tab, qtbot, monkeypatch):
    shown = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, _point: shown.append(menu))
    tab.middle.canvas.select("stage_1")

    tab.bench.show_menu((QPoint(), ("stage_1",), None))
    tab.bench.show_menu((QPoint(), (), Edge("stage_1", "stage_2")))
    tab.bench.show_menu((QPoint(), (), None))

    words = [[action.text().partition("\t")[0] for action in menu.actions()] for menu in shown]
    assert {"Insert after...", "Replace with...", "Duplicate", "Group...", "Delete"} <= {*words[0]}
    assert words[1] == ["Insert here...", "Disconnect"]
    assert "Add a block..." in words[2]
    next(action for action in shown[0].actions() if action.text() == "Duplicate").trigger()
    assert "stage_1_2" in tab.network.graph.by_id
    settle(qtbot, tab)


def test_every_tool_is_in_the_menu(tab):
    menu = tab.middle.toolbar.tools.menu()

    assert [a.text() for a in menu.actions() if a.text()] == [tool.title for tool in TOOLS]


def test_a_linear_block_keeps_its_size_when_it_is_the_last_one_no_more(tab, qtbot):
    tab.bench.begin_new()
    type_blocks(tab, "flatten", "linear 128", "relu", "linear")
    settle(qtbot, tab)

    assert tab.network.drawing.graph.node("linear").config.features == 128
    assert tab.network.drawing.card("linear_2").out_shape == (2,)
    assert tab.network.drawing.problems == ()


def test_a_network_without_its_input_is_mended_by_a_click(tab, qtbot):
    tab.middle.canvas.select("picture")
    QTest.keyClick(tab.middle.canvas, Qt.Key.Key_Delete)
    settle(qtbot, tab)
    assert "picture" not in tab.network.graph.by_id
    assert tab.network.drawing.problems

    for _click in range(4):
        if not tab.network.drawing.problems:
            break
        fault = next((card.id for card in tab.network.drawing.cards if card.problem), "")
        tab.middle.canvas.select(fault or tab.network.drawing.cards[0].id)
        assert tab.block.remedies.buttons
        tab.block.remedies.buttons[0].click()
        settle(qtbot, tab)

    assert tab.network.drawing.problems == ()


def test_blocks_that_were_counted_once_have_their_sums_at_once(tab, qtbot, desk):
    settle(qtbot, tab)
    before = tab.network.drawing.total
    tab.middle.canvas.select("stage_1")
    tab.bench.pieces.duplicate()
    settle(qtbot, tab)
    assert tab.network.drawing.total.parameters > before.parameters

    desk.undo.undo()

    sketch = tab.network.drawing
    assert not sketch.is_counted
    assert (sketch.total.parameters, sketch.total.flops) == (before.parameters, before.flops)
    settle(qtbot, tab)
    assert tab.network.drawing.total.parameters == before.parameters


def test_training_waits_for_a_drawn_network_to_be_mended_but_not_for_one_on_offer(tab, qtbot, desk):
    from deepdesk.ui.tabs.training import TrainingTab

    tab.bench.begin_new()
    type_blocks(tab, "conv 8", "add", "head")
    settle(qtbot, tab)
    training = TrainingTab(desk)
    qtbot.addWidget(training)
    training.show()

    assert not training.setup.button.isEnabled()
    assert training.setup.reason.text().startswith("The network cannot be trained. Add has 1")

    training.setup.offer_networks(("Residual, small",))
    network = training.setup.network
    network.setCurrentIndex(network.findData("Residual, small"))

    assert training.control.blocked().text == ""
    assert training.setup.button.isEnabled()
