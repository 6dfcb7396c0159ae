"""The parts behind the microphone's page, each by itself."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.core.errors import DeviceError
from deepdesk.core.payloads import Audio, LabelScores, Text
from deepdesk.core.work import StoppedError, StopToken, run
from deepdesk.tasks import task_of
from deepdesk.ui.sound_input import opened_microphone
from deepdesk.ui.tabs.inference.live.board import board_for
from deepdesk.ui.tabs.inference.live.latency import Latency
from deepdesk.ui.tabs.inference.live.memory import SoundMemory
from deepdesk.ui.tabs.inference.live.microphone import MicrophoneSource
from deepdesk.ui.tabs.inference.live.pieces import Begun, Heard, Piece, Replied, Skipped
from deepdesk.ui.tabs.inference.live.recogniser import Recogniser, Tuning
from deepdesk.ui.tabs.inference.live.saving import plain_text
from deepdesk.ui.tabs.inference.live.sources import live_kind
from deepdesk.ui.tabs.inference.live.work import live_work
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.top_row import TopRow
from tests.fake_portaudio import FakeDevice, FakePortAudio

RATE_HZ = 1000
SEVEN = LabelScores(scores=(("seven", 0.9), ("one", 0.1)))
NOTHING = LabelScores(scores=())


class PaperTap:
    """Gives pieces of a tenth of a second; `backlog_s` says how much waits before each."""

    name = "Paper"
    lost = 0

    def __init__(self, pieces, backlog_s=()):
        self.left = pieces
        self.backlog_s = list(backlog_s)
        self.skips = 0
        self.is_closed = False

    @property
    def waiting_s(self):
        return self.backlog_s.pop(0) if self.backlog_s else 0.0

    def read(self, stop):
        if not self.left:
            raise StoppedError
        self.left -= 1
        sound = Audio(samples_TC=np.ones((100, 1), np.float32), sample_rate_hz=RATE_HZ)
        return Piece(given=sound, kept=sound, length_s=0.1, came_s=5.0)

    def skip(self):
        self.skips += 1

    def close(self):
        self.is_closed = True


class PaperNetworks:
    """A network that answers every piece with its number."""

    def __init__(self):
        self.streams = 0
        self.predictor = SimpleNamespace(
            classes=("a",), task=SimpleNamespace(rate_hz=RATE_HZ), stream=self.stream
        )

    def stream(self):
        self.streams += 1
        number = self.streams
        return SimpleNamespace(
            window_s=0.5,
            about_s=(0.0, 0.1),
            take=lambda piece: Text(text=str(number), is_final=False),
            finish=lambda: Text(text=f"end of {number}"),
        )

    def newest(self, model, emit):
        return self

    def opened(self, tap):
        return SimpleNamespace(opened=lambda rate_hz: tap)


def told(tap, networks=None):
    networks = networks or PaperNetworks()
    events = []
    work = live_work(networks.opened(tap), networks, Model(run="001"), clock=lambda: 5.0)
    run(work, events.append, StopToken())
    return [getattr(event, "value", event) for event in events]


def test_every_piece_is_answered_and_the_end_as_well():
    tap = PaperTap(3)

    begun, *rest, ended = told(tap)

    assert begun == Begun(name="Paper", classes=("a",), window_s=0.5)
    replies = [value for value in rest if isinstance(value, Replied)]
    assert [reply.answer.text for reply in replies] == ["1", "1", "1", "end of 1"]
    assert [round(reply.end_s, 3) for reply in replies] == [0.1, 0.2, 0.3, 0.3]
    assert (ended.stopped, tap.is_closed) == (True, True)
    (heard,) = [value for value in rest if isinstance(value, Heard)]
    assert (len(heard.samples_T), heard.rate_hz) == (300, RATE_HZ)


def test_what_waits_too_long_is_told_but_not_answered():
    tap = PaperTap(6, backlog_s=[0.9, 0.9, 0.3, 0.05])

    values = told(tap)

    (skipped,) = [value for value in values if isinstance(value, Skipped)]
    assert skipped.length_s == pytest.approx(0.3)
    assert tap.skips == 1
    texts = [value.answer.text for value in values if isinstance(value, Replied)]
    assert texts == ["end of 1", "2", "2", "2", "end of 2"]
    assert sum(len(v.samples_T) for v in values if isinstance(v, Heard)) == 600


def test_what_a_stream_is_about_counts_from_the_beginning_of_the_sitting():
    values = told(PaperTap(6, backlog_s=[0.0, 0.9, 0.05]))

    abouts = [value.about_s for value in values if isinstance(value, Replied)]

    assert abouts[0] == (0.0, 0.1)
    assert abouts[-1] == pytest.approx((0.2, 0.3))


def test_a_source_that_cannot_be_opened_ends_the_work_with_the_reason():
    def opened(rate_hz):
        raise DeviceError("Gone.", "Connect it.")

    events = []
    source = SimpleNamespace(opened=opened)
    run(live_work(source, PaperNetworks(), Model(run="001")), events.append, StopToken())

    assert [event.error.message for event in events] == ["Gone."]


def test_memory_keeps_the_newest_sound_and_no_more():
    memory = SoundMemory(kept_s=1.0)
    for step in range(30):
        memory.take(np.full(100, step / 100, np.float32), RATE_HZ)

    assert (memory.end_s, memory.start_s) == pytest.approx((3.0, 2.0))
    assert memory.piece(2.9, 3.0) == pytest.approx(np.full(100, 0.29), abs=1e-4)
    assert len(memory.piece(0.0, 1.0)) == 0
    assert len(memory.piece(1.5, 2.1)) == 100
    memory.take(np.zeros(10, np.float32), 2 * RATE_HZ)
    assert memory.start_s == pytest.approx(3.0)


def test_latency_counts_every_answer_until_it_is_painted_and_forgets_after_ten_seconds():
    latency = Latency()
    assert (latency.middle_s, latency.words) == (None, "")
    for came_s in (0.0, 0.01, 0.02):
        latency.wait_for(came_s)
    latency.painted(0.05)

    assert (latency.middle_s, latency.worst_s) == pytest.approx((0.04, 0.05))
    assert latency.words == "Answers 40\u202fms after the sound, 50\u202fms at most"
    latency.wait_for(20.0)
    latency.painted(20.001)
    assert latency.worst_s == pytest.approx(0.001)


def test_an_event_lies_where_its_answers_say_it_was_heard():
    follows = Recogniser(("seven", "one"), Tuning(thresholds={}), window_s=0.3)
    ended = []
    for step in range(40):
        now_s = (step + 1) * 0.05
        is_heard = 1.0 <= now_s <= 1.3
        answer = SEVEN if is_heard else NOTHING
        ended += follows.take(answer, now_s, (0.55, 0.94) if is_heard else None)

    (span,) = ended
    assert (span.label, span.start_s, span.end_s) == ("seven", 0.55, 0.94)


def test_smoothing_drops_what_flashes_up():
    flashes = [NOTHING] * 5 + [SEVEN] + [NOTHING] * 10
    for smoothing_s, is_heard in ((0.0, True), (0.5, False)):
        tuning = Tuning(thresholds={}, smoothing_s=smoothing_s)
        follows = Recogniser(("seven",), tuning, window_s=0.0)
        bests = [follows.take(one, 0.05 * at) or follows.best for at, one in enumerate(flashes, 1)]

        assert any(bests) is is_heard


@pytest.fixture
def board(qtbot):
    board = board_for(Text)
    qtbot.addWidget(board)
    qtbot.addWidget(board.line)
    board.begin(Begun(name="Paper"), 0.0)
    return board


def say(board, text, end_s, *, is_final=False):
    answer = Text(text=text, is_final=is_final)
    board.take(Replied(answer=answer, end_s=end_s, came_s=0.0, work_ms=1.0))


def test_words_grow_and_a_sentence_that_ends_goes_into_the_log(qtbot, board):
    say(board, "", 0.5)
    say(board, "one", 60.0)
    say(board, "one two", 60.5)
    assert (board.line.words, board.growing, board.sentences) == ("one two", "one two", [])

    say(board, "one two three", 61.0, is_final=True)
    say(board, "four", 63.0)

    assert board.log.toPlainText() == "0:59.2   one two three"
    assert board.text == "one two three\nfour"
    qtbot.mouseClick(board.copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "one two three\nfour"
    board.rest("Press Space")
    assert [span.label for span in board.timeline.spans] == ["one two three", "four"]
    assert plain_text(board.timeline.spans) == "one two three\nfour\n"


def test_silence_writes_no_empty_sentence(board):
    say(board, "", 0.5, is_final=True)
    say(board, "", 1.0)
    board.rest("Press Space")

    assert (board.sentences, board.log.toPlainText()) == ([], "")
    assert not board.copy.isEnabled()


def test_there_is_no_board_for_what_cannot_run_along():
    assert board_for(Audio) is None


def test_a_stream_keeps_to_one_core_and_gathers_no_gradients():
    torch = pytest.importorskip("torch")
    from deepdesk.engine.streaming import QuietStream

    seen = []

    def take(piece):
        seen.append((torch.get_num_threads(), torch.is_grad_enabled()))
        return NOTHING

    before = torch.get_num_threads()
    try:
        quiet = QuietStream(
            SimpleNamespace(take=take, finish=lambda: None, window_s=0.3, about_s=None)
        )
        assert quiet.take(None) == NOTHING
        assert (quiet.finish(), quiet.window_s, quiet.about_s) == (None, 0.3, None)
    finally:
        torch.set_num_threads(before)
    assert seen == [(1, False)]


def test_a_microphone_says_when_its_sound_came_and_how_much_waits(monkeypatch):
    fake = FakePortAudio([FakeDevice(rates=(48_000,))])
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    microphone = opened_microphone(None, 48_000)
    fake.hear(np.zeros(4_800, np.float32))

    assert microphone.waiting_s == pytest.approx(0.1)
    first_s = (microphone.read(StopToken()), microphone.came_s)[1]
    second_s = (microphone.read(StopToken()), microphone.came_s)[1]

    assert microphone.waiting_s == pytest.approx(0.02)
    assert second_s - first_s == pytest.approx(0.04)
    microphone.close()


def test_a_microphone_of_another_rate_gives_the_rate_that_the_network_hears(monkeypatch):
    fake = FakePortAudio([FakeDevice(rates=(48_000,))])
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    tap = MicrophoneSource().opened(8_000)
    times = np.arange(48_000) / 48_000
    fake.hear(np.sin(2 * np.pi * 440 * times))
    pieces = [tap.read(StopToken()) for _ in range(25)]
    tap.close()

    heard_T = np.concatenate([piece.given.samples_TC[:, 0] for piece in pieces])
    assert sum(piece.length_s for piece in pieces) == pytest.approx(1.0)
    assert {piece.given.sample_rate_hz for piece in pieces} == {8_000}
    assert 0.9 * 8_000 < len(heard_T) <= 8_000
    middle_T = heard_T[1_000:7_000]
    pitch_hz = np.abs(np.fft.rfft(middle_T)).argmax() * 8_000 / len(middle_T)
    assert pitch_hz == pytest.approx(440, abs=2)


@pytest.mark.parametrize(("wide", "lines"), [(1280, 1), (960, 2)])
def test_the_ways_to_three_pages_stand_in_one_line_where_it_has_room(qtbot, wide, lines):
    row = TopRow(("sound", "sounds"), live_kind(task_of("audio_classification")))
    qtbot.addWidget(window := QWidget())
    beside = QHBoxLayout(window)
    beside.addWidget(row)
    beside.addSpacing(360)
    # High enough for two lines in any font: rows that are squeezed lie over each other.
    window.setMinimumSize(960, 140)
    window.resize(wide, 140)
    window.show()
    row.offer_table(30)

    row.show_page("live")
    qtbot.waitUntil(lambda: row._is_below == (lines == 2))
    # The rows are laid out anew once events were handled, which a busy machine does later.
    bottom = row.files.geometry().bottom
    qtbot.waitUntil(lambda: (row.pages.y() > bottom()) == (lines == 2))

    chips = [row.pages.chip(key) for key in ("one", "table", "live")]
    assert len({chip.y() for chip in chips}) == 1
    is_below = row.pages.y() > row.files.geometry().bottom()
    assert 1 + is_below == lines
    assert row.width() < wide - 350
