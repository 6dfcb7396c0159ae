"""What each class counts from, shown with the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from deepdesk.engine.thresholds import FIT_FILE, kept_thresholds
from deepdesk.project.runs import RunInfo
from deepdesk.project.safe_write import write_json
from deepdesk.ui.tabs.training.run_details import RunDetails
from deepdesk.ui.tabs.training.thresholds import ThresholdsDialog

FIT = {
    "temperature": 0.5,
    "threshold:cat": 0.25,
    "precision:cat": 0.9,
    "recall:cat": 1.0,
    "threshold:dog": 0.5,
    "precision:dog": 0.5,
    "recall:dog": 0.5,
}


@pytest.fixture
def details(qtbot):
    made = RunDetails()
    qtbot.addWidget(made)
    return made


def shown(qtbot, details, thresholds):
    info = RunInfo(name="001-quick", path=Path("001-quick"), status="finished")
    details.show_run(info, {"thresholds": thresholds}, is_idle=True)
    return details


def test_a_click_shows_what_each_class_counts_from_the_weakest_first(qtbot, details, tmp_path):
    write_json(tmp_path / FIT_FILE, FIT)
    shown(qtbot, details, kept_thresholds(tmp_path))

    qtbot.mouseClick(details.thresholds, Qt.MouseButton.LeftButton)
    dialog = details.findChild(ThresholdsDialog)

    rows = [[dialog.table.item(row, at).text() for at in range(4)] for row in range(2)]
    assert rows == [
        ["dog", "50\u202f%", "50.0\u202f%", "50.0\u202f%"],
        ["cat", "25\u202f%", "90.0\u202f%", "100.0\u202f%"],
    ]
    dialog.accept()


def test_runs_without_thresholds_offer_none(qtbot, details, tmp_path):
    assert not shown(qtbot, details, kept_thresholds(tmp_path)).thresholds.isVisibleTo(details)


def test_a_damaged_file_shows_nothing(tmp_path):
    (tmp_path / FIT_FILE).write_text("{ half", encoding="utf-8")

    assert kept_thresholds(tmp_path) == {}
