"""The welcome page: tasks, projects used last, and a run that was cut off."""

from __future__ import annotations

import dataclasses
from datetime import datetime

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from deepdesk.core.events import Result
from deepdesk.project.folder import Project
from deepdesk.project.recent import remember
from deepdesk.tasks import all_tasks
from deepdesk.ui.project_works import figure_words, sample_making, task_for
from deepdesk.ui.recent_list import image_of
from deepdesk.ui.welcome import WelcomePage
from deepdesk.ui.welcome_facts import (
    InterruptedRun,
    RecentRow,
    WelcomeFacts,
    arrow_of,
    day_words,
    interrupted_in,
)
from deepdesk.ui.widgets.buttons import SmallButton, SmallPrimaryButton

PATIENCE_MS = 10_000
SPEC = all_tasks()["image_classification"]


@pytest.fixture
def page(qtbot, desk):
    page = WelcomePage(desk)
    qtbot.addWidget(page)
    page.resize(1280, 720)
    page.show()
    return page


def tasks(count):
    return tuple(dataclasses.replace(SPEC, card=f"Task {number}") for number in range(count))


def run(tmp_path):
    return InterruptedRun(
        project=tmp_path, project_name="Pets", run="003-balanced", title="003 balanced", step=1240
    )


def test_every_task_has_a_card_and_those_beyond_nine_a_chip(page):
    page.show_facts(WelcomeFacts(tasks=tasks(11)))

    assert [card.text() for card in page.cards] == [f"Task {number}" for number in range(9)]
    assert [chip.text() for chip in page.chips] == ["Task 9", "Task 10"]


def test_in_the_smallest_window_both_sides_are_seen_without_scrolling(qtbot, page):
    page.first_start.show()
    page.resize(960, 520)
    page.show_facts(WelcomeFacts(tasks=tasks(6)))

    def columns():
        return len({card.mapTo(page, QPoint(0, 0)).x() for card in page.cards})

    qtbot.waitUntil(lambda: page.horizontalScrollBar().maximum() == 0, timeout=PATIENCE_MS)
    assert columns() == 2

    page.resize(1280, 720)
    qtbot.waitUntil(lambda: columns() == 3, timeout=PATIENCE_MS)


def test_filling_shows_the_tasks_found_and_projects_used_last(qtbot, page, make_project):
    with Project.open(make_project("Pets", rows=4)) as project:
        remember(project, samples=4, metric="81.4 %")

    with qtbot.waitSignal(page.filled, check_params_cb=lambda facts: facts.is_whole):
        page.fill()

    assert [card.spec.key for card in page.cards] == list(all_tasks())[:9]
    assert [button.text() for button in page.recent] == ["Pets"]
    assert page.recent[0].row.note == "Image classification · 4 samples"


def test_a_click_on_a_project_promises_its_path(qtbot, page, tmp_path):
    row = RecentRow(path=tmp_path, name="Pets", note="", metric="", when="today")
    page.show_facts(WelcomeFacts(tasks=tasks(1), recent=(row,)))

    with qtbot.waitSignal(page.project_chosen) as told:
        qtbot.mouseClick(page.recent[0], Qt.MouseButton.LeftButton)

    assert told.args == [tmp_path]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_card_offers_a_folder_the_sample_and_an_empty_project(qtbot, page):
    page.show_facts(WelcomeFacts(tasks=(SPEC,)))
    qtbot.mouseClick(page.cards[0], Qt.MouseButton.LeftButton)
    menu = page.findChild(QMenu)
    folder, sample, empty = menu.actions()

    with qtbot.waitSignal(page.data_asked) as told:
        folder.trigger()
    assert told.args == [SPEC]
    with qtbot.waitSignal(page.sample_asked) as told:
        sample.trigger()
    assert told.args == [SPEC]
    with qtbot.waitSignal(page.empty_asked) as told:
        empty.trigger()
    assert told.args == [SPEC]
    menu.close()


