"""The set-up window, driven as a person does: nothing is fetched before the main button."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Progress, Result, Said
from deepdesk.launcher.hardware import Gpu
from deepdesk.ui.set_up import window as window_module
from deepdesk.ui.set_up.found import Asked
from deepdesk.ui.widgets.chip import Tag
from tests.ui.set_up_stage import (
    FULL,
    NO_NETWORK,
    READY,
    SIZES,
    WITH_CARD,
    WITHOUT,
    PaperWorks,
    found,
    window_of,
)

PATIENCE_MS = 10_000
FETCHING = Progress(what="Fetching packages", done=1_300_000_000, total=SIZES["cu132"])
PASSED_OVER = dataclasses.replace(
    READY, backend="cpu", passed_over=(("cu132", "The card is unknown."),)
)


@pytest.fixture(autouse=True)
def starts_at_once(monkeypatch):
    monkeypatch.setattr(window_module, "START_MS", 0)


@pytest.fixture
def opened(qtbot):
    """Return a function that opens a window over works of paper and waits for the offer."""
    made = []

    def open_window(works, asked=None, *, shows="offer"):
        window = window_of(works, asked)
        made.append(window)
        window.show()
        window.look()
        qtbot.waitUntil(lambda: window.page is getattr(window, shows), timeout=PATIENCE_MS)
        return window

    yield open_window
    for window in made:
        job = window.jobs.job
        window.jobs.drop()
        window.work.rest()
        window.hide()
        window.deleteLater()
        if job is not None:
            job.wait(PATIENCE_MS)


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def until(qtbot, window, page):
    qtbot.waitUntil(lambda: window.page is page and window.jobs.job is None, timeout=PATIENCE_MS)


def test_a_card_is_named_with_its_memory_and_driver_and_what_it_costs(opened):
    window = opened(PaperWorks())
    (name, note) = window.offer.machine.rows[0]

    assert name.text() == "NVIDIA GeForce RTX 4090"
    assert "24\N{NO-BREAK SPACE}GB of memory, driver 581.42" in note.text()
    assert window.offer.plan.choice.text() == "NVIDIA graphics card (CUDA 13.2)"
    assert window.offer.plan.fetched.value.text() == "3.3\N{NO-BREAK SPACE}GB"
    assert window.offer.plan.free.value.text() == "212\N{NO-BREAK SPACE}GB"
    assert str(found().runtime) in window.offer.plan.place.text()
    assert window.offer.accept.text() == "Fetch 3.3\N{NO-BREAK SPACE}GB and set up"


def test_without_a_card_the_processor_is_offered(opened):
    window = opened(PaperWorks(found(WITHOUT)))

    assert window.offer.machine.rows[0][0].text().startswith("No graphics card")
    assert window.offer.fetch.choice.backend == "cpu"
    assert window.offer.accept.text() == "Fetch 412\N{NO-BREAK SPACE}MB and set up"


def test_many_cards_are_counted_behind_the_third(opened):
    cards = tuple(Gpu(name=f"NVIDIA H100 {n}", maker="nvidia") for n in range(8))
    window = opened(PaperWorks(found(dataclasses.replace(WITH_CARD, gpus=cards))))

    assert [name.text() for name, _note in window.offer.machine.rows][-1] == "and 5 more"


def test_nothing_is_installed_before_the_main_button_is_clicked(qtbot, opened):
    works = PaperWorks(waits=True)
    window = opened(works)
    assert works.plans == []

    click(qtbot, window.offer.accept)

    assert [choice.backend for choice in works.plans[0].choices[:3]] == ["cu132", "cu130", "cu126"]
    assert works.plans[0].wheels is None
    assert window.page is window.work


def test_enter_presses_the_main_button(qtbot, opened):
    works = PaperWorks(waits=True)
    window = opened(works)

    qtbot.keyClick(window, Qt.Key.Key_Return)

    assert len(works.plans) == 1


def test_enter_on_another_button_presses_that_one(qtbot, opened):
    works = PaperWorks()
    window = opened(works)
    window.offer.refuse.setFocus(Qt.FocusReason.TabFocusReason)

    with qtbot.waitSignal(window.finished) as told:
        qtbot.keyClick(window.offer.refuse, Qt.Key.Key_Return)

    assert told.args == [None]
    assert works.plans == []


def test_another_choice_changes_what_is_fetched_and_what_is_fallen_back_to(qtbot, opened):
    works = PaperWorks(waits=True)
    window = opened(works)
    click(qtbot, window.offer.choices.line)
    processor = next(b for b in window.offer.choices.buttons if b.text() == "Processor alone")

    qtbot.keyClick(processor, Qt.Key.Key_Space)
    assert window.offer.accept.text() == "Fetch 412\N{NO-BREAK SPACE}MB and set up"
    click(qtbot, window.offer.accept)

    assert works.plans[0].choices[0].backend == "cpu"


def test_looking_again_keeps_what_was_chosen(qtbot, opened):
    works = PaperWorks()
    window = opened(works)
    window.offer.choices.set_open(True)
    click(qtbot, next(b for b in window.offer.choices.buttons if b.text() == "Processor alone"))

    click(qtbot, window.offer.machine.link)
    until(qtbot, window, window.offer)

    assert works.looks == 2
    assert window.offer.fetch.choice.backend == "cpu"


def test_progress_shows_bytes_and_the_window_its_share(qtbot, opened):
    window = opened(PaperWorks(events=[FETCHING], waits=True))

    click(qtbot, window.offer.accept)
    qtbot.waitUntil(lambda: window.work.percent.text() != "", timeout=PATIENCE_MS)

    assert window.work.count.text() == "1.3 of 3.3\N{NO-BREAK SPACE}GB"
    assert window.work.left.text() == ""  # nothing is measured after one event
    assert window.windowTitle() == "39\N{THIN SPACE}% - DeepDesk"
    assert window.work.steps.dots["Fetch"].state == "working"


def test_cancel_stops_the_work_and_offers_again(qtbot, opened):
    works = PaperWorks(events=[FETCHING], waits=True)
    window = opened(works)
    click(qtbot, window.offer.accept)

    click(qtbot, window.work.cancel)
    assert window.work.cancel.text() == "Stopping"
    until(qtbot, window, window.offer)

    assert works.looks == 2
    assert window.windowTitle() == "DeepDesk"


def test_closing_while_it_works_ends_the_work_first(qtbot, opened):
    window = opened(PaperWorks(events=[FETCHING], waits=True))
    click(qtbot, window.offer.accept)

    with qtbot.waitSignal(window.finished, timeout=PATIENCE_MS) as told:
        assert not window.close()

    assert told.args == [None]
    assert window.jobs.job is None


def test_what_is_ready_starts_by_itself(qtbot, opened):
    window = opened(PaperWorks(events=[FETCHING, Result(value=READY)]))

    with qtbot.waitSignal(window.finished, timeout=PATIENCE_MS) as told:
        click(qtbot, window.offer.accept)

    assert told.args == [READY]
    assert "CUDA 13.2" in window.done.hint.text()


def test_a_fallback_is_told_with_its_reason_before_anything_starts(qtbot, opened):
    said = Said(text="NVIDIA graphics card (CUDA 13.2) was passed over.", level="warning")
    window = opened(PaperWorks(events=[said, Result(value=PASSED_OVER)]))

    click(qtbot, window.offer.accept)
    until(qtbot, window, window.done)

    assert window.work.banner.sentence.text() == said.text
    assert "(CUDA 13.2) was passed over: The card is unknown." in window.done.reasons.text()
    assert "Processor alone is set up" in window.done.outcome.text()
    with qtbot.waitSignal(window.finished) as told:
        qtbot.keyClick(window, Qt.Key.Key_Enter)
    assert told.args == [PASSED_OVER]


def test_trouble_has_its_remedy_and_details_to_copy(qtbot, opened):
    window = opened(PaperWorks(error=NO_NETWORK))
    click(qtbot, window.offer.accept)
    until(qtbot, window, window.trouble)

    assert window.trouble.sentence.text() == NO_NETWORK.message
    assert window.trouble.remedy.text() == NO_NETWORK.hint
    click(qtbot, window.trouble.fold.line)
    click(qtbot, window.trouble.copy)
    copied = QGuiApplication.clipboard().text()
    assert NO_NETWORK.message in copied
    assert "uv said no" in copied
    assert "NVIDIA GeForce RTX 4090" in copied


def test_trying_again_does_the_same_once_more(qtbot, opened):
    works = PaperWorks(error=NO_NETWORK)
    window = opened(works)
    click(qtbot, window.offer.accept)
    until(qtbot, window, window.trouble)

    works.error, works.events = None, [Result(value=READY)]
    with qtbot.waitSignal(window.finished, timeout=PATIENCE_MS):
        click(qtbot, window.trouble.again)

    assert works.plans[0] == works.plans[1]


def test_a_full_disk_offers_no_folder_of_files(qtbot, opened):
    window = opened(PaperWorks(error=FULL))
    click(qtbot, window.offer.accept)
    until(qtbot, window, window.trouble)

    assert window.trouble.folder.isHidden()
    click(qtbot, window.trouble.back)
    until(qtbot, window, window.offer)


def test_what_is_larger_is_only_offered_after_trouble_and_has_to_be_agreed_to(qtbot, opened):
    works = PaperWorks(found(WITHOUT), error=NO_NETWORK)
    window = opened(works)
    click(qtbot, window.offer.accept)
    until(qtbot, window, window.trouble)
    assert [choice.title for choice in works.plans[0].choices] == ["Processor alone"]
    assert window.trouble.other.text() == (
        "Set up Processor alone (large build) instead: 3.3\N{NO-BREAK SPACE}GB to fetch"
    )

    click(qtbot, window.trouble.other)

    assert window.page is window.offer
    assert window.offer.accept.text() == "Fetch 3.3\N{NO-BREAK SPACE}GB and set up"
    assert window.offer.choices.buttons[1].isChecked()
    assert len(works.plans) == 1


def test_a_machine_that_can_run_nothing_is_told_why(qtbot, opened):
    works = PaperWorks(DeepDeskError("This Linux is too old for PyTorch.", "Use a newer one."))
    window = opened(works, shows="trouble")

    assert window.trouble.sentence.text() == "This Linux is too old for PyTorch."
    assert window.trouble.back.isHidden()


def test_files_of_a_folder_are_used_instead_and_choose_the_way(
    qtbot, opened, tmp_path, monkeypatch
):
    (tmp_path / "torch-2.15.0+cpu-cp311-cp311-linux_x86_64.whl").write_bytes(b"12345")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_given: str(tmp_path))
    works = PaperWorks(waits=True)
    window = opened(works)

    click(qtbot, window.offer.folder)
    qtbot.waitUntil(lambda: window.offer.files is not None, timeout=PATIENCE_MS)
    assert window.offer.plan.fetched.value.text().startswith("1 package")
    assert str(tmp_path) in window.offer.plan.source.text()
    assert window.offer.accept.text() == "Set up from this folder"
    click(qtbot, window.offer.accept)

    assert works.plans[0].wheels == tmp_path
    assert works.plans[0].choices[0].backend == "cpu"
    assert window.work.steps.labels["Fetch"].isHidden()


def test_a_folder_without_packages_cannot_be_used_and_the_network_can(
    qtbot, opened, tmp_path, monkeypatch
):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_given: str(tmp_path))
    window = opened(PaperWorks())

    click(qtbot, window.offer.folder)
    qtbot.waitUntil(lambda: window.offer.files is not None, timeout=PATIENCE_MS)
    assert "no packages" in window.offer.banner.sentence.text()
    assert not window.offer.accept.isEnabled()

    click(qtbot, window.offer.folder)
    assert window.offer.accept.isEnabled()
    assert window.offer.banner.isHidden()


def test_a_folder_named_at_the_start_is_looked_through_once(qtbot, opened, tmp_path):
    (tmp_path / "torch-2.15.0-cp311-cp311-linux_x86_64.whl").write_bytes(b"12345")
    window = opened(PaperWorks(), Asked(wheels=tmp_path))

    qtbot.waitUntil(lambda: window.offer.files is not None, timeout=PATIENCE_MS)

    # A wheel of the usual index, which on Linux is for CUDA 13.2.
    assert window.offer.fetch.choice.backend == "cu132"


def test_a_disk_that_is_too_full_says_how_much_is_missing(opened):
    window = opened(PaperWorks(found(free_bytes=2_000_000_000)))

    assert "4.9\N{NO-BREAK SPACE}GB more" in window.offer.plan.room.text()
    assert window.offer.plan.again.isVisible()
    assert not window.offer.accept.isEnabled()


def test_an_update_says_what_it_costs_and_leaves_the_old_one(qtbot, opened):
    window = opened(PaperWorks(found(occasion="update", ready=READY, left=12_000_000)))

    assert window.offer.title.text() == "A newer version: 12\N{NO-BREAK SPACE}MB to fetch"
    assert window.offer.hint.text().startswith("Version 0.2.0 replaces 0.1.0.")
    with qtbot.waitSignal(window.finished) as told:
        click(qtbot, window.offer.refuse)
    assert told.args == [READY]


def test_a_repair_that_fetches_nothing_is_one_word(qtbot, opened):
    works = PaperWorks(found(occasion="repair", left=0), waits=True)
    window = opened(works, Asked(is_repair=True, why="DeepDesk ended twice at its start."))

    assert window.offer.title.text() == "DeepDesk needs a repair"
    assert window.offer.banner.sentence.text() == "DeepDesk ended twice at its start."
    assert window.offer.accept.text() == "Repair"
    click(qtbot, window.offer.accept)
    assert works.plans[0].is_repair


@pytest.mark.parametrize("page", ["looks", "offer", "work", "trouble", "done"])
def test_every_control_has_a_name_and_is_reached_by_tab(opened, page):
    window = opened(PaperWorks())
    shown = getattr(window, page)
    buttons = [each for each in shown.findChildren(QAbstractButton) if each.isVisibleTo(shown)]
    used = [button for button in buttons if not isinstance(button, Tag)]

    assert used
    for button in used:
        assert button.accessibleName() or button.text()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_no_ring_is_shown_before_the_keyboard_is_used_and_tab_shows_one(qtbot, opened):
    window = opened(PaperWorks())
    window.activateWindow()
    assert window.focusWidget() is window

    qtbot.keyClick(window, Qt.Key.Key_Tab)

    assert window.focusWidget() is window.offer.machine.link


@pytest.mark.parametrize("width", [640, 960, 1600])
def test_no_words_are_cut_at_the_side(qtbot, opened, width):
    window = opened(PaperWorks())
    window.resize(width, 600)
    window.offer.choices.set_open(True)
    qtbot.waitUntil(lambda: window.width() == width, timeout=PATIENCE_MS)

    inside = window.offer._inside
    assert inside.minimumSizeHint().width() <= inside.width() <= 640
