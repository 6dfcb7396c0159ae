"""Forms made from settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import Knob, Setting, settings_of
from deepdesk.tasks.speech_to_text.config import Config as SpeechConfig
from deepdesk.ui.forms import EDITORS, ConfigForm, editor_for
from deepdesk.ui.widgets.editors import (
    ChoiceEditor,
    NumberEditor,
    SwitchEditor,
    number_text,
    stepped_value,
)

MODES = (("fast", "Fast"), ("exact", "Exact"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    epochs: Annotated[
        int, Knob(label="Epochs", help="Passes.", low=1, high=100_000, more=False)
    ] = 20
    rate: Annotated[
        float, Knob(label="Learning rate", low=1e-8, high=1.0, scale="log", group="Optimiser")
    ] = 0.001
    decay: Annotated[float, Knob(label="Decay", low=0.0, high=1.0, group="Optimiser")] = 0.05
    mode: Annotated[str, Knob(label="Mode", choices=MODES)] = "fast"
    note: Annotated[str, Knob(label="Note")] = ""
    flip: Annotated[bool, Knob(label="Flip")] = True
    sizes: Annotated[tuple[int, ...], Knob(label="Sizes")] = (8, 16)
    memory: Annotated[float, Knob(label="Memory", unit="GB", low=0.1, high=64.0)] = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WithZero:
    patience: Annotated[int, Knob(label="Patience", unit="epochs", low=0, zero="off")] = 0


@pytest.fixture
def form(qtbot):
    made = ConfigForm(Config)
    qtbot.addWidget(made)
    return made


def type_into(qtbot, form, key, text):
    editor = form.row(key).editor
    editor.selectAll()
    qtbot.keyClicks(editor, text)


def test_form_of_defaults_gives_them_back(form):
    assert form.value() == Config()
    assert form.changed_keys() == ()


def test_form_gives_back_what_it_was_given(qtbot):
    given = Config(epochs=40, rate=3e-4, mode="exact", flip=False, sizes=(1, 2, 3), note="try")
    form = ConfigForm(Config, given)
    qtbot.addWidget(form)

    assert form.value() == given
    assert set(form.changed_keys()) == {"epochs", "rate", "mode", "flip", "sizes", "note"}


def test_every_type_of_setting_has_an_editor():
    assert set(EDITORS) == {bool, int, float, str, tuple}
    kinds = {setting.key: type(editor_for(setting)) for setting in settings_of(Config)}
    assert kinds["mode"] is ChoiceEditor
    assert kinds["flip"] is SwitchEditor
    assert kinds["rate"] is NumberEditor


def test_typing_sends_the_new_config(qtbot, form):
    with qtbot.waitSignal(form.changed, check_params_cb=lambda c: c.rate == 0.01) as caught:
        type_into(qtbot, form, "rate", "1e-2")

    assert isinstance(caught.args[0], Config)


@pytest.mark.parametrize("text", ["60,000", "60000", "60 000", "60_000"])
def test_thousands_may_be_grouped(qtbot, form, text):
    type_into(qtbot, form, "epochs", text)

    assert form.value().epochs == 60_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-5, "1e-5"),
        (0.001, "0.001"),
        (20.0, "20"),
        (0.05, "0.05"),
        (60_000, "60,000"),
        (2.5e-7, "2.5e-7"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_number_is_written_short_and_reads_back_exactly(value, text):
    assert number_text(value) == text
    assert float(text.replace(",", "")) == value


@pytest.fixture
def form_with_zero(qtbot):
    made = ConfigForm(WithZero)
    qtbot.addWidget(made)
    return made


def test_a_zero_of_its_own_meaning_is_written_as_its_word(qtbot, form_with_zero):
    form = form_with_zero
    row = form.row("patience")
    assert row.editor.text() == "off"
    assert form.value().patience == 0

    type_into(qtbot, form, "patience", "3")
    assert form.value().patience == 3
    assert row.badge.toolTip() == "Set back to off"

    type_into(qtbot, form, "patience", "0")
    assert form.changed_keys() == ()
    type_into(qtbot, form, "patience", " Off ")
    assert form.value().patience == 0


def test_arrow_keys_step_from_the_word_and_back_to_it(qtbot, form_with_zero):
    editor = form_with_zero.row("patience").editor

    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert editor.text() == "1"
    qtbot.keyClick(editor, Qt.Key.Key_Down)
    assert editor.text() == "off"


def test_a_word_for_zero_belongs_to_its_setting_alone(qtbot, form):
    type_into(qtbot, form, "epochs", "off")

    with pytest.raises(ConfigError):
        form.value()


def test_what_an_empty_text_means_is_written_in_the_empty_field(qtbot):
    setting = next(row for row in settings_of(SpeechConfig) if row.key == "words")
    editor = editor_for(setting)
    qtbot.addWidget(editor)

    assert setting.knob.empty
    assert editor.placeholderText() == setting.knob.empty


def test_wrong_value_is_said_beside_its_field_and_not_sent(qtbot, form):
    sent = []
    form.changed.connect(sent.append)

    type_into(qtbot, form, "epochs", "0")

    row = form.row("epochs")
    assert "Allowed is 1 to 100000." in row.error.text()
    assert not row.error.isHidden()
    assert sent == []
    assert not form.is_valid()
    with pytest.raises(ConfigError) as caught:
        form.value()
    assert caught.value.key == "epochs"


def test_error_goes_when_the_value_is_mended(qtbot, form):
    type_into(qtbot, form, "epochs", "0")
    type_into(qtbot, form, "epochs", "5")

    assert form.row("epochs").error.isHidden()
    assert form.value().epochs == 5


def test_badge_sets_a_changed_value_back(qtbot, form):
    row = form.row("epochs")
    assert row.badge.isHidden()
    type_into(qtbot, form, "epochs", "7")
    assert not row.badge.isHidden()
    assert row.badge.toolTip() == "Set back to 20"

    with qtbot.waitSignal(form.changed) as caught:
        row.badge.click()

    assert caught.args == [Config()]
    assert row.badge.isHidden()


def test_badges_compare_with_the_base(qtbot):
    form = ConfigForm(Config, Config(epochs=5), base=Config(epochs=5))
    qtbot.addWidget(form)
    assert form.changed_keys() == ()

    form.set_base(Config(epochs=9))

    assert form.changed_keys() == ("epochs",)


def test_deeper_settings_are_folded_and_counted(qtbot, form):
    assert not form.fold.is_open()
    assert form.fold.line.accessibleName() == "More settings, 7 at defaults"

    form.fold.set_open(True)
    form.row("flip").editor.click()

    assert form.value().flip is False
    assert form.fold.line.accessibleName() == "More settings, 1 changed"


def test_shown_keys_override_what_is_folded(qtbot):
    form = ConfigForm(Config, shown=[setting.key for setting in settings_of(Config)])
    qtbot.addWidget(form)

    assert form.fold.isHidden()


def test_show_error_opens_the_fold_and_refuses_unknown_keys(form):
    assert form.show_error(ConfigError("decay", "Decay is too strong.", "Try 0.05."))
    assert form.fold.is_open()
    assert form.row("decay").error.text() == "Decay is too strong. Try 0.05."
    assert not form.show_error(ConfigError("nothing", "x"))


def test_choice_is_made_by_its_words(qtbot, form):
    editor = form.row("mode").editor
    assert [editor.itemText(at) for at in range(editor.count())] == ["Fast", "Exact"]

    with qtbot.waitSignal(form.changed) as caught:
        editor.setCurrentIndex(1)
        editor.activated.emit(1)

    assert caught.args[0].mode == "exact"


def test_list_of_numbers_comes_back_as_numbers(qtbot, form):
    type_into(qtbot, form, "sizes", "4, 5")
    assert form.value().sizes == (4, 5)

    type_into(qtbot, form, "sizes", "4, many")
    with pytest.raises(ConfigError, match="divided by commas"):
        form.value()


def test_arrow_keys_step_a_number(qtbot, form):
    qtbot.keyClick(form.row("epochs").editor, Qt.Key.Key_Up)
    qtbot.keyClick(form.row("rate").editor, Qt.Key.Key_Down)

    assert form.value().epochs == 21
    assert form.value().rate == 0.0005


@pytest.mark.parametrize(
    ("value", "way", "stepped"),
    [(0.001, 1, 0.002), (0.005, 1, 0.01), (0.001, -1, 0.0005), (1.0, 1, 1.0), (1e-8, -1, 1e-8)],
)
def test_steps_of_magnitudes_go_one_two_five(value, way, stepped):
    knob = Knob(label="Learning rate", low=1e-8, high=1.0, scale="log")

    assert stepped_value(value, way, knob) == stepped


def test_stepping_up_and_down_a_linear_number_comes_back():
    knob = Knob(label="Decay", low=0.0, high=1.0)

    assert stepped_value(stepped_value(0.3, 1, knob), -1, knob) == 0.3
    assert stepped_value(0.0, -1, knob) == 0.0


def test_whole_number_always_moves_by_at_least_one():
    knob = Knob(label="Batch", low=1, high=1024, scale="log")

    assert stepped_value(1, 1, knob) == 2
    assert stepped_value(2, -1, knob) == 1
    assert stepped_value(3, 1, knob) == 5


def test_help_and_bounds_are_in_the_tooltip(form):
    assert form.row("epochs").editor.toolTip() == "Passes. Allowed: 1 to 100000."
    assert form.row("memory").editor.toolTip() == "Allowed: 0.1 to 64 GB."


def test_config_without_first_settings_is_shown_whole_when_it_is_small(qtbot):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Small:
        depth: int = 2

    Small.__annotations__["depth"] = Annotated[int, Knob(label="Depth", low=1, high=8)]
    form = ConfigForm(Small)
    qtbot.addWidget(form)

    assert form.fold.isHidden()
    assert isinstance(form.row("depth").setting, Setting)
