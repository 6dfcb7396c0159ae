"""The list of choices: what was picked, what else there is, pinning it, the share of the limit."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.events import Candidate, Choice, Choices, Limit
from deepdesk.engine.tuning.kept import keep_choices
from deepdesk.ui.plots.figures import THIN
from deepdesk.ui.tabs.training import machine_choices
from deepdesk.ui.tabs.training.choice_menu import ChoiceMenu
from deepdesk.ui.tabs.training.choice_row import gain_text
from deepdesk.ui.tabs.training.choices_list import ChoicesList
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.machine_choices import pace_of
from tests.ui import training_stage as stage
from tests.ui.run_events import stepped
from tests.ui.training_stage import CHOICES, PATIENCE_MS, begin, end

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
project = stage.project
make_tab = stage.make_tab
TIMES = "\N{MULTIPLICATION SIGN}"
LIMIT = Limit(floors=(("arithmetic", 0.25), ("memory", 0.1)), batch=128, lever="Less work would.")


def menu_of(line):
    return next(m for m in line.findChildren(ChoiceMenu))


def act(menu, start):
    return next(a for a in menu.actions() if a.text().startswith(start))


@pytest.fixture
def listed(qtbot):
    """Return a shown list with one choice."""
    shown = ChoicesList()
    qtbot.addWidget(shown)
    shown.show_choices(CHOICES)
    shown.show()
    return shown


def test_every_choice_is_seen_where_there_is_room_and_three_where_there_is_little(qtbot):
    shown = ChoicesList()
    qtbot.addWidget(shown)
    rows = tuple(replace(CHOICES.rows[0], key=f"choice{n}") for n in range(7))
    shown.show_choices(replace(CHOICES, rows=rows))
    shown.resize(220, 400)
    shown.show()

    def seen():
        return [not line.visibleRegion().isEmpty() for line in shown.lines]

    qtbot.waitUntil(lambda: seen() == [True] * 7, timeout=PATIENCE_MS)
    shown.resize(220, shown.minimumSizeHint().height())

    qtbot.waitUntil(lambda: 3 <= seen().count(True) < 7, timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    ("gain", "text"),
    [(1.9, f"1.9{THIN}{TIMES}"), (1.05, f"1.0{THIN}{TIMES}"), (0.71, f"0.7{THIN}{TIMES}"), (0, "")],
)
def test_a_gain_is_never_said_to_be_more_than_it_is(gain, text):
    assert gain_text(gain) == text


def test_each_line_says_what_was_chosen_and_how(listed):
    (line,) = listed.lines

    assert line.accessibleName() == f"Precision: bfloat16, 1.9{THIN}{TIMES}"
    assert "just before the run" in line.toolTip()


def test_a_press_offers_every_way_with_its_factor_or_why_not(qtbot, listed):
    qtbot.mouseClick(listed.lines[0], Qt.MouseButton.LeftButton)

    menu = menu_of(listed.lines[0])
    words = {a.text(): a.isEnabled() for a in menu.actions() if a.text()}
    assert words == {
        "Automatic": True,
        f"float32   1.0{THIN}{TIMES}": True,
        f"bfloat16   1.9{THIN}{TIMES}, taken": True,
        "TF32   Only GPUs.": False,
        "Measure again": True,
    }
    assert act(menu, "Automatic").isChecked()
    menu.close()


def test_the_keyboard_reaches_a_line_and_opens_it(qtbot, listed):
    line = listed.lines[0]
    line.setFocus(Qt.FocusReason.TabFocusReason)

    qtbot.keyClick(line, Qt.Key.Key_Space)

    assert line.focusPolicy() & Qt.FocusPolicy.TabFocus
    menu = menu_of(line)
    assert menu.isVisible()
    menu.close()


def test_what_is_pinned_is_marked(qtbot, listed):
    row = replace(CHOICES.rows[0], how="pinned", chosen="float32")
    listed.show_choices(replace(CHOICES, rows=(row,)))
    qtbot.mouseClick(listed.lines[0], Qt.MouseButton.LeftButton)

    menu = menu_of(listed.lines[0])

    assert not act(menu, "Automatic").isChecked()
    assert act(menu, "float32").isChecked()
    assert "Pinned in the settings" in listed.lines[0].toolTip()
    menu.close()


def test_a_row_without_ways_cannot_be_pressed(listed):
    listed.show_choices(Choices(rows=(Choice(what="Data", chosen="in memory"),)))

    assert not listed.lines[0].isEnabled()
    assert listed.lines[0].focusPolicy() == Qt.FocusPolicy.NoFocus


def test_a_setting_that_was_not_weighed_offers_its_own_values(qtbot, listed):
    listed.show_choices(
        Choices(rows=(Choice(what="Memory order", key="layout", chosen="channels last"),))
    )
    qtbot.mouseClick(listed.lines[0], Qt.MouseButton.LeftButton)

    menu = menu_of(listed.lines[0])

    assert [a.text() for a in menu.actions() if a.text()] == [
        "Automatic",
        "Channels last",
        "Channels first",
    ]
    menu.close()


def test_a_long_reason_is_cut_in_the_menu(qtbot, listed):
    way = Candidate(value="float16", words="float16", why="x" * 200)
    listed.show_choices(replace(CHOICES, rows=(replace(CHOICES.rows[0], candidates=(way,)),)))
    qtbot.mouseClick(listed.lines[0], Qt.MouseButton.LeftButton)

    menu = menu_of(listed.lines[0])

    assert len(act(menu, "float16").text()) < 80
    assert len(act(menu, "float16").toolTip()) == 200
    menu.close()


def test_choosing_a_way_pins_it_in_the_form(qtbot, desk, project, make_tab):
    tab = make_tab()
    begin(desk, tab, project)
    line = tab.setup.choices.lines[0]
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)

    act(menu_of(line), "float32").trigger()

    assert tab.setup.training.value().precision == "float32"
    assert tab.setup.training.changed_keys() == ("precision",)
    assert tab.setup.choices.hint.text() == "Precision of the next run: float32."
    menu_of(line).close()


def test_measuring_again_forgets_what_was_kept(qtbot, desk, project, make_tab, monkeypatch):
    asked = []

    def forgetting(device, place):
        asked.append((device, place))
        return lambda _emit, _stop: None

    monkeypatch.setattr(machine_choices, "forgetting_work", forgetting)
    tab = make_tab()
    begin(desk, tab, project)
    line = tab.setup.choices.lines[0]
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)

    act(menu_of(line), "Measure again").trigger()

    assert asked == [("cpu", CHOICES.place)]
    assert "next run" in tab.setup.choices.hint.text()
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_a_past_run_shows_its_own_choices(qtbot, desk, project, make_tab):
    folder = project.runs.new("quick", {})
    folder.update(status="finished", epochs=4)
    row = replace(CHOICES.rows[0], chosen="float32")
    keep_choices(folder.path, replace(CHOICES, rows=(row,)))

    tab = make_tab()

    qtbot.waitUntil(lambda: bool(tab.setup.choices.lines), timeout=PATIENCE_MS)
    assert tab.setup.choices.lines[0].choice.chosen == "float32"


def test_a_past_run_without_choices_shows_none(qtbot, desk, project, make_tab):
    tab = make_tab()
    folder = begin(desk, tab, project)
    end(desk, folder)
    older = project.runs.new("quick", {})
    older.update(status="finished", epochs=4)

    tab.viewer.choose(older.path.name)

    qtbot.waitUntil(lambda: not tab.setup.choices.lines, timeout=PATIENCE_MS)
    assert tab.setup.choices.isHidden()
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_the_share_of_the_limit_is_the_floor_over_the_step(listed):
    listed.show_choices(replace(CHOICES, limit=LIMIT))
    listed.show_pace(256.0)

    # 256 a second are half a second a step, of which a quarter could not be saved.
    assert listed.limit.figure.text() == f"about 50{THIN}%"
    assert listed.limit.reason.text() == "by arithmetic"
    assert "arithmetic 250.0 ms; memory 100.0 ms" in listed.limit.toolTip()
    assert "Less work would." in listed.limit.toolTip()


def test_nothing_is_said_of_a_limit_that_was_not_measured(listed):
    listed.show_pace(256.0)

    assert listed.limit.isHidden()


def test_the_pace_is_the_usual_one_and_known_after_a_few_points():
    history = RunHistory()
    paces = [100.0, 100.0, 10.0, 100.0]
    for step, pace in enumerate(paces, 1):
        history.stepped(replace(stepped(step), samples_per_second=pace))

    few = pace_of(history)
    history.stepped(replace(stepped(5), samples_per_second=100.0))

    assert (pace_of(None), few, pace_of(history)) == (0.0, 0.0, 100.0)
