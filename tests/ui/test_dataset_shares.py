"""Shares that a person asked for are asked for again, whatever whole speakers made of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.tabs.dataset.split_panel import SplitPanel
from tests.ui.test_dataset_origins import overview

SPEAKER = ("speaker", "speakers")


@pytest.fixture
def panel(qtbot):
    made = SplitPanel()
    qtbot.addWidget(made)
    made.keep.name_origins(SPEAKER)
    made.asked = []
    made.draw_asked.connect(made.asked.append)
    return made


def whole(**facts):
    return overview((7, 0, 0), (0, 2, 0), (0, 0, 1), keeps_origins=True, **facts)


def test_a_draw_again_asks_for_what_was_asked_for_before(panel):
    panel.show_overview(whole())
    panel.bar.chosen.emit((80, 10, 10))
    panel.show_overview(whole())
    panel.keep_together()
    assert [draw.shares for draw in panel.asked] == [(80, 10, 10), (80, 10, 10)]


def test_it_is_said_what_whole_speakers_made_of_the_shares(panel):
    panel.show_overview(whole())
    assert "Asked for" not in panel.sentence.text()
    panel.bar.chosen.emit((80, 10, 10))
    panel.show_overview(whole())
    given = " : ".join(map(str, panel.bar.shares))
    assert f"Asked for 80 : 10 : 10, whole speakers give {given}." in panel.sentence.text()


def test_speakers_kept_together_at_import_are_drawn_anew_by_the_usual_shares(panel, qtbot):
    panel.show_overview(whole())
    qtbot.mouseClick(panel.keep.switch, Qt.MouseButton.LeftButton)
    assert panel.asked[0].shares == (70, 15, 15)
    assert panel.asked[0].kept == ""


def test_without_known_speakers_the_shares_on_screen_are_drawn(panel):
    panel.show_overview(Overview(counts={(1, "train"): 8, (1, "validation"): 2}))
    panel._ask()
    assert panel.asked[0].shares == (80, 20, 0)
