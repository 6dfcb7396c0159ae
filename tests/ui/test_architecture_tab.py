"""The whole tab with the real task: what it shows, keeps, takes back and refuses."""

from __future__ import annotations

import json
import threading

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepdesk.core.task import Facts, Found
from deepdesk.project.folder import Project
from deepdesk.project.index import Filter
from deepdesk.ui.tabs.architecture import ArchitectureTab
from tests.ui.architecture_drawings import skip_graph

PATIENCE_MS = 30_000  # the first test loads torch
CLASSES = ("cat", "dog", "ship")
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_backbone(monkeypatch):
    monkeypatch.setattr(
        "deepdesk.tasks.image_classification.model._BACKBONES", ("mobilenet_v3_small",)
    )


@pytest.fixture
def project(tmp_path):
    """Return a path of a project with pictures of 32 pixels in three classes."""
    with Project.create(tmp_path / "Pets", name="Pets", task="image_classification") as project:
        with project.index() as index:
            rows = [
                Found(path=tmp_path / f"{name}{n}.png", label=name, split="train")
                for name in CLASSES
                for n in range(2)
            ]
            index.add(rows, source=str(tmp_path))
            facts = [
                (int(i), Facts(size=(32, 32), detail="32 x 32", digest=f"{int(i):064x}"))
                for i in index.ids(Filter())
            ]
            index.record_facts(facts)
        return project.path


@pytest.fixture
def open_tab(qtbot, desk):
    """Return a function that opens a project and returns its drawn tab."""

    def open_it(path, **how):
        desk.show_project(Project.open(path, **how))
        tab = ArchitectureTab(desk)
        qtbot.addWidget(tab)
        tab.resize(1280, 720)
        tab.show()
        qtbot.waitUntil(lambda: tab.network.drawing is not None, timeout=PATIENCE_MS)
        return tab

    return open_it


@pytest.fixture
def tab(open_tab, project):
    return open_tab(project)


def settled(qtbot, tab, condition):
    network = tab.network
    qtbot.waitUntil(
        lambda: condition() and network.drawing.is_counted and not network.choices.saver.is_busy,
        timeout=PATIENCE_MS,
    )


def write(tab, key, text):
    editor = tab.block.form.row(key).editor
    editor.selectAll()
    QTest.keyClicks(editor, text)


def change_first_stage(qtbot, tab, channels="96"):
    tab.middle.canvas.select("stage_1")
    write(tab, "channels", channels)
    settled(qtbot, tab, lambda: tab.network.drawing.is_changed)


def test_totals_equal_those_of_the_built_network(tab):
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from deepdesk.nn.build import build

    drawing = tab.network.drawing
    model = build(drawing.graph, drawing.survey.contract).eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, 3, 32, 32))

    assert drawing.total.parameters == sum(p.numel() for p in model.parameters())
    assert drawing.total.flops == counter.get_total_flops()
    assert sum(card.cost.parameters for card in drawing.cards) == drawing.total.parameters


def test_the_tab_fits_the_network_to_the_data_and_is_ready(tab):
    assert tab.state == "ready"
    expected = "Valid: gives 3 classes from a picture of 32 by 32 pixels in 3 colours"
    assert tab.network.drawing.verdict == expected


def test_without_data_two_classes_stand_in(open_tab, tmp_path):
    with Project.create(tmp_path / "New", name="New", task="image_classification") as made:
        path = made.path
    tab = open_tab(path)

    assert tab.state == "empty"
    assert tab.network.drawing.verdict.startswith("Valid: gives 2 classes")
    assert tab.network.drawing.verdict.endswith("until data is there")


def test_every_network_on_offer_is_counted(tab, qtbot):
    qtbot.waitUntil(
        lambda: all(row.offer.cost for row in tab.offers.rows.values()), timeout=PATIENCE_MS
    )

    assert list(tab.offers.rows) == list(tab.network.drawing.survey.graphs)
    parameters = tab.network.drawing.total.parameters
    assert tab.offers.rows["Residual, small"].offer.cost.parameters == parameters


def test_a_chosen_network_is_kept_and_undo_takes_it_back(tab, qtbot, desk):
    tab.offers.rows["Small convolutional"].click()
    settled(qtbot, tab, lambda: tab.network.drawing.graph.name == "Small convolutional")
    assert Project.open(desk.project.path, read_only=True).file.architecture == (
        "Small convolutional"
    )

    desk.undo.undo()
    settled(qtbot, tab, lambda: tab.network.drawing.graph.name == "Residual, small")
    assert desk.project.file.architecture == ""


def test_a_changed_block_is_kept_as_a_graph_and_shapes_follow(tab, qtbot, desk):
    change_first_stage(qtbot, tab)

    kept = {node["id"]: node for node in desk.project.file.graph["nodes"]}
    assert kept["stage_1"]["settings"]["channels"] == 96
    assert tab.network.drawing.card("stage_1").out_shape == (96, 16, 16)
    assert tab.network.drawing.card("stage_2").in_shapes == ((96, 16, 16),)
    assert not tab.middle.totals.reset.isHidden()


def test_undo_and_redo_of_a_change_bring_back_exactly_what_was(tab, qtbot, desk):
    before = tab.network.drawing.graph
    change_first_stage(qtbot, tab)
    after = tab.network.drawing.graph

    desk.undo.undo()
    settled(qtbot, tab, lambda: tab.network.drawing.graph == before)
    assert desk.project.file.graph is None
    desk.undo.redo()
    settled(qtbot, tab, lambda: tab.network.drawing.graph == after)


