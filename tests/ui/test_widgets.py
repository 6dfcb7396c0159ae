"""The small widgets: what they say, how they are reached, what they send."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from deepdesk.ui import theme
from deepdesk.ui.widgets.banner import Banner, ErrorState
from deepdesk.ui.widgets.bar import Bar, Part, SplitBar
from deepdesk.ui.widgets.buttons import IconButton, LinkButton, PrimaryButton, SmallButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.chip import Badge, Chip
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.class_bar import ClassBar, ClassFacts
from deepdesk.ui.widgets.column import Column
from deepdesk.ui.widgets.dial import SegmentedDial
from deepdesk.ui.widgets.drop_area import DropArea
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.figure import Figure
from deepdesk.ui.widgets.flow_row import FlowRow
from deepdesk.ui.widgets.fold import Fold
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.list_row import ListRow, RowFacts
from deepdesk.ui.widgets.problem_row import ProblemRow
from deepdesk.ui.widgets.quiet_slider import QuietSlider
from deepdesk.ui.widgets.score_bars import ScoreBars, percent
from deepdesk.ui.widgets.states import BusyState, EmptyState
from deepdesk.ui.widgets.status_dot import STATES, StatusDot
from deepdesk.ui.widgets.switch import Switch

FACTS = ClassFacts(name="cat", count=1000, share=0.8, position=3)
MADE = {
    "label": lambda: Label("Words that wrap", wraps=True),
    "section": lambda: SectionLabel("Classes"),
    "elided": lambda: ElidedLabel("a name"),
    "primary": lambda: PrimaryButton("Train"),
    "small": lambda: SmallButton("Stop and keep"),
    "link": lambda: LinkButton("Fix"),
    "icon": lambda: IconButton("more", "More"),
    "card": lambda: Card("Loss", note="note", link="Compare"),
    "chip": lambda: Chip("Train"),
    "badge": lambda: Badge("changed"),
    "chips": lambda: ChipRow([("a", "All"), ("b", "Train")], name="Filter"),
    "bar": lambda: Bar(0.5, name="Memory"),
    "split": lambda: SplitBar(Part(text="train", share=0.7, role="accent")),
    "dial": lambda: SegmentedDial([("q", "Quick"), ("b", "Best")], name="How thorough"),
    "empty": lambda: EmptyState("Nothing here.", "Choose...", icon="image", hint="A folder."),
    "busy": lambda: BusyState("Importing"),
    "banner": Banner,
    "error": lambda: ErrorState("It failed.", "Try again.", remedy="Again"),
    "drop": DropArea,
    "flow": lambda: FlowRow(Label("a"), Label("b")),
    "fold": lambda: Fold("More", "2 at their defaults"),
    "dot": lambda: StatusDot("ready"),
    "class": lambda: ClassBar(FACTS),
    "row": lambda: ListRow(RowFacts(title="004", note="running", figure="80 %", state="working")),
    "scores": lambda: ScoreBars([("cat", 0.8), ("dog", 0.2)]),
    "figure": lambda: Figure("Parameters", "1.2 M"),
    "problem": lambda: ProblemRow("12 twins", "Fix"),
    "switch": lambda: Switch(name="Augment"),
    "column": lambda: Column(edge="right"),
}
TO_BE_REACHED = ("primary", "small", "link", "icon", "chip", "badge", "class", "row", "switch")


@pytest.fixture(autouse=True)
def plain_look(qapp):
    theme.apply(qapp, "light")
    yield
    theme.apply(qapp, "light")


@pytest.fixture(params=sorted(MADE))
def made(request, qtbot):
    widget = MADE[request.param]()
    qtbot.addWidget(widget)
    return widget


def test_a_long_remedy_leaves_its_sentence_the_whole_width(qtbot):
    sentence = "5 speakers are in training and in test: results will look better than they are"
    short, long = ProblemRow(sentence, "Fix"), ProblemRow(sentence, "Keep together")
    for row in (short, long):
        qtbot.addWidget(row)
        row.resize(220, row.heightForWidth(220))
        row.show()

    assert long.sentence.width() >= short.sentence.width()
    assert long.link.y() >= long.sentence.geometry().bottom()
    assert long.height() >= long.sizeHint().height() or long.hasHeightForWidth()


def test_nothing_comes_up_as_a_window_of_its_own_while_it_is_made(made):
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == []


@pytest.mark.parametrize(
    "name", sorted(set(MADE) - {"flow", "card", "column", "banner", "fold", "busy"})
)
def test_every_widget_has_a_name_for_readers(qtbot, name):
    widget = MADE[name]()
    qtbot.addWidget(widget)

    assert widget.accessibleName() or widget.text()


@pytest.mark.parametrize("name", TO_BE_REACHED)
def test_tab_key_reaches_what_can_be_pressed(qtbot, name):
    widget = MADE[name]()
    qtbot.addWidget(widget)

    assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize("scale", [1.0, 1.3])
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_widget_draws_in_every_look(qapp, qtbot, mode, scale):
    theme.apply(qapp, mode, text_scale=scale)
    for make in MADE.values():
        widget = make()
        qtbot.addWidget(widget)
        widget.resize(widget.sizeHint().expandedTo(widget.minimumSizeHint()))
        assert not widget.grab().isNull()


@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_words_fit_into_the_size_a_widget_asks_for(qapp, qtbot, scale):
    theme.apply(qapp, "light", text_scale=scale)
    for name in ("primary", "small", "chip", "badge", "link"):
        widget = MADE[name]()
        qtbot.addWidget(widget)
        widget.ensurePolished()
        figures = widget.fontMetrics()
        assert widget.sizeHint().width() >= figures.horizontalAdvance(widget.text())
        assert widget.sizeHint().height() >= figures.tightBoundingRect(widget.text()).height()


def test_button_sends_click_to_its_function(qtbot):
    pressed = []
    button = SmallButton("Stop", lambda: pressed.append(1))
    qtbot.addWidget(button)

    button.click()

    assert pressed == [1]


def test_cut_text_is_whole_in_the_tooltip(qtbot):
    label = ElidedLabel("a_very_long_name_that_does_not_fit.jpg")
    qtbot.addWidget(label)

    label.resize(60, 20)
    label.grab()
    assert label.is_cut()
    assert label.toolTip() == "a_very_long_name_that_does_not_fit.jpg"

    label.resize(900, 20)
    label.grab()
    assert not label.is_cut()
    assert label.toolTip() == ""


def test_wrapped_label_gives_back_plain_words(qtbot):
    label = Label("<b>less & more</b>", wraps=True)
    qtbot.addWidget(label)

    assert label.text() == "<b>less & more</b>"
    assert label.accessibleName() == "<b>less & more</b>"


def test_chip_row_has_exactly_one_on(qtbot):
    row = ChipRow([("a", "All"), ("t", "Train"), ("v", "Validation")])
    qtbot.addWidget(row)
    assert row.value() == "a"

    with qtbot.waitSignal(row.chosen) as caught:
        row.chip("v").click()
    assert caught.args == ["v"]
    row.chip("v").click()

    assert row.values() == {"v"}


def test_chip_row_of_several_sends_all_that_are_on(qtbot):
    row = ChipRow([("f", "flip"), ("s", "shift")], exclusive=False)
    qtbot.addWidget(row)
    row.chip("f").click()

    with qtbot.waitSignal(row.chosen) as caught:
        row.chip("s").click()

    assert caught.args == [{"f", "s"}]


def test_arrows_move_the_dial_and_stop_at_its_ends(qtbot):
    dial = SegmentedDial([("q", "Quick"), ("b", "Balanced"), ("x", "Best")], value="b")
    qtbot.addWidget(dial)
    sent = []
    dial.chosen.connect(sent.append)

    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Home):
        qtbot.keyClick(dial, key)

    assert sent == ["x", "q"]
    assert dial.value() == "q"


def test_the_focus_goes_along_with_a_mouse_click_on_the_dial(qtbot):
    dial = SegmentedDial([("q", "Quick"), ("b", "Balanced")], value="b")
    qtbot.addWidget(dial)
    dial.show()
    qtbot.waitExposed(dial)
    dial.activateWindow()
    dial.segment("b").setFocus()
    qtbot.waitUntil(lambda: dial.segment("b").hasFocus())

    qtbot.mouseClick(dial.segment("q"), Qt.MouseButton.LeftButton)

    assert dial.segment("q").hasFocus()
    assert not dial.segment("b").hasFocus()


def test_dial_says_the_state_of_a_segment(qtbot):
    dial = SegmentedDial([("d", "Dataset"), ("t", "Training")], with_dots=True)
    qtbot.addWidget(dial)

    dial.segment("t").set_state("look")

    assert dial.segment("t").accessibleName() == "Training, needs a look"


@pytest.mark.parametrize("state", sorted(STATES))
def test_dot_says_its_state_in_words(qtbot, state):
    dot = StatusDot(state)
    qtbot.addWidget(dot)

    assert dot.toolTip() == STATES[state][1]


def test_bar_stays_within_its_ends(qtbot):
    bar = Bar(name="Memory")
    qtbot.addWidget(bar)

    bar.set_share(7.0)
    assert bar.share == 1.0
    bar.set_share(-1.0)
    assert bar.share == 0.0
    assert bar.accessibleName() == "Memory 0%"


def test_half_full_bar_is_filled_to_its_middle(qtbot):
    bar = Bar(0.5, role="good", height_px=6)
    qtbot.addWidget(bar)
    bar.resize(100, 6)
    picture = bar.grab().toImage()

    assert picture.pixelColor(40, 3).name().upper() == theme.tokens().good
    assert picture.pixelColor(60, 3).name().upper() == theme.tokens().bg


def test_scores_are_written_with_a_thin_space_before_the_sign():
    assert percent(0.784) == "78.4\u202f%"
    assert percent(1.0, 0) == "100\u202f%"


def test_score_bars_show_the_first_few(qtbot):
    bars = ScoreBars([(f"class {at}", 0.1) for at in range(9)], limit=5)
    qtbot.addWidget(bars)

    assert len(bars.rows) == 5
    assert bars.rows[0].is_strong
    assert not bars.rows[1].is_strong


def test_flow_row_goes_on_in_the_next_line(qtbot):
    row = FlowRow(*(Chip(f"chip number {at}") for at in range(6)))
    qtbot.addWidget(row)
    one_line = row.flow.heightForWidth(2000)

    assert row.flow.heightForWidth(row.flow.itemAt(0).sizeHint().width()) > 5 * one_line
    row.clear()
    assert row.flow.count() == 0


def test_fold_opens_and_says_so(qtbot):
    fold = Fold("More settings", "14 at their defaults")
    qtbot.addWidget(fold)
    assert fold.inside.isHidden()

    with qtbot.waitSignal(fold.toggled) as caught:
        fold.line.click()

    assert caught.args == [True]
    assert not fold.inside.isHidden()


def test_class_bar_is_chosen_by_click_and_opened_by_double_click(qtbot):
    bar = ClassBar(FACTS)
    qtbot.addWidget(bar)
    bar.resize(bar.sizeHint())

    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton)
    assert bar.isChecked()
    with qtbot.waitSignal(bar.opened):
        qtbot.mouseDClick(bar, Qt.MouseButton.LeftButton)
    assert bar.accessibleName() == "cat, 1,000 samples"


def test_where_a_card_is_narrow_its_title_is_read_whole_and_its_note_cut(qtbot):
    card = Card("Where it errs", note="worst first, 24 of 74 are not right")
    qtbot.addWidget(card)
    card.resize(170, 100)
    card.show()
    qtbot.waitExposed(card)

    assert card.title.width() >= card.title.sizeHint().width()
    assert card.note.is_cut()
    assert card.note.geometry().right() < card.width()


def test_card_link_is_followed(qtbot):
    card = Card("Runs", link="Compare")
    qtbot.addWidget(card)

    with qtbot.waitSignal(card.link_followed) as caught:
        card.link.click()

    assert caught.args == [None]


def test_the_wheel_scrolls_the_column_and_moves_no_slider_under_it(qtbot):
    slider = QuietSlider()
    qtbot.addWidget(slider)
    slider.resize(200, 20)
    slider.setValue(40)
    slider.show()
    middle = QPointF(100, 10)
    turn = QWheelEvent(
        middle, middle, QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip

    QApplication.sendEvent(slider, turn)

    assert not turn.isAccepted()
    assert slider.value() == 40
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 41
