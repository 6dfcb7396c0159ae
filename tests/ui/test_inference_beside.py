"""A long answer holds up no short one: what waits is tried between its parts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from deepdesk.core import payloads
from deepdesk.core.errors import BadSampleError
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.ui.tabs.inference import questions
from deepdesk.ui.tabs.inference.given import GivenFile
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.networks import Network, Networks
from deepdesk.ui.tabs.inference.questions import Answered, Question, Row
from deepdesk.ui.tabs.inference.waiting import Waiting, answering

BEST = Model(run="a")
PARTS = 3


class Reader:
    suffixes = frozenset({".wav"})

    def payload(self, path):
        if "broken" in path.name:
            raise BadSampleError("empty", "The file is empty.")
        return payloads.Text(text=path.name)


class Predictor:
    """Answers a name that begins with "long" in parts; tells the test of each."""

    def __init__(self):
        self.amid = {}

    def answer(self, given, stop):
        count = PARTS if given.text.startswith("long") else 1
        for part in range(count):
            stop.check()
            self.amid.get((given.text, part), lambda: None)()
            yield SimpleNamespace(
                answer=payloads.Text(text=f"{given.text} {part}"),
                milliseconds=5000.0,
                is_final=part == count - 1,
            )


@pytest.fixture
def stage():
    return Stage()


class Stage:
    """What waits, a network that is warm, and everything that was told."""

    def __init__(self):
        self.waiting = Waiting()
        self.predictor = Predictor()
        self.stop = StopToken()
        self.told = []
        runs = SimpleNamespace(
            get=lambda _name: SimpleNamespace(checkpoints=SimpleNamespace(latest=lambda: 1))
        )
        self.networks = Networks(SimpleNamespace(runs=runs), SimpleNamespace())
        network = Network(predictor=self.predictor, step=1, is_cold=False)
        self.networks._keep((BEST, 0), network)
        self._count = 0

    def question(self, name):
        self._count += 1
        return Question(number=self._count, given=GivenFile(name), model=BEST)

    def ask_amid(self, place, name):
        self.predictor.amid[place] = lambda: self.waiting.ask(self.question(name))

    def work(self):
        """Answer everything and return the names and parts in the order they were told."""
        spec = SimpleNamespace(reader=Reader)
        answering(self.waiting, self.networks, spec)(
            lambda event: self.told.append(event.value), self.stop
        )
        return self.words

    @property
    def words(self):
        return [
            one.answer if isinstance(one, Row) else one.answer.text
            for one in self.told
            if one.answer
        ]


@pytest.fixture
def named(tmp_path):
    def named(name):
        path = tmp_path / name
        path.write_bytes(b"x")
        return path

    return named


def test_a_short_file_that_comes_amid_a_long_one_is_answered_first(stage, named):
    stage.waiting.ask(stage.question(named("long")))
    stage.ask_amid(("long", 0), named("short"))

    assert stage.work() == ["short 0", "long 0", "long 1", "long 2"]


def test_a_second_long_file_waits_for_the_first_and_both_are_answered_whole(stage, named):
    stage.waiting.ask_several([stage.question(named(name)) for name in ("long", "long2", "short")])

    words = stage.work()

    assert words == ["short 0", *(f"{n} {part}" for n in ("long", "long2") for part in range(3))]
    assert not stage.waiting


def test_a_long_file_in_a_table_lets_single_ones_through_but_no_other_row(stage, named):
    stage.waiting.ask_rows([str(named("long")), str(named("row"))], BEST)
    stage.ask_amid(("long", 1), named("short"))

    assert stage.work() == ["short 0", "long 2", "row 0"]


def test_a_file_that_cannot_be_read_is_told_and_the_long_one_goes_on(stage, named):
    stage.waiting.ask(stage.question(named("long")))
    stage.ask_amid(("long", 0), named("broken"))

    assert stage.work() == ["long 0", "long 1", "long 2"]
    assert isinstance(stage.told[0], Answered)
    assert stage.told[0].problem is not None


def test_a_long_answer_is_stopped_after_others_were_answered_amid_it(stage, named):
    long_one = stage.question(named("long"))
    stage.waiting.ask(long_one)
    stage.ask_amid(("long", 0), named("short"))
    stage.predictor.amid["long", 1] = lambda: stage.waiting.skip(long_one.number)

    assert stage.work()[:2] == ["short 0", "long 0"]
    last = stage.told[-1]
    assert (last.number, last.is_stopped, last.is_final) == (long_one.number, True, True)


def test_a_long_answer_that_was_put_back_is_stopped_without_an_answer(stage, named):
    first, second = stage.question(named("long")), stage.question(named("long2"))
    stage.waiting.ask_several([first, second])
    stage.predictor.amid["long", 1] = lambda: stage.waiting.skip(second.number)

    words = stage.work()

    assert [word for word in words if word.startswith("long ")] == ["long 0", "long 1", "long 2"]
    (last,) = [one for one in stage.told if one.number == second.number]
    assert (last.is_stopped, last.is_final, last.answer) == (True, True, None)
    assert not stage.waiting


def test_a_long_answer_is_stopped_while_another_is_answered_amid_it(stage, named):
    long_one = stage.question(named("long"))
    stage.waiting.ask(long_one)
    stage.ask_amid(("long", 0), named("short"))
    stage.predictor.amid["short", 0] = lambda: stage.waiting.skip(long_one.number)

    assert stage.work() == ["short 0", "long 0", "long 0"]
    assert stage.told[-1].is_stopped


def test_the_end_of_everything_ends_a_short_one_amid_a_long_one(stage, named):
    stage.waiting.ask(stage.question(named("long")))
    stage.ask_amid(("long", 0), named("short"))
    stage.predictor.amid["short", 0] = stage.stop.stop
    stage.waiting.ask_rows([str(named("row"))], BEST)

    with pytest.raises(StoppedError):
        stage.work()
    assert "row 0" not in stage.words


def test_the_time_of_others_is_not_told_as_the_time_of_a_long_one(stage, named, monkeypatch):
    clock = iter(range(0, 1000, 2))
    # Two seconds go by between any two looks.
    monkeypatch.setattr(questions, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    stage.waiting.ask(stage.question(named("long")))

    stage.work()

    assert [one.milliseconds for one in stage.told] == [3000.0, 1000.0, 1000.0]
