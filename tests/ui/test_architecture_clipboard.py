"""Blocks through the clipboard: between projects, as text, and from strangers."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from deepdesk.core.errors import GraphError
from deepdesk.nn.editing import part
from deepdesk.ui.tabs.architecture import clipboard
from deepdesk.ui.tabs.architecture.pieces import Pieces
from tests.ui.architecture_drawings import skip_graph
from tests.ui.editing_stage import Stage


@pytest.fixture
def stage(qtbot, desk):
    return Stage(qtbot, desk, skip_graph(stride=1))


@pytest.fixture
def pieces(stage):
    return Pieces(stage.editor)


def put_text(text):
    data = QMimeData()
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)


def test_what_is_put_is_taken_again_and_is_text_as_well(qapp):
    piece = part(skip_graph(stride=1), {"stem", "middle"})
    clipboard.put(piece)

    assert clipboard.taken().to_json() == piece.to_json()
    text = QGuiApplication.clipboard().text()
    assert [node["id"] for node in json.loads(text)["nodes"]] == ["stem", "middle"]

    put_text(text)
    assert clipboard.taken().to_json() == piece.to_json()


@pytest.mark.parametrize(
    "text",
    [
        "a letter to a friend",
        "{",
        "[" * 100_000,
        '{"format": 1, "nodes": NaN}',
        json.dumps({"format": 1, "name": "x", "nodes": [{"id": "a", "block": "os"}], "edges": []}),
        "{" + " " * (3 << 20),
    ],
)
def test_foreign_text_is_refused_and_changes_nothing(stage, pieces, text):
    put_text(text)
    stage.select("stem")

    with pytest.raises(GraphError):
        clipboard.taken()
    assert not pieces.paste()
    assert stage.network.texts == []
    assert stage.said[-1]


def test_copied_blocks_are_pasted_after_the_focus_with_free_ids(stage, pieces):
    stage.select("middle")
    pieces.copy()
    assert stage.said[-1] == "Copied Convolution"
    stage.select("stem")

    assert pieces.paste()

    assert {("stem", "middle_2"), ("middle_2", "middle"), ("middle_2", "add")} <= stage.pairs()
    assert stage.canvas.selected == "middle_2"


def test_a_whole_chain_is_duplicated_behind_itself_and_selected(stage, pieces):
    stage.select("stem", "middle")

    assert pieces.duplicate()

    assert {("middle", "stem_2"), ("stem_2", "middle_2"), ("middle_2", "add")} <= stage.pairs()
    assert set(stage.canvas.selection) == {"stem_2", "middle_2"}
    assert stage.network.texts == ["Duplicated 2 blocks"]


def test_cut_takes_blocks_away_and_paste_brings_them_back(stage, pieces):
    stage.select("pool")

    assert pieces.cut()
    assert "pool" not in stage.flow
    stage.select("add")
    assert pieces.paste()

    assert {("add", "pool"), ("pool", "classes")} <= stage.pairs()


def test_the_input_is_not_pasted_twice(stage, pieces):
    stage.select("picture")
    pieces.copy()

    assert not pieces.paste()
    assert "input" in stage.said[-1]
