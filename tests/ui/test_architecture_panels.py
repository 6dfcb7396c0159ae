"""The columns and strips around the canvas."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest

from deepdesk.core.events import Ended, Progress
from deepdesk.nn import presets
from deepdesk.nn.backbone_facts import BACKBONES
from deepdesk.nn.block import shape_text
from deepdesk.ui.tabs.architecture import weights_strip
from deepdesk.ui.tabs.architecture.block_panel import BlockPanel
from deepdesk.ui.tabs.architecture.drawing import Cost, Offer
from deepdesk.ui.tabs.architecture.network_list import NetworkList
from deepdesk.ui.tabs.architecture.offers import PLAIN, SCRATCH, TRAINED, listed
from deepdesk.ui.tabs.architecture.toolbar import Toolbar
from deepdesk.ui.tabs.architecture.totals import Totals
from deepdesk.ui.tabs.architecture.weights_strip import WeightsStrip
from tests.ui.architecture_drawings import GB, drawing, skip_graph, survey


@pytest.fixture
def panel(qtbot):
    panel = BlockPanel()
    qtbot.addWidget(panel)
    panel.show()
    return panel


@pytest.fixture
def networks(qtbot):
    networks = NetworkList()
    qtbot.addWidget(networks)
    networks.offer(listed(survey()))
    return networks


def write(panel, key, text):
    editor = panel.form.row(key).editor
    editor.selectAll()
    QTest.keyClicks(editor, text)


def preset_drawing(**settings):
    """Return the drawing of a preset of which one stage was set."""
    base = presets.residual()
    stage = base.node("stage_1").with_settings(**settings)
    return drawing(base.with_node(stage), base=base)


def test_the_panel_tells_what_a_block_is_for_and_what_it_takes(panel):
    made = drawing()
    panel.show_block(made, "stage_1")

    assert panel.heading.text() == "Residual stage"
    assert made.graph.node("stage_1").kind.summary in panel.sentence.text()
    assert panel.shapes.text().startswith(shape_text((32, 32, 32)))
    assert panel.shapes.text().endswith(shape_text((64, 16, 16)))
    assert panel.formula.text() == made.graph.node("stage_1").kind.formula


def test_shares_of_the_panel_are_those_of_the_block(panel):
    panel.show_block(drawing(), "stage_1")

    assert [row.share for row in panel.shares.rows] == pytest.approx([2 / 21] * 3)


def test_the_paper_opens_only_when_its_link_is_followed(panel, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    panel.show_block(drawing(), "stage_1")
    assert not opened

    panel.sentence.linkActivated.emit("https://example.org/paper")

    assert opened == ["https://example.org/paper"]


def test_a_backbone_links_to_the_paper_of_its_network(panel):
    panel.show_block(drawing(presets.backbone("convnext_tiny", side_px=32)), "backbone")

    assert BACKBONES["convnext_tiny"].paper in panel.sentence.text()


def test_a_written_setting_is_told_once_when_writing_pauses(panel, qtbot):
    panel.show_block(preset_drawing(), "stage_1")
    told = []
    panel.edited.connect(told.append)
    write(panel, "channels", "96")
    assert not told

    qtbot.waitUntil(lambda: bool(told))

    assert [(node_id, config.channels) for node_id, config in told] == [("stage_1", 96)]


def test_going_to_another_block_tells_what_was_written_at_once(panel):
    made = preset_drawing()
    panel.show_block(made, "stage_1")
    told = []
    panel.edited.connect(told.append)
    write(panel, "channels", "96")
    panel.show_block(made, "stage_2")

    assert [config.channels for _id, config in told] == [96]
    assert panel.form.value().channels == 128


def test_an_illegal_setting_is_said_beside_it_and_never_told(panel):
    panel.show_block(preset_drawing(), "stage_1")
    told = []
    panel.edited.connect(told.append)
    write(panel, "channels", "-4")
    panel.flush()

    assert not told
    assert panel.form.row("channels").error.text()


def test_a_setting_that_differs_from_the_preset_wears_a_badge(panel):
    panel.show_block(preset_drawing(channels=96), "stage_1")

    assert panel.form.changed_keys() == ("channels",)


def test_the_form_follows_what_was_taken_back(panel):
    panel.show_block(preset_drawing(channels=96), "stage_1")
    panel.show_block(preset_drawing(), "stage_1")

    assert panel.form.value().channels == 64
    assert not panel.form.changed_keys()


def test_what_the_data_fills_in_is_not_asked_for(panel):
    panel.show_block(drawing(), "classes")
    assert panel.form.row("classes").isHidden()

    panel.show_block(drawing(), "picture")
    assert panel.form is None
    assert not panel.hint.isHidden()


def test_the_panel_of_a_block_at_fault_says_why(panel):
    panel.show_block(drawing(skip_graph()), "add")

    assert "Add takes equal shapes" in panel.problem.text()
    assert {row.figure for row in panel.shares.rows} == {"\N{EN DASH}"}


def test_networks_stand_in_groups_in_the_order_of_the_task(qtbot):
    graphs = [presets.residual(), presets.backbone("resnet18"), presets.tiny_vit()]
    given = survey(graphs={graph.name: graph for graph in graphs})

    assert [offer.group for offer in listed(given)] == [SCRATCH, PLAIN, SCRATCH]
    trained = presets.backbone("resnet18", pretrained=True)
    assert listed(survey(graphs={"x": trained}))[0].group == TRAINED


def test_the_network_of_the_project_is_marked(networks):
    networks.show_drawing(preset_drawing())

    assert [name for name, row in networks.rows.items() if row.isChecked()] == ["Residual, small"]


def test_a_changed_preset_says_so_in_its_row(networks):
    networks.show_drawing(preset_drawing(channels=96))
    assert networks.rows["Residual, small"].line() == "changed"

    networks.show_drawing(preset_drawing())
    assert networks.rows["Residual, small"].line() != "changed"


def test_a_row_tells_parameters_and_what_has_to_be_downloaded(networks):
    offer = Offer(
        name="Small convolutional",
        group=SCRATCH,
        family="blocks",
        tip="",
        blocks=6,
        cost=Cost(parameters=94_762, flops=20_000_000, memory_bytes=1),
        download_bytes=47_000_000,
    )
    networks.show_offer(offer)
    row = networks.rows["Small convolutional"]

    assert "94.8" in row.accessibleName()
    assert "47" in row.line()
    assert "download" in row.line()


def test_a_network_of_a_file_has_a_row_while_it_is_drawn(networks):
    networks.show_drawing(drawing(skip_graph()))
    assert "Skip" in networks._own.accessibleName()
    assert networks._own.isChecked()

    networks.show_drawing(preset_drawing())
    assert networks._own is None


def test_choosing_a_row_names_the_network(networks, qtbot):
    networks.show()
    row = networks.rows["Small convolutional"]
    row.setFocus()

    with qtbot.waitSignal(networks.picked) as told:
        qtbot.keyClick(row, Qt.Key.Key_Space)

    assert told.args == ["Small convolutional"]


def test_totals_tell_the_sums_and_the_memory_of_this_machine(qtbot):
    totals = Totals("picture")
    qtbot.addWidget(totals)
    totals.show_drawing(drawing())

    assert totals.parameters.value.text() == "210"
    assert totals.operations.name.text() == "Per picture"
    assert totals.memory.bar.share == pytest.approx(6 / 24)
    assert totals.memory.name.text() == "Memory at batch 128"


def test_totals_of_a_network_at_fault_are_not_known(qtbot):
    totals = Totals("picture")
    qtbot.addWidget(totals)
    totals.show_drawing(drawing(skip_graph()))

    assert totals.parameters.value.text() == "\N{EN DASH}"
    assert totals.memory.bar.share == 0.0


@pytest.mark.parametrize(("used", "role"), [(1, "good"), (20, "warn"), (23.5, "bad")])
def test_the_bar_warns_before_memory_runs_out(qtbot, used, role):
    totals = Totals("picture")
    qtbot.addWidget(totals)
    totals.show_drawing(drawing(memory_bytes=int(used * GB)))

    assert totals.memory.bar._role == role


def test_reset_is_offered_only_for_a_changed_preset(qtbot):
    totals = Totals("picture")
    qtbot.addWidget(totals)
    for made, is_offered in (
        (preset_drawing(), False),
        (preset_drawing(channels=96), True),
        (drawing(skip_graph()), False),
    ):
        totals.show_drawing(made)
        assert totals.reset.isHidden() != is_offered


def test_the_search_field_marks_a_search_without_a_hit(qtbot):
    toolbar = Toolbar()
    qtbot.addWidget(toolbar)
    toolbar.search.setText("nowhere")
    toolbar.search.show_hit(is_hit=False)
    assert toolbar.search.property("wrong")

    toolbar.search.show_hit(is_hit=True)
    assert not toolbar.search.property("wrong")


def test_blocks_are_found_by_title_settings_and_id():
    made = drawing()

    assert made.matches("RESIDUAL") == ["stage_1", "stage_2", "stage_3"]
    assert made.matches("maximum") == ["pool"]
    assert made.matches("  ") == []


@pytest.fixture
def strip(qtbot, desk, monkeypatch):
    """Return a strip whose download hangs after a tenth until it is stopped."""

    def endless(_name, _file):
        def work(emit, stop):
            emit(Progress(what="Downloading", done=10**6, total=10**7))
            while True:
                stop.check()
                threading.Event().wait(0.005)

        return work

    monkeypatch.setattr(weights_strip, "weights_work", endless)
    strip = WeightsStrip(desk)
    qtbot.addWidget(strip)
    strip.show_missing(("resnet18",))
    return strip


def test_missing_weights_are_offered_with_size_and_licence(strip):
    assert "ResNet-18" in strip.sentence.text()
    assert "47" in strip.facts.text()
    assert "BSD" in strip.facts.text()


def test_a_download_shows_how_far_it_is_and_can_be_cancelled(strip, qtbot):
    strip.fetch()
    qtbot.waitUntil(lambda: strip.busy.bar.share > 0)
    assert "MB" in strip.busy.count.text()

    with qtbot.waitSignal(strip.fetched):
        strip.busy.button.click()

    assert not strip.is_fetching


def test_a_failed_download_says_why(strip, qtbot, desk, monkeypatch):
    def refused(_name, _file):
        def work(_emit, _stop):
            from deepdesk.core.errors import StorageError

            raise StorageError("The download broke off.", "Try again.")

        return work

    monkeypatch.setattr(weights_strip, "weights_work", refused)
    with qtbot.waitSignals([desk.troubled, strip.fetched]):
        strip.fetch()

    assert not strip.is_fetching
    assert strip.busy.isHidden()


def test_the_end_of_a_download_is_said(strip, qtbot, desk):
    said = []
    desk.said.connect(said.append)
    strip._ended(Ended())

    assert said[0].text == "The weights of ResNet-18 are here now."
