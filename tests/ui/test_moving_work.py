"""Asking about pictures that go on: at the network's speed, and as a person wants it."""

import itertools
import threading

import pytest

from deepdesk.core.errors import DeviceError
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.moving.figures import Figures
from deepdesk.ui.tabs.inference.moving.frames import Opened, Over, Seen, StageTimes
from deepdesk.ui.tabs.inference.moving.remote import Remote
from deepdesk.ui.tabs.inference.moving.work import watching_work
from tests.ui.film_stage import Networks, PaperSource, Predictor, plain

MODEL = Model(run="001-quick")
ENOUGH_S = 10.0


class Clock:
    """Time that passes when somebody waits, and with each answer."""

    def __init__(self):
        self.now_s = 100.0

    def __call__(self):
        return self.now_s


class Audience(Remote):
    """A remote whose waiting takes no time but that of the clock, and that writes down."""

    def __init__(self, clock, **how):
        super().__init__(**how)
        self.clock = clock
        self.waited_s = []

    def wait(self, seconds, *, is_playing):
        if is_playing:
            self.clock.now_s += seconds
            self.waited_s.append(seconds)
            return False
        return super().wait(seconds, is_playing=is_playing)


class SlowPredictor(Predictor):
    """Takes its time of a clock."""

    def __init__(self, clock, takes_s):
        super().__init__()
        self._clock, self._clock_s = clock, takes_s

    def answer(self, given, stop):
        yield from super().answer(given, stop)
        self._clock.now_s += self._clock_s


def watched(source, *, takes_s=0.0, act=None, clock=None):
    """Watch until the film is over, and return what was told."""
    clock = clock or Clock()
    remote, stop, told = Audience(clock), StopToken(), []

    def emit(event):
        value = event.value
        told.append(value)
        if isinstance(value, Seen):
            remote.seen()
        if act is not None:
            act(value, remote, stop)
        elif isinstance(value, Over):
            stop.stop()

    work = watching_work(
        source, Networks(SlowPredictor(clock, takes_s)), MODEL, remote, clock=clock
    )
    guard = threading.Timer(ENOUGH_S, stop.stop)
    guard.start()
    try:
        with pytest.raises(StoppedError):
            work(emit, stop)
    finally:
        guard.cancel()
    return told, remote


def seen(told):
    return [value for value in told if isinstance(value, Seen)]


def test_a_fast_network_is_asked_about_every_picture_when_it_is_due():
    told, remote = watched(PaperSource(10, 20, 30, 40, rate=10.0))

    assert isinstance(told[0], Opened)
    assert [one.number for one in seen(told)] == [0, 1, 2, 3]
    assert sum(one.dropped for one in seen(told)) == 0
    assert remote.waited_s == pytest.approx([0.1, 0.1, 0.1])
    assert isinstance(told[-1], Over)


def test_a_slow_network_drops_what_is_over_and_counts_it():
    told, _remote = watched(PaperSource(*range(40), rate=10.0), takes_s=0.35)

    numbers = [one.number for one in seen(told)]
    gaps = [later - one for one, later in itertools.pairwise(numbers)]
    # 0.35 s are three and a half pictures; the first answer is given twice to be warm.
    assert set(gaps[1:]) <= {3, 4}
    assert sum(one.dropped for one in seen(told)) == sum(gap - 1 for gap in gaps)


def test_the_answer_is_of_the_picture_that_is_shown():
    told, _remote = watched(PaperSource(10, 200, 30))

    for one in seen(told):
        assert one.answer.values["level"][0] == one.pixels_HWC.mean()


def test_a_film_that_is_over_begins_anew_when_it_is_played_again():
    ends = []

    def act(value, remote, stop):
        if isinstance(value, Over):
            ends.append(value)
            remote.play() if len(ends) == 1 else stop.stop()

    told, _remote = watched(PaperSource(1, 2, 3), act=act)

    assert [one.number for one in seen(told)] == [0, 1, 2, 0, 1, 2]