def test_reset_sets_every_block_back(tab, qtbot, desk):
    change_first_stage(qtbot, tab)
    tab.middle.totals.reset.click()
    settled(qtbot, tab, lambda: not tab.network.drawing.is_changed)

    assert desk.project.file.graph is None
    assert tab.block.form.value().channels == 64


def test_a_change_that_cannot_work_is_said_on_the_block_and_in_the_footer(
    tab, qtbot, desk, tmp_path
):
    path = tmp_path / "skip.json"
    path.write_text(json.dumps(skip_graph(stride=1).to_json()), encoding="utf-8")
    tab.drop([path])
    settled(qtbot, tab, lambda: tab.network.drawing.graph.name == "Skip")
    assert tab.state == "ready"
    said = []
    desk.said.connect(said.append)

    tab.middle.canvas.select("middle")
    write(tab, "stride", "2")
    settled(qtbot, tab, lambda: bool(tab.network.drawing.problems))

    assert tab.state == "look"
    assert said[-1].level == "error"
    assert "Add takes equal shapes" in said[-1].text
    assert tab.network.drawing.card("add").problem is not None
    assert tab.network.drawing.total is None


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        (
            "a.json",
            '{"format": 1, "nodes": [{"id": "a", "block": "pickle"}], "edges": []}',
            "pickle",
        ),
        ("a.json", "{", "a.json"),
        ("a.json", "[1, 2]", "has to be an object"),
        ("a.png", "", "is no network"),
    ],
)
def test_a_file_that_is_no_network_is_refused_and_changes_nothing(
    tab, qtbot, desk, tmp_path, name, text, reason
):
    before = tab.network.drawing
    (tmp_path / name).write_text(text, encoding="utf-8")

    with qtbot.waitSignal(desk.troubled) as told:
        tab.drop([tmp_path / name])

    assert reason in str(told.args[0].error)
    assert told.args[0].where == "architecture"
    assert tab.network.drawing is before
    assert desk.project.file.graph is None


def test_a_new_class_is_followed_without_being_asked(tab, qtbot, desk, tmp_path):
    with desk.project.index() as index:
        index.add([Found(path=tmp_path / "x.png", label="truck", split="train")], source="x")
    desk.refresh_samples()
    qtbot.waitUntil(
        lambda: tab.network.drawing.card("classes").out_shape == (4,), timeout=PATIENCE_MS
    )

    assert "4 classes" in tab.network.drawing.verdict


def test_settings_of_another_tab_are_followed_when_this_one_is_shown(tab, qtbot, desk):
    tab.hide()
    desk.project.save(task_settings={"side_px": 64}, training_settings={"batch_size": 16})
    tab.show()
    qtbot.waitUntil(lambda: tab.network.drawing.survey.batch_size == 16, timeout=PATIENCE_MS)

    assert tab.network.drawing.card("picture").out_shape == (3, 64, 64)


def test_a_project_that_may_not_be_written_keeps_its_network(open_tab, project, qtbot, desk):
    tab = open_tab(project, read_only=True)

    with qtbot.waitSignal(desk.troubled):
        tab.offers.rows["Small convolutional"].click()

    assert tab.network.drawing.graph.name == "Residual, small"
    assert tab.offers.rows["Residual, small"].isChecked()


def test_what_keeps_the_tab_from_drawing_is_said_with_a_way_to_try_again(tab, qtbot, desk):
    desk.project.save(training_settings={"batch_size": -1})
    with qtbot.waitSignal(tab.network.failed, timeout=PATIENCE_MS):
        tab.network.refresh()
    assert tab.state == "look"
    assert "Batch size" in tab.middle.error.sentence.text()

    desk.project.save(training_settings={})
    tab.middle.error.remedy.click()
    qtbot.waitUntil(lambda: tab.middle.is_drawn, timeout=PATIENCE_MS)


def test_missing_weights_are_offered_and_make_the_tab_ask_for_a_look(tab, qtbot):
    tab.offers.rows["MobileNet v3, small, pretrained"].click()
    settled(qtbot, tab, lambda: tab.network.drawing.missing_weights != ())

    assert tab.state == "look"
    assert not tab.middle.weights.isHidden()


def test_a_block_is_found_by_writing_its_name(tab, qtbot):
    tab.find()
    QTest.keyClicks(tab.middle.toolbar.search, "pool")
    assert tab.middle.canvas.selected == "pool"
    assert tab.block.heading.text() == "Pool to one"

    qtbot.keyClick(tab.middle.toolbar.search, Qt.Key.Key_A)
    assert tab.middle.toolbar.search.property("wrong")


def test_closing_a_project_says_nothing_to_a_tab_that_is_gone(qtbot, desk, project):
    desk.show_project(Project.open(project))
    tab = ArchitectureTab(desk)
    qtbot.waitUntil(lambda: tab.network.drawing is not None, timeout=PATIENCE_MS)
    tab.network.stop()
    shiboken6.delete(tab)

    with qtbot.captureExceptions() as raised:
        desk.close_project()

    assert not raised


def test_an_edit_lets_the_list_of_networks_wait_until_it_is_calm(qtbot, tab, monkeypatch):
    network = tab.network
    counted = []
    monkeypatch.setattr(network, "_count", lambda: counted.append(True))
    network._later.timeout.disconnect()
    network._later.timeout.connect(network._count)
    stopped = threading.Event()

    def counting(_emit, stop):
        try:
            while True:
                stop.check()
        finally:
            stopped.set()

    network._jobs.ask("count", counting, lambda _offer: None, lambda _ended: None)
    network.choose("Small convolutional")

    assert stopped.wait(PATIENCE_MS / 1000)
    assert not counted
    qtbot.waitUntil(lambda: bool(counted), timeout=PATIENCE_MS)
