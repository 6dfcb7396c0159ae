"""The Qt-free half of the Inference tab: words, order, queue, files, CSV."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from deepdesk.core import payloads
from deepdesk.core.errors import BadSampleError, DatasetError
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.ui.tabs.inference.given import GivenBytes, GivenFile, PassingFile, png_of
from deepdesk.ui.tabs.inference.models import Model
from deepdesk.ui.tabs.inference.networks import Loading, Networks
from deepdesk.ui.tabs.inference.questions import Answered, Question, Refused, Row, RowQuestion
from deepdesk.ui.tabs.inference.sizes import SMALL_PX, fitted, small
from deepdesk.ui.tabs.inference.waiting import Waiting, answering
from deepdesk.ui.tabs.inference.words import in_words, sure_words, time_words

BEST = Model(run="002-quick")
CAT = payloads.LabelScores(scores=(("cat", 0.784), ("dog", 0.149)))


def picture(height=4, width=6):
    rng = np.random.default_rng(1)
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


class Reader:
    noun = ("picture", "pictures")
    suffixes = frozenset({".png"})

    def payload(self, path):
        if not path.is_file():
            raise BadSampleError("missing", "The file is not there.", "Was it moved?")
        return payloads.Image(pixels_HWC=picture(), name=path.name)


class FakePredictor:
    def __init__(self, answers=(CAT,)):
        self.answers = answers
        self.asked = 0

    def answer(self, given, stop):
        self.asked += 1
        for at, answer in enumerate(self.answers):
            final = at == len(self.answers) - 1
            yield SimpleNamespace(answer=answer, milliseconds=6.0, is_final=final)


class FakeRuns:
    def __init__(self):
        self.step = 10

    def get(self, name):
        return SimpleNamespace(checkpoints=SimpleNamespace(latest=lambda: self.step))


def networks(answers=(CAT,)):
    runs = FakeRuns()
    made = []

    def make(project, spec, model):
        made.append((model, runs.step))
        return FakePredictor(answers)

    return Networks(SimpleNamespace(runs=runs), SimpleNamespace(), make), runs, made


def work_on(waiting, nets, stop=None):
    told = []
    spec = SimpleNamespace(reader=Reader)
    answering(waiting, nets, spec)(told.append, stop or StopToken())
    return [event.value for event in told]


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (CAT, ("cat", 0.784)),
        (payloads.LabelScores(scores=()), ("no answer", None)),
        (payloads.Text(text="two\nlines"), ("two lines", None)),
        (payloads.Number(values={"angle": (3.25, "°")}), ("angle 3.25 °", None)),
        (payloads.Matches(matches=(("a.png", 0.9),)), ("a.png", 0.9)),
        (payloads.Boxes(boxes=(((0, 0, 1, 1), "cat", 0.5),)), ("1 cat", None)),
        (
            payloads.Mask(classes_HW=np.array([[0, 1]]), classes=("sky", "sea", "sand")),
            ("sky, sea", None),
        ),
    ],
)
def test_every_answer_has_a_line_of_words(payload, words):
    assert in_words(payload) == words


def test_a_low_score_says_not_sure_in_words():
    low = payloads.LabelScores(scores=(("cat", 0.412),))

    assert sure_words(CAT, 6.2) == "78.4\u202f% sure · 6\u202fms"
    assert sure_words(low, 0.84) == "Not sure, 41.2\u202f% · 0.8\u202fms"
    assert time_words(2400) == "2.4\u202fs"


def test_an_answer_on_held_out_data_says_calibrated():
    calibrated = payloads.LabelScores(scores=(("cat", 0.9),), is_calibrated=True)

    assert sure_words(calibrated, 6).endswith("calibrated")


def test_of_single_questions_only_the_newest_is_answered_and_before_rows(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    waiting = Waiting()
    nets, _runs, _made = networks()
    waiting.ask_rows([str(file)] * 2, BEST)
    waiting.ask_several([Question(number=3, given=GivenFile(file), model=BEST)])
    waiting.ask(Question(number=1, given=GivenFile(file), model=BEST))
    waiting.ask(Question(number=2, given=GivenFile(file), model=BEST))

    values = work_on(waiting, nets)

    answers = [value for value in values if getattr(value, "answer", None)]
    assert [getattr(value, "number", "row") for value in answers] == [2, 3, "row", "row"]
    assert not waiting


def test_a_file_that_cannot_be_read_leaves_the_others_answered(tmp_path):
    good = tmp_path / "good.png"
    good.write_bytes(b"x")
    waiting = Waiting()
    nets, _runs, _made = networks()
    paths = [tmp_path / "gone.png", good]
    waiting.ask_several(
        Question(number=n, given=GivenFile(path), model=BEST) for n, path in enumerate(paths)
    )
    waiting.ask_rows([str(path) for path in paths], BEST)

    values = work_on(waiting, nets)

    told = [value for value in values if isinstance(value, Answered) and value.is_final]
    assert [(value.problem is None, value.answer) for value in told] == [(False, None), (True, CAT)]
    assert told[0].problem.hint == "Was it moved?"
    rows = [value for value in values if isinstance(value, Row)]
    assert [row.answer for row in rows] == ["", "cat"]
    assert "not there" in rows[0].error


def test_a_network_is_loaded_once_and_again_only_for_newer_weights(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    waiting = Waiting()
    nets, runs, made = networks()
    question = Question(number=1, given=GivenFile(file), model=BEST)
    for _again in range(3):
        waiting.ask(question)
        work_on(waiting, nets)
    runs.step = 20
    waiting.ask(question)

    values = work_on(waiting, nets)

    assert made == [(BEST, 10), (BEST, 20)]
    assert values[-1].step == 20


def test_a_table_keeps_the_weights_that_it_began_with(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    nets, runs, made = networks()
    row = RowQuestion(path=str(file), model=BEST, table=1)
    row.answer(nets, Reader(), lambda _event: None, StopToken())
    runs.step = 20

    row.answer(nets, Reader(), lambda _event: None, StopToken())

    assert made == [(BEST, 10)]
    RowQuestion(path=str(file), model=BEST, table=2).answer(
        nets, Reader(), lambda _event: None, StopToken()
    )
    assert made == [(BEST, 10), (BEST, 20)]


def test_the_first_pass_of_a_network_is_not_told_as_its_speed(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    nets, _runs, _made = networks()
    question = Question(number=1, given=GivenFile(file), model=BEST)
    told = []

    question.answer(nets, Reader(), told.append, StopToken())
    question.answer(nets, Reader(), told.append, StopToken())

    assert nets.newest(BEST, told.append).predictor.asked == 3
    assert sum(getattr(event.value, "answer", None) is CAT for event in told) == 2


def test_what_was_given_is_seen_before_the_network_is_loaded(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    nets, _runs, _made = networks()
    told = []

    Question(number=1, given=GivenFile(file), model=BEST).answer(
        nets, Reader(), told.append, StopToken()
    )

    seen, loading, answered = (event.value for event in told)
    assert (seen.given is not None, seen.answer, seen.is_final) == (True, None, False)
    assert loading == Loading(model=BEST)
    assert (answered.answer, answered.is_final) == (CAT, True)


def test_a_growing_answer_is_told_step_by_step(tmp_path):
    file = tmp_path / "a.png"
    file.write_bytes(b"x")
    texts = (payloads.Text(text="a", is_final=False), payloads.Text(text="ab"))
    nets, _runs, _made = networks(texts)
    told = []

    Question(number=1, given=GivenFile(file), model=BEST).answer(
        nets, Reader(), told.append, StopToken()
    )

    answers = [event.value for event in told if getattr(event.value, "answer", None)]
    assert [(a.answer.text, a.is_final) for a in answers] == [("a", False), ("ab", True)]


def test_a_network_that_cannot_be_loaded_lets_everything_go():
    waiting = Waiting()
    error = DatasetError("This run has no saved weights yet.", "Wait.")

    def make(project, spec, model):
        raise error

    runs = FakeRuns()
    nets = Networks(SimpleNamespace(runs=runs), SimpleNamespace(), make)
    waiting.ask_rows(["a", "b", "c"], BEST)

    assert work_on(waiting, nets)[-1] == Refused(error=error)
    assert not waiting


def test_stopping_ends_between_two_files():
    waiting = Waiting()
    nets, _runs, made = networks()
    waiting.ask_rows(["a", "b"], BEST)
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        work_on(waiting, nets, stop)
    assert not made


def test_pasted_bytes_become_pixels_and_then_a_file(tmp_path):
    pixels = picture()
    given = GivenBytes(png_of(pixels), "pasted")

    path = given.file(tmp_path / "answered")
    again = given.file(tmp_path / "answered")

    assert (given.read(Reader()).pixels_HWC == pixels).all()
    assert (GivenBytes(path.read_bytes(), "x").read(Reader()).pixels_HWC == pixels).all()
    assert (path.name, again.name) == ("pasted.png", "pasted 2.png")


def test_a_persons_file_stays_and_a_lent_one_is_copied(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"bytes")

    assert GivenFile(path).file(tmp_path / "own") == path
    copied = PassingFile(path).file(tmp_path / "own")
    assert copied.parent == tmp_path / "own"
    assert copied.read_bytes() == b"bytes"


def test_large_pictures_are_made_small_enough_to_show():
    large = payloads.Image(pixels_HWC=picture(300, 900))

    assert fitted(large, 450).pixels_HWC.shape == (150, 450, 3)
    assert small(large).pixels_HWC.shape == (SMALL_PX // 3, SMALL_PX, 3)
    assert fitted(large, 900) is large
    assert small(payloads.Text(text="a")) is None
