"""Truth and answer over each other: what is marked, said and copied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument

from deepdesk.ui.theme import apply, tokens
from deepdesk.ui.widgets.differences import MOST_CHARACTERS, Differences, html_of
from deepdesk.ui.widgets.open_row import OpenRow
from deepdesk.ui.widgets.text_field import TextField
from deepdesk.ui.widgets.text_view import HIGHEST_PX, TextView


def marked(html: str) -> list[tuple[str, bool, bool]]:
    """Return (text, underlined, struck out) of what is marked in some words."""
    document = QTextDocument()
    document.setHtml(html)
    found = []
    block = document.begin()
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            form = piece.charFormat()
            if form.fontUnderline() or form.fontStrikeOut():
                found.append((piece.text(), form.fontUnderline(), form.fontStrikeOut()))
            pieces += 1
        block = block.next()
    return found


def test_what_is_missing_is_underlined_and_what_is_wrong_struck_out(qapp):
    assert marked(html_of("one two three", "one nine three four")) == [
        ("two", True, False),
        ("nine", False, True),
        ("four", False, True),
    ]


def test_of_a_word_that_is_nearly_right_only_the_letters_are_marked(qapp):
    assert marked(html_of("seven", "seben")) == [("v", True, False), ("b", False, True)]


def test_a_right_answer_is_one_line_without_marks(qapp):
    assert marked(html_of("one two", "one two")) == []
    assert "answer" not in html_of("one two", "one  two")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_marks_wear_the_colours_of_the_theme(qtbot, qapp, mode):
    view = Differences("one", "nine")
    qtbot.addWidget(view)

    apply(qapp, mode)

    assert tokens().is_dark == (mode == "dark")
    assert tokens().text_colour("good").lower() in view.text()
    assert tokens().text_colour("bad").lower() in view.text()


def test_names_from_outside_are_no_markup(qapp):
    document = QTextDocument()
    document.setHtml(html_of("<b>one</b>", "<i>two</i> &amp;"))

    assert "<b>one</b>" in document.toPlainText()
    assert "<i>two</i> &amp;" in document.toPlainText()


def test_screen_readers_hear_both_and_what_differs(qtbot):
    view = Differences("one two", "one")
    qtbot.addWidget(view)

    assert view.accessibleName() == "Truth: one two. Answer: one. “two” is missing."
    view.show_texts(None, "")
    assert view.accessibleName() == "Answer: nothing"
    assert "nothing" in view.text()


def test_the_words_can_be_selected_with_the_mouse(qtbot):
    view = Differences("one", "nine")
    qtbot.addWidget(view)
    view.resize(300, 60)
    view.show()

    qtbot.mouseDClick(
        view, Qt.MouseButton.LeftButton, pos=view.rect().topLeft() + view.rect().center() * 0.2
    )

    assert view.selectedText()


def test_very_long_texts_are_cut(qapp):
    html = html_of("a " * MOST_CHARACTERS, "b")

    assert len(html) < 3 * MOST_CHARACTERS
    assert "…" in html


def test_a_row_opens_by_click_and_by_enter(qtbot):
    row = OpenRow()
    qtbot.addWidget(row)
    row.resize(100, 30)
    row.show()
    opened = []
    row.opened.connect(opened.append)

    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    qtbot.keyClick(row, Qt.Key.Key_Return)
    qtbot.mouseClick(row, Qt.MouseButton.RightButton)

    assert len(opened) == 2


def test_a_text_that_grows_keeps_what_is_selected(qtbot):
    view = TextView("one", is_final=False)
    qtbot.addWidget(view)
    view.selectAll()

    view.show_text("one two", is_final=False)

    assert view.toPlainText() == "one two"
    assert view.textCursor().selectedText() == "one"
    assert view.accessibleName() == "Text, still growing"
    view.show_text("other")
    assert (view.toPlainText(), view.accessibleName()) == ("other", "Text")
    view.show_text("many words " * 200)
    assert view.height() <= HIGHEST_PX


def test_a_field_tells_only_what_was_changed(qtbot):
    field = TextField("Words")
    qtbot.addWidget(field)
    field.show_text("one")
    told = []
    field.committed.connect(told.append)

    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_End)
    qtbot.keyClicks(field, " two")
    qtbot.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(field, "three")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert told == ["one two\nthree"]
