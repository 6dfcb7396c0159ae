"""What the next run will take is shown before it begins, as far as it is known."""

import dataclasses
from datetime import datetime

import pytest
from PySide6.QtCore import Qt

from deepdesk.engine.forecast.outlook import Outlook
from deepdesk.project.preferences import Preferences
from deepdesk.ui.energy_words import cost_text, energy_text
from deepdesk.ui.tabs.training.outlook_card import OutlookCard, lines_of
from deepdesk.ui.tabs.training.power_dialog import PowerDialog

NOON = datetime(2026, 11, 21, 12, 0)
KNOWN = Outlook(
    seconds=600.0,
    peak_bytes=1_000_000_000,
    memory_bytes=24_000_000_000,
    disk_bytes=300_000_000,
    free_bytes=50_000_000_000,
    is_rough=False,
)


def shown(outlook, preferences=None):
    lines = lines_of(outlook, preferences or Preferences(), NOON)
    return {line.name: line for line in lines}


def test_time_end_memory_and_disk_are_said():
    lines = shown(KNOWN)

    assert lines["Time"].value == "10\N{NO-BREAK SPACE}min, done 12:10"
    assert "of" in lines["Memory"].value
    assert "free" in lines["Disk"].tip
    assert not any(line.is_too_much for line in lines.values())


def test_what_is_rough_is_called_about():
    lines = shown(dataclasses.replace(KNOWN, is_rough=True))

    assert lines["Time"].value.startswith("about ")


def test_the_error_of_the_last_run_is_said_beside_the_time():
    lines = shown(dataclasses.replace(KNOWN, error_share=0.12))

    assert "12%" in lines["Time"].tip


def test_a_forecast_for_several_workers_is_called_that_of_one():
    lines = shown(dataclasses.replace(KNOWN, workers=3, watts=50.0))

    assert lines["Time"].value == "10\N{NO-BREAK SPACE}min with one worker"
    assert "3 workers will share the work" in lines["Time"].tip
    assert "Energy" not in lines


def test_nothing_measured_shows_nothing():
    assert lines_of(Outlook(), Preferences(), NOON) == ()


def test_without_watts_there_is_no_energy():
    assert "Energy" not in shown(KNOWN)


def test_energy_and_cost_follow_watts_and_price():
    lines = shown(
        dataclasses.replace(KNOWN, watts=90.0, watts_from="measured"),
        Preferences(price_per_kwh=0.40, currency="kr"),
    )

    # 90 W for a sixth of an hour is 15 Wh; at 0.40 a kilowatt hour that costs 0.006.
    assert lines["Energy"].value == ("15\N{NO-BREAK SPACE}Wh, 0.0060\N{NO-BREAK SPACE}kr")


def test_too_little_disk_and_memory_are_marked():
    lines = shown(dataclasses.replace(KNOWN, free_bytes=1_000, memory_bytes=1_000))

    assert lines["Disk"].is_too_much
    assert lines["Memory"].is_too_much
    assert lines["Disk"].value.endswith("too little is free")
    assert lines["Memory"].value.endswith("too little")


@pytest.mark.parametrize(
    ("joules", "words"), [(1_440.0, "0.4 Wh"), (43_200.0, "12 Wh"), (5_040_000.0, "1.40 kWh")]
)
def test_energy_is_said_in_the_unit_people_pay_for(joules, words):
    assert energy_text(joules).replace("\N{NO-BREAK SPACE}", " ") == words


def test_a_large_cost_has_two_digits():
    text = cost_text(3.6e6 * 10, Preferences(price_per_kwh=0.3))

    assert text == "3.00\N{NO-BREAK SPACE}\N{EURO SIGN}"


def test_the_card_hides_while_nothing_is_known(qtbot):
    card = OutlookCard(lambda: None)
    qtbot.addWidget(card)
    card.show_outlook(KNOWN, Preferences())
    assert not card.isHidden()

    card.show_outlook(None, Preferences())

    assert card.isHidden()


def test_stated_watts_are_kept_by_the_dialog(qtbot):
    dialog = PowerDialog(None, Preferences(theme="dark"))
    qtbot.addWidget(dialog)
    dialog.open()
    told = []
    dialog.kept.connect(told.append)
    dialog.rows["watts"].set_value(75.0)
    dialog.rows["price_per_kwh"].set_value(0.3)

    dialog.primary.click()

    assert (told[0].watts, told[0].price_per_kwh, told[0].theme) == (75.0, 0.3, "dark")


def test_watts_can_be_stated_in_the_line_of_the_energy_and_changed_later(qtbot):
    asked = []
    card = OutlookCard(lambda: asked.append(True))
    qtbot.addWidget(card)
    card.show_outlook(KNOWN, Preferences())
    card.show()
    assert card.state.text() == "State watts and price"
    qtbot.mouseClick(card.state, Qt.MouseButton.LeftButton)

    card.show_outlook(dataclasses.replace(KNOWN, watts=90.0, watts_from="stated"), Preferences())

    assert card.state.text() == "Change"
    qtbot.mouseClick(card.state, Qt.MouseButton.LeftButton)
    assert asked == [True, True]


def test_what_is_not_known_yet_is_no_mistake_when_the_dialog_opens(qtbot):
    dialog = PowerDialog(None, Preferences())
    qtbot.addWidget(dialog)
    dialog.show()
    watts = dialog.rows["watts"]

    assert watts.editor.text() == "not known"
    assert not any(row.error.text() or row.is_changed() for row in dialog.rows.values())

    # The first field is selected whole: what is typed takes the place of its word.
    assert watts.editor.selectedText() == "not known"
    qtbot.keyClicks(watts.editor, "85")
    assert watts.value() == 85.0
