"""An answer that is less sure than nearly all of what was learnt is told as unsure."""

from __future__ import annotations

import pytest

from deepdesk.core.payloads import LabelScores
from deepdesk.ui.tabs.inference.answer_panel import AnswerPanel
from deepdesk.ui.tabs.inference.live.board import board_for
from deepdesk.ui.tabs.inference.live.pieces import Begun, Replied
from deepdesk.ui.tabs.inference.live.scores_board import UNSURE
from deepdesk.ui.tabs.inference.words import in_full, in_table, sure_words, title_of

GUESS = LabelScores(scores=(("seven", 0.62), ("two", 0.38)), is_calibrated=True, known_from=0.9)
KNOWN = LabelScores(scores=(("seven", 0.95),), is_calibrated=True, known_from=0.9)


@pytest.mark.parametrize(
    ("answer", "title", "table"),
    [(GUESS, "Unsure", "Unsure, most like seven"), (KNOWN, "seven", "seven")],
)
def test_the_title_and_the_table_say_whether_it_is_known(answer, title, table):
    assert (title_of(answer), in_table(answer)) == (title, table)
    assert in_full(answer) == "seven"


def test_the_line_below_says_what_it_is_most_like():
    assert sure_words(GUESS, 6).startswith("Unlike what was learnt; most like seven, 62.0")
    assert "Unlike" not in sure_words(KNOWN, 6)


@pytest.fixture
def panel(qtbot):
    made = AnswerPanel(can_join=True)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(("answer", "is_unlike"), [(GUESS, True), (KNOWN, False)])
def test_a_guess_cannot_be_confirmed_by_one_click(panel, answer, is_unlike):
    panel._show_answer(answer, 6.0)
    assert panel.right.isHidden() is is_unlike
    assert panel.answer.text() == title_of(answer)
    assert panel.sure.wordWrap() is is_unlike


def test_a_live_answer_that_is_a_guess_is_not_said_in_large_letters(qtbot):
    board = board_for(LabelScores)
    qtbot.addWidget(board)
    qtbot.addWidget(board.line)
    board.begin(Begun(name="Paper", classes=("seven", "two"), thresholds={"seven": 0.5}), 0.0)
    for at, answer in enumerate([KNOWN] * 6 + [GUESS] * 3, start=1):
        board.take(Replied(answer=answer, end_s=at * 0.1, came_s=0.0, work_ms=1.0))
        if answer is KNOWN:
            assert board.line.words == "seven"
    assert board.line.words == UNSURE
