"""A timeline, the outline of a recording and a list of events, by hand."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QPoint, Qt

from deepdesk.core.errors import DeviceError
from deepdesk.core.payloads import Span, Timeline
from deepdesk.ui import sound_output, time_lanes, timeline_view
from deepdesk.ui.event_table import EventTable
from deepdesk.ui.recording_view import RecordingView
from deepdesk.ui.time_lanes import TimeLanes
from deepdesk.ui.timeline_view import TimelineView, clock_words
from tests.ui.long_sound_stage import (
    CLASSES,
    recording,
    shown,
    speaker,
    timeline,
    turn_wheel,
)

__all__ = ["recording", "speaker"]


def test_the_wheel_zooms_around_the_pointer_and_shift_scrolls(qtbot):
    view = shown(qtbot, TimelineView(timeline()), 600, 160)
    seen = []
    view.range_changed.connect(seen.append)
    where = view.rect_of(view.timeline.spans[1]).center().toPoint()
    before = view.axis().second_at(where.x())

    turn_wheel(view, where, 5)

    first, last = view.range_s
    assert last - first == pytest.approx(70 / 1.25**5)
    assert view.axis().second_at(where.x()) == pytest.approx(before, abs=0.2)
    turn_wheel(view, where, -2, Qt.KeyboardModifier.ShiftModifier)
    assert view.range_s[0] > first
    assert view.range_s[1] - view.range_s[0] == pytest.approx(last - first)
    turn_wheel(view, where, -30)
    assert view.range_s == (0.0, 70.0)
    assert seen[-1] == view.range_s


def test_dragging_moves_the_stretch_and_a_click_names_a_second(qtbot):
    view = shown(qtbot, TimelineView(timeline()), 600, 160)
    chosen = []
    view.second_chosen.connect(chosen.append)
    view.show_range(20.0, 40.0)
    empty = QPoint(300, round(view.axis().rect.top()) + 3)

    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=empty)
    qtbot.mouseMove(view, empty - QPoint(100, 0))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=empty - QPoint(100, 0))

    assert view.range_s[0] > 21.0
    assert chosen == []
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=empty)
    assert chosen == [pytest.approx(view.axis().second_at(300), abs=0.1)]


def test_arrow_keys_walk_through_events_and_bring_them_into_sight(qtbot):
    view = shown(qtbot, TimelineView(timeline()), 600, 160)
    chosen = []
    view.span_chosen.connect(chosen.append)
    view.show_range(0.0, 5.0)

    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Right)

    assert [span.start_s for span in chosen] == [10.0, 30.0, 30.0]
    assert view.range_s[0] <= 30.0 <= view.range_s[1]
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.range_s == (0.0, 70.0)


def test_lanes_are_the_classes_that_are_heard(qtbot):
    view = shown(qtbot, TimelineView(timeline()), 600, 160)

    assert view.lanes == ("dog",)
    assert view.accessibleName() == "Timeline with 2 events"
    said = Timeline(spans=(Span(start_s=0.0, end_s=2.0, label="hello", score=1.0),), length_s=5.0)
    view.show_timeline(said)
    assert len(view.lanes) == 1
    assert view.accessibleName() == "Timeline with 1 event"
    assert not view.grab().isNull()


def test_a_day_of_events_is_painted_once_per_pixel(qtbot):
    spans = tuple(
        Span(start_s=s, end_s=s + 0.5, label=CLASSES[s % 2], score=0.9) for s in range(0, 86_400, 6)
    )
    view = TimelineView(Timeline(spans=spans, length_s=86_400.0, classes=CLASSES))
    shown(qtbot, view, 600, 160)

    assert len(view._seen(view.axis())) <= 2 * 600


def test_a_missing_loudspeaker_is_a_plain_sentence(qtbot, recording, monkeypatch):
    def none(_rate_hz):
        raise DeviceError("No loudspeaker was found.", "Connect one.")

    monkeypatch.setattr(sound_output, "opened_output", none)
    view = shown(qtbot, RecordingView(recording), 500, 110)

    qtbot.keyClick(view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: view.problem != "")

    assert view.problem == "No loudspeaker was found."
    assert not view.grab().isNull()


def test_hiding_the_recording_ends_the_sound(qtbot, recording, speaker):
    view = shown(qtbot, RecordingView(recording), 500, 110)
    view.play(0.0)

    view.hide()

    assert not view.player.is_playing


def test_a_list_that_grows_keeps_what_is_chosen(qtbot):
    table = shown(qtbot, EventTable(), 300, 200)
    table.events.show(timeline(20.0).spans)
    table.choose_quietly(table.events.spans[0])

    table.events.show(timeline().spans)

    assert table.currentIndex().row() == 0
    assert table.events.rowCount() == 2


def test_times_read_as_people_say_them():
    assert [clock_words(s) for s in (0.0, 5.25, 65.2, 3727.0)] == [
        "0:00.00",
        "0:05.25",
        "1:05.20",
        "1:02:07.00",
    ]


def test_the_list_keeps_what_is_chosen_while_the_last_event_goes_on(qtbot):
    table = shown(qtbot, EventTable(), 300, 200)
    first, last = timeline().spans
    longer = replace(last, end_s=last.end_s + 1)
    table.events.show((first, last))
    table.choose_quietly(first)

    table.events.show((first, longer, replace(last, start_s=40.0)))

    assert table.currentIndex().row() == 0
    assert list(table.events.spans) == [first, longer, replace(last, start_s=40.0)]
    table.events.show((first,))
    assert table.events.rowCount() == 1


def test_a_name_that_looks_like_a_page_is_shown_as_it_is(qtbot, monkeypatch):
    said = []
    paper = SimpleNamespace(showText=lambda _place, words, _view: said.append(words))
    monkeypatch.setattr(timeline_view, "QToolTip", paper)
    spans = (Span(start_s=1.0, end_s=60.0, label="<img src=x>", score=0.9),)
    view = TimelineView(Timeline(spans=spans, length_s=70.0, classes=("<img src=x>",)))
    shown(qtbot, view, 600, 160)

    qtbot.mouseMove(view, view.rect_of(spans[0]).center().toPoint())
    qtbot.waitUntil(lambda: bool(said))

    assert "&lt;img src=x&gt;" in said[0]


def test_what_was_heard_has_the_room_that_times_do_not_need(qtbot):
    table = shown(qtbot, EventTable(), 260, 200)
    early, late = Span(start_s=3.0, end_s=4.0, label="a", score=1.0), 4000.0

    table.events.show((early,))
    before = table.columnWidth(0)
    table.events.show((early, replace(early, start_s=late, end_s=late + 1)))

    assert before < table.columnWidth(0)
    needed = table.fontMetrics().horizontalAdvance(clock_words(late))
    assert table.columnWidth(0) > needed
    assert table.columnWidth(1) > 80


def test_a_sentence_without_room_for_its_words_has_none_in_its_lane(qtbot, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        time_lanes, "draw_text", lambda _painter, _rect, words, *_others: drawn.append(words)
    )
    long, short = "something that takes its time to be said", "no"
    spans = (
        Span(start_s=0.0, end_s=1.0, label=long, score=1.0),
        Span(start_s=10.0, end_s=40.0, label=long, score=1.0),
        Span(start_s=50.0, end_s=55.0, label=short, score=1.0),
    )
    lanes = TimeLanes(Timeline(spans=spans, length_s=60.0), 60.0)

    shown(qtbot, lanes, 500, 120).grab()

    assert {*drawn} & {long, short} == {long, short}
    assert drawn.count(long) == drawn.count(short)  # not the one of a second