def test_steps_go_on_and_back_and_stay():
    steps = iter((1, 1, -1, -1))

    def act(value, remote, stop):
        if isinstance(value, Seen):
            step = next(steps, 0)
            remote.step(step) if step else stop.stop()

    told, remote = watched(PaperSource(1, 2, 3, 4, 5), act=act)

    assert [one.number for one in seen(told)] == [0, 1, 2, 1, 0]
    assert not remote.is_playing


def test_a_place_that_is_sought_is_shown_and_the_film_goes_on_from_there():
    def act(value, remote, stop):
        if isinstance(value, Seen) and value.number == 1:
            remote.seek(0.71)
        elif isinstance(value, Over):
            stop.stop()

    told, _remote = watched(PaperSource(*range(10)), act=act)

    assert [one.number for one in seen(told)] == [0, 1, 7, 8, 9]


def test_an_end_that_comes_too_early_is_told():
    told, _remote = watched(PaperSource(1, 2, 3, rate=10.0, length_s=5.0))

    assert told[-1].missing_s == pytest.approx(4.7)


def test_a_camera_is_asked_for_its_newest_picture_and_never_waited_for():
    told, remote = watched(PaperSource(1, 2, 3, length_s=0.0, passed=2), takes_s=0.2)

    assert [one.dropped for one in seen(told)] == [0, 2, 2]
    assert remote.waited_s == []


def test_a_camera_that_was_unplugged_ends_the_work_with_the_reason():
    source = PaperSource(1, 2, 3, length_s=0.0, fails_at=2)
    remote, stop, told = Remote(), StopToken(), []

    def emit(event):
        told.append(event.value)
        remote.seen()

    with pytest.raises(DeviceError, match="not connected"):
        watching_work(source, Networks(), MODEL, remote)(emit, stop)

    assert len(seen(told)) == 2
    assert not source.taps[0].is_open


def test_a_window_that_is_busy_is_waited_for_only_a_moment():
    remote = Remote()
    for _each in range(3):
        remote.sent()

    remote.wait_for_window(0.0)
    for _each in range(5):
        remote.seen()
    remote.sent()
    remote.wait_for_window(ENOUGH_S)


def test_of_several_places_only_the_last_counts():
    remote = Remote()
    remote.seek(1.0)
    remote.seek(-2.0)

    assert remote.take().seek_s == 0.0
    assert not remote.take().is_jump


def picture(came_s, *, dropped=0, network_ms=5.0):
    times = StageTimes(decode_ms=1.0, prepare_ms=2.0, network_ms=network_ms, read_ms=0.5)
    return Seen(
        pixels_HWC=plain(1), answer=None, at_s=0.0, number=0, came_s=came_s, times=times,
        dropped=dropped,
    )  # fmt: skip


def test_figures_are_medians_and_longest_of_ten_seconds():
    figures = Figures()
    figures.take(picture(0.0, network_ms=500.0), 0.0)
    for at, network_ms in ((11.0, 5.0), (11.5, 7.0), (12.0, 60.0)):
        figures.take(picture(at - 0.02, network_ms=network_ms, dropped=2), at)
        figures.painted(at + 0.01, 4.0)

    network, whole = figures.figure("network"), figures.figure("whole")
    assert (network.middle_ms, network.worst_ms) == (7.0, 60.0)
    assert whole.middle_ms == pytest.approx(30.0)
    assert figures.rate == pytest.approx(2.0)
    assert (figures.answered, figures.dropped) == (4, 6)


def test_what_was_never_measured_has_no_figure():
    figures = Figures()
    figures.painted(1.0, 3.0)

    assert figures.figure("draw") is None
    assert figures.rate is None


def test_a_rest_does_not_count_as_slowness():
    figures = Figures()
    for at in (0.0, 0.1, 0.2):
        figures.take(picture(at), at)
    figures.rest()
    figures.take(picture(5.0), 5.0)

    assert figures.rate is None
