"""Out and in from the Tools menu: source, JSON, and networks of files."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog

from deepdesk.core.errors import GraphError
from deepdesk.nn import presets
from deepdesk.nn.graph import Graph
from deepdesk.project.folder import Project
from deepdesk.project.safe_write import read_json
from deepdesk.ui.tabs.architecture import ArchitectureTab, export_tools

PATIENCE_MS = 30_000  # the first test loads torch
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def one_backbone(monkeypatch):
    monkeypatch.setattr(
        "deepdesk.tasks.image_classification.model._BACKBONES", ("mobilenet_v3_small",)
    )


@pytest.fixture
def tab(qtbot, desk, make_project):
    desk.show_project(Project.open(make_project()))
    tab = ArchitectureTab(desk)
    qtbot.addWidget(tab)
    tab.resize(1280, 720)
    tab.show()
    qtbot.waitUntil(lambda: tab.network.drawing is not None, timeout=PATIENCE_MS)
    return tab


@pytest.fixture
def said(desk):
    told = []
    desk.said.connect(lambda note: told.append(note.text))
    return told


@pytest.fixture
def troubles(desk):
    told = []
    desk.troubled.connect(lambda trouble: told.append(trouble.error))
    return told


def choose(monkeypatch, path):
    """Let the next file dialog answer with a path, as a person would."""
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_a: (str(path), ""))


def idle(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_the_source_is_saved_and_says_that_no_run_trained_it(
    tab, qtbot, desk, tmp_path, monkeypatch, said
):
    choose(monkeypatch, tmp_path / "net")
    export_tools.save_source(tab)
    qtbot.waitUntil((tmp_path / "net.py").exists, timeout=PATIENCE_MS)
    idle(qtbot, desk)

    assert "class Network(nn.Module):" in (tmp_path / "net.py").read_text()
    assert any("without weights" in text for text in said)


def test_json_goes_out_and_comes_back_with_undo(tab, qtbot, desk, tmp_path, monkeypatch):
    path = tmp_path / "net.json"
    choose(monkeypatch, path)
    export_tools.save_json(tab)
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    saved = Graph.from_json(read_json(path))
    assert saved == Graph.from_json(tab.network.graph.to_json())

    tab.offers.rows["Small convolutional"].click()
    qtbot.waitUntil(lambda: tab.network.drawing.graph.name == "Small convolutional")
    export_tools.open_file(tab)
    qtbot.waitUntil(lambda: tab.network.drawing.graph.name == saved.name, timeout=PATIENCE_MS)

    desk.undo.undo()
    assert tab.network.graph.name == "Small convolutional"
    idle(qtbot, desk)


def test_an_onnx_file_becomes_the_network_and_the_footer_tells_of_its_weights(
    tab, qtbot, desk, tmp_path, monkeypatch, said
):
    pytest.importorskip("onnx")
    from tests.unit.export.onnx_models import Model

    m = Model((3, 20, 20))
    x = m.op("Flatten", m.op("GlobalAveragePool", m.op("Relu", m.conv("x", 3, 8))))
    path = m.save(tmp_path / "a.onnx", m.op("Gemm", x, m.random(8, 7)))
    choose(monkeypatch, path)
    export_tools.open_file(tab)
    qtbot.waitUntil(lambda: tab.network.graph.name == "made by hand", timeout=PATIENCE_MS)
    idle(qtbot, desk)

    blocks = [node.block for node in tab.network.graph.nodes]
    assert blocks == ["input", "convolution", "activation", "global_pool", "linear"]
    assert not tab.network.drawing.problems
    assert any("without its weights" in text for text in said)


@pytest.mark.parametrize(
    ("name", "data"), [("a.onnx", b"no network"), ("a.json", b"{}"), ("a.txt", b"")]
)
def test_what_is_no_network_is_refused_in_a_banner(
    tab, qtbot, desk, tmp_path, troubles, name, data
):
    (tmp_path / name).write_bytes(data)
    before = tab.network.graph
    export_tools.take_network(tab, tmp_path / name)
    idle(qtbot, desk)

    assert len(troubles) == 1
    assert tab.network.graph == before


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"format": 1, "name": "a", "nodes": 3}'])
def test_a_file_that_is_refused_is_named_with_what_to_do(tmp_path, data):
    path = tmp_path / "given.json"
    path.write_bytes(data)

    with pytest.raises(GraphError) as refused:
        export_tools.reading_work(path, contract=None)(lambda _event: None, None)

    assert "given.json" in refused.value.message
    assert refused.value.hint


def test_nothing_happens_when_the_dialog_is_left(tab, monkeypatch, desk):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a: ("", ""))
    jobs = len(desk.jobs)
    export_tools.save_source(tab)
    export_tools.save_json(tab)
    export_tools.open_file(tab)

    assert len(desk.jobs) <= jobs


def test_the_presets_are_what_a_json_file_may_hold(tmp_path):
    from deepdesk.export.graph_file import read_graph, write_graph

    for number, graph in enumerate([presets.small_cnn(), presets.tiny_vit()]):
        write_graph(tmp_path / f"{number}.json", graph)
        again = read_graph(tmp_path / f"{number}.json")
        assert again.to_json() == graph.to_json()
