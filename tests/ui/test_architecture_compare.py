"""Compare: the window as a person uses it, and its words; one test counts with torch."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Result
from deepdesk.core.work import StopToken
from deepdesk.nn import editing, presets
from deepdesk.nn.block import shape_text
from deepdesk.nn.comparing import differences
from deepdesk.nn.cost import cost
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.architecture import compare_window
from deepdesk.ui.tabs.architecture.compare_window import CompareWindow, open_compare
from deepdesk.ui.tabs.architecture.compare_words import ratio_text, said, summary, totals
from deepdesk.ui.tabs.architecture.compare_work import (
    Comparison,
    Pick,
    Side,
    compare_work,
)
from tests.ui.architecture_drawings import drawing, survey
from tests.ui.architecture_stage import PaperArchitecture

PATIENCE_MS = 5000
REAL_WORK = compare_work


def side(pick, **facts):
    graph = pick.graph or presets.small_cnn()
    return Side(pick=pick, drawing=drawing(graph), **facts)


def compared(before, after, one=None, two=None):
    sides = side(before, **(one or {})), side(after, **(two or {}))
    found = differences(sides[0].drawing.graph, sides[1].drawing.graph)
    return Comparison(before=sides[0], after=sides[1], differences=found)


@pytest.fixture
def asked(monkeypatch):
    """Return the pairs that were asked for; comparisons come at once."""
    calls = []

    def work(_project, _spec, _survey, picks):
        calls.append(tuple(pick.key for pick in picks))
        return lambda emit, _stop: emit(Result(value=compared(*picks)))

    monkeypatch.setattr(compare_window, "compare_work", work)
    return calls


@pytest.fixture
def show(qtbot, desk, make_project, asked, request):
    """Return a function that opens the window over a network and waits for it."""
    desk.show_project(Project.open(make_project()))

    def show_it(graph=None, **changes):
        tab = PaperArchitecture(desk, drawing(graph, **changes))
        qtbot.addWidget(tab)
        request.node.tab = tab  # it outlives the test, as a tab outlives its windows
        open_compare(tab)
        window = tab.findChild(CompareWindow)
        settle(qtbot, desk)
        return tab, window

    yield show_it
    settle(qtbot, desk)


def settle(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def close(qtbot, window):
    with qtbot.waitSignal(window.finished):
        window.close()


def changed_graph():
    graph = presets.small_cnn()
    graph = graph.with_node(graph.node("filters_2").with_settings(channels=96))
    return editing.inserted_after(graph, editing.new_node(graph, "dropout"), "pool")


def test_a_changed_network_is_first_compared_with_what_it_was_made_from(qtbot, show, asked):
    _tab, window = show(changed_graph(), base=presets.small_cnn())
    assert asked[-1] == ("offer Small convolutional", "current")
    assert window.page == "rows"
    assert window.summary.text() == "4 kept, 2 changed, 1 new."
    assert len(window.rows.rows) == 7
    window.rows.grab()
    close(qtbot, window)


def test_blocks_that_are_kept_can_be_left_out(qtbot, show):
    _tab, window = show(changed_graph(), base=presets.small_cnn())
    window.only.chip("different").click()
    assert {row.state for row in window.rows.rows} == {"changed", "new"}
    window.only.chip("different").click()
    assert len(window.rows.rows) == 7
    close(qtbot, window)


def test_other_networks_are_chosen_with_the_keyboard(qtbot, desk, show, asked):
    _tab, window = show()
    box = window.sides[1]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(box.currentIndex())
    settle(qtbot, desk)
    assert asked[-1] == ("offer Small convolutional", "offer Residual, small")
    close(qtbot, window)


def test_runs_are_on_offer_and_a_new_one_joins_them(qtbot, desk, show, asked):
    desk.project.runs.new("quick", {})
    _tab, window = show()
    box = window.sides[0]
    assert box.findData("run 001-quick") > 0
    box.choose(box.findData("run 001-quick"))
    settle(qtbot, desk)
    assert asked[-1][0] == "run 001-quick"
    desk.project.runs.new("best", {})
    desk.runs_changed.emit("002-best")
    settle(qtbot, desk)
    assert box.itemText(box.findData("run 002-best")) == "Run 002 best"
    assert box.pick.key == "run 001-quick"
    close(qtbot, window)


def test_a_network_from_a_file_is_compared_and_a_bad_file_refused(
    qtbot, desk, show, asked, tmp_path
):
    _tab, window = show()
    good, bad = tmp_path / "net.json", tmp_path / "bad.json"
    good.write_text(json.dumps(presets.residual().to_json()))
    bad.write_text("[1]")
    box = window.sides[0]
    window.take_file(box, good)
    settle(qtbot, desk)
    assert asked[-1][0] == f"file {good}"
    assert box.currentText() == "net.json"
    window.take_file(box, bad)
    settle(qtbot, desk)
    assert not window.refusal.isHidden()
    assert box.pick.key == f"file {good}"
    close(qtbot, window)


def test_the_file_entry_asks_for_a_file_and_keeps_the_choice_when_none_is_given(
    qtbot, show, monkeypatch
):
    _tab, window = show()
    monkeypatch.setattr(compare_window.QFileDialog, "getOpenFileName", lambda *_given: ("", ""))
    box = window.sides[0]
    before = box.pick.key
    box.choose(box.count() - 1)
    assert box.pick.key == before
    assert box.currentData() == before
    close(qtbot, window)


def test_a_change_on_the_canvas_is_followed(qtbot, desk, show, asked):
    tab, window = show(presets.small_cnn(), base=presets.small_cnn())
    count = len(asked)
    tab.network.drawing = drawing(changed_graph(), base=presets.small_cnn())
    tab.network.drawn.emit(tab.network.drawing)
    settle(qtbot, desk)
    assert len(asked) == count + 1
    assert any(row.state == "new" and row.node.id == "dropout" for row in window.rows.rows)
    close(qtbot, window)


def test_what_cannot_be_compared_is_said(qtbot, desk, show, monkeypatch):
    def fails(*_given):
        def work(_emit, _stop):
            raise DeepDeskError("The saved run has no legal graph.", "Start a new run.")

        return work

    monkeypatch.setattr(compare_window, "compare_work", fails)
    _tab, window = show()
    assert window.page == "error"
    assert window.error.sentence.text() == "The saved run has no legal graph."
    assert window.totals.isHidden()
    close(qtbot, window)


def test_a_changed_block_is_said_with_old_and_new_values():
    found = {d.node.id: d for d in differences(presets.small_cnn(), changed_graph())}
    assert said(found["filters_2"]) == "Channels 64 → 96"
    shapes = (shape_text((channels, 8, 8)) for channels in (64, 96))
    assert said(found["filters_3"]) == "Takes " + " → ".join(shapes)
    assert said(found["stem"]) == said(found["dropout"]) == ""
    graph = presets.small_cnn()
    other = graph.with_node(graph.node("stem").with_settings(pool="none", activation="gelu"))
    stem = next(d for d in differences(graph, other) if d.node.id == "stem")
    assert said(stem) == "Activation ReLU → GELU, Pool Maximum → None"


def test_equal_networks_are_said_to_be_the_same():
    found = differences(presets.small_cnn(), presets.small_cnn())
    assert summary(found) == "The two networks are the same, block by block."


def test_totals_stand_side_by_side_with_their_ratio():
    one = Pick(key="a", title="A", graph=presets.small_cnn())
    two = Pick(key="b", title="B", graph=presets.residual())
    facts = {"seconds_per_epoch": 10.0, "score": 0.5, "metric": "accuracy"}
    more = {"seconds_per_epoch": 25.0, "score": 0.625, "metric": "accuracy"}
    rows = {row[0]: row[1:] for row in totals(compared(one, two, facts, more))}
    assert rows["Parameters"] == ("150", "210", "1.40 times")
    assert rows["Time per epoch"][2] == "2.50 times"
    assert rows["Accuracy"][2] == "+12.5 points"
    alone = {row[0]: row[1:] for row in totals(compared(one, two, None, more))}
    assert alone["Accuracy"][0] == "\N{EN DASH}"
    assert alone["Accuracy"][2] == alone["Time per epoch"][2] == ""
    assert "Time per epoch" not in {row[0] for row in totals(compared(one, two))}


def test_ratios_are_said_in_few_digits():
    assert ratio_text(100, 100.2) == "the same"
    assert ratio_text(100, 50) == "0.50 times"
    assert ratio_text(1, 1234) == "1,234 times"
    assert ratio_text(0, 5) == ratio_text(None, 5) == ratio_text(5, None) == ""
    assert ratio_text(1e6, 1) == "next to nothing"


@pytest.mark.slow
def test_real_totals_are_those_of_the_cost_of_each_network(desk, make_project):
    desk.show_project(Project.open(make_project()))
    given = survey()
    picks = (
        Pick(key="a", title="A", graph=presets.small_cnn()),
        Pick(key="b", title="B", graph=changed_graph()),
    )
    events = []
    REAL_WORK(desk.project, desk.spec, given, picks)(events.append, StopToken())
    found = next(event.value for event in events if isinstance(event, Result))
    for one, pick in zip((found.before, found.after), picks, strict=True):
        known = cost(pick.graph, given.contract, given.batch_size)
        assert one.drawing.total.parameters == known.parameters
        assert one.drawing.total.flops == known.flops // given.batch_size
    assert summary(found.differences) == "4 kept, 2 changed, 1 new."
    unknown = replace(picks[0], graph=None, run="009-quick")
    with pytest.raises(DeepDeskError, match="no run"):
        REAL_WORK(desk.project, desk.spec, given, (picks[0], unknown))(events.append, StopToken())
