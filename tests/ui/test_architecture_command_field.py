"""The command line on the canvas: it tells what comes, adds it, and stays for the next."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from deepdesk.ui.tabs.architecture.command_field import CommandField
from deepdesk.ui.tabs.architecture.floating import FloatingField


@pytest.fixture
def ground(qtbot):
    ground = QWidget()
    ground.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    ground.resize(600, 500)
    qtbot.addWidget(ground)
    ground.show()
    qtbot.waitExposed(ground)
    return ground


@pytest.fixture
def field(ground):
    return CommandField(ground, lambda typed, _words: f"{typed.block} {dict(typed.settings)}")


@pytest.fixture
def asked(field):
    heard = []
    field.asked.connect(lambda pair: heard.append((pair[0].block, dict(pair[0].settings), pair[2])))
    return heard


def open_it(field, ground, text=""):
    field.open_for("After Picture", ground.mapToGlobal(QPoint(20, 20)), text=text, back=ground)


def write(field, text):
    field.line.clear()
    QTest.keyClicks(field.line, text)


def test_enter_asks_for_the_block_with_its_settings(field, ground, asked):
    open_it(field, ground)
    write(field, "conv 64")

    assert field.telling.text() == "convolution {'channels': 64}"
    QTest.keyClick(field.line, Qt.Key.Key_Return)

    assert asked == [("convolution", {"channels": 64}, False)]
    assert field.isVisible(), "it stays for the next block"


def test_what_was_typed_on_the_canvas_is_there_already(field, ground):
    open_it(field, ground, text="c")
    QTest.keyClicks(field.line, "onv")

    assert field.line.text() == "conv"
    assert field.note.text() == "After Picture"


def test_a_begun_word_becomes_the_first_suggestion(field, ground, asked):
    open_it(field, ground)
    write(field, "dropo")
    QTest.keyClick(field.line, Qt.Key.Key_Return)

    assert [block for block, _settings, _branch in asked] == ["dropout"]


def test_tab_completes_and_arrows_choose(field, ground):
    open_it(field, ground)
    write(field, "dropo")
    QTest.keyClick(field.line, Qt.Key.Key_Tab)
    assert field.line.text() == "dropout "

    write(field, "norm")
    QTest.keyClick(field.line, Qt.Key.Key_Down)
    QTest.keyClick(field.line, Qt.Key.Key_Down)
    assert field.line.text() == field.list.item(1).data(Qt.ItemDataRole.UserRole).text


def test_shift_and_enter_ask_for_a_branch(field, ground, asked):
    open_it(field, ground)
    write(field, "conv 8")
    QTest.keyClick(field.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)

    assert asked == [("convolution", {"channels": 8}, True)]


def test_a_word_that_means_nothing_is_said_in_red_with_the_nearest(field, ground, asked):
    open_it(field, ground)
    write(field, "convolutoin 64")
    QTest.keyClick(field.line, Qt.Key.Key_Return)

    assert asked == []
    assert "convolution" in field.problem.text()
    assert not field.problem.isHidden()
    QTest.keyClicks(field.line, " ")
    assert field.problem.isHidden()


def test_escape_closes_and_gives_the_keyboard_back(field, ground):
    open_it(field, ground)
    left = []
    field.left.connect(left.append)

    QTest.keyClick(field.line, Qt.Key.Key_Escape)

    assert field.isHidden()
    assert left == [None]
    assert ground.hasFocus()


def test_enter_with_nothing_typed_closes(field, ground, asked):
    open_it(field, ground)
    QTest.keyClick(field.line, Qt.Key.Key_Return)

    assert field.isHidden()
    assert asked == []


def test_the_field_stays_inside_of_what_it_floats_over(field, ground):
    field.open_for("After it", ground.mapToGlobal(QPoint(590, 490)), text="", back=ground)

    assert ground.rect().contains(field.geometry())


def test_a_field_without_a_list_has_room_for_its_line(ground):
    name = FloatingField(ground, name="Name")
    name.note.setText("Name of the group")
    heard = []
    name.entered.connect(heard.append)

    name.open_at(ground.mapToGlobal(QPoint(20, 20)), text="Body", back=ground)
    QTest.keyClick(name.line, Qt.Key.Key_Return)

    assert name.height() >= name.line.height() + name.note.height()
    assert name.rect().contains(name.line.geometry())
    assert heard == ["Body"]


def test_words_after_from_are_told_apart_from_the_block(field, ground):
    heard = []
    field.asked.connect(lambda request: heard.append((request[0].block, request[1])))
    open_it(field, ground)

    write(field, "add from relu")
    QTest.keyClick(field.line, Qt.Key.Key_Return)

    assert heard == [("add", "relu")]