def test_a_task_without_a_sample_goes_straight_to_its_data(qtbot, page):
    bare = dataclasses.replace(SPEC, sample=None)
    page.show_facts(WelcomeFacts(tasks=(bare,)))

    with qtbot.waitSignal(page.data_asked) as told:
        qtbot.keyClick(page.cards[0], Qt.Key.Key_Space)

    assert told.args == [bare]


def test_open_asks_for_a_project(qtbot, page):
    button = next(b for b in page.findChildren(SmallButton) if b.text() == "Open...")

    with qtbot.waitSignal(page.open_asked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_an_interrupted_run_is_offered_and_resumed(qtbot, page, tmp_path):
    cut_off = run(tmp_path)
    page.show_facts(WelcomeFacts(tasks=tasks(1), interrupted=cut_off))
    assert page.interrupted.isVisible()

    with qtbot.waitSignal(page.resume_asked) as told:
        button = page.interrupted.findChild(SmallPrimaryButton)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert told.args == [cut_off]


def test_keeping_a_run_as_it_is_takes_its_card_away(qtbot, page, tmp_path):
    cut_off = run(tmp_path)
    page.show_facts(WelcomeFacts(tasks=tasks(1), interrupted=cut_off))

    with qtbot.waitSignal(page.keep_asked) as told:
        button = page.interrupted.findChild(SmallButton)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    assert told.args == [cut_off]
    assert not page.interrupted.isVisible()


def test_no_interrupted_run_no_card(page):
    page.show_facts(WelcomeFacts(tasks=tasks(1)))

    assert not page.interrupted.isVisible()


def test_a_run_whose_process_is_gone_is_found(make_project):
    path = make_project()
    with Project.open(path) as project:
        run = project.runs.new("balanced", {})
        run.update(status="running", step=120)

    found = interrupted_in(path, "Pets")

    assert (found.run, found.step, found.title) == (run.path.name, 120, "001 balanced")


def test_a_folder_that_is_gone_has_no_interrupted_run(tmp_path):
    assert interrupted_in(tmp_path / "gone", "Gone") is None


@pytest.mark.parametrize(
    ("iso", "words"),
    [
        ("2026-05-10T23:59:00", "today"),
        ("2026-05-09T00:01:00", "yesterday"),
        ("2026-05-07T12:00:00", "3 days ago"),
        ("2026-03-01T12:00:00", "2026-03-01"),
        ("2027-01-01T12:00:00", "today"),
        ("not a day", ""),
    ],
)
def test_days_are_told_in_words(iso, words):
    assert day_words(iso, datetime(2026, 5, 10, 12, 0)) == words


def test_a_card_says_what_goes_in_and_comes_out():
    assert arrow_of(SPEC) == "Image \N{RIGHTWARDS ARROW} label"


def test_pixels_become_the_same_image():
    pixels = np.random.default_rng(0).integers(0, 256, (3, 5, 3), dtype=np.uint8)

    image = image_of(pixels)

    assert (image.width(), image.height()) == (5, 3)
    colour = image.pixelColor(QPoint(4, 2))
    assert (colour.red(), colour.green(), colour.blue()) == tuple(pixels[2, 4])


def test_files_decide_which_task_is_proposed(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.JPG").touch()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "b.xyz").touch()

    assert task_for([tmp_path], all_tasks()) == "image_classification"
    assert task_for([tmp_path / "notes"], all_tasks()) == ""


def test_a_projects_best_figure_is_written_with_its_unit():
    assert figure_words("accuracy", {"accuracy": 0.8, "test_accuracy": 0.814}).startswith("81.4")
    assert figure_words("mean_iou", {"mean_iou": 0.5}).startswith("mean IoU 50.0")
    assert figure_words("accuracy", {}) == ""


@pytest.mark.slow
def test_the_sample_project_is_made_whole_and_only_once(qtbot, desk, tmp_path):
    told = []
    for _time in range(2):
        job = desk.start(sample_making(SPEC, tmp_path), "welcome", on_event=told.append)
        assert job.wait(30_000)

    paths = [event.value for event in told if isinstance(event, Result)]
    with Project.open(paths[-1]) as project, project.index() as index:
        assert index.count() > 1000
        assert len(index.classes()) == 10
        assert project.file.task_settings["flip"] is False
