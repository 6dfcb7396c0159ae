"""What is picked follows from what was measured, and what was rejected keeps its reason."""

import pytest
import torch
from torch import nn

from deepdesk.core.task import DataFacts
from deepdesk.core.work import StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.plan import RunPlan
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.tuning import choosing, compiler
from deepdesk.engine.tuning.choosing import Subject, Tuning
from deepdesk.engine.tuning.levers import KERNELS, LAYOUT, LEVERS, PRECISION, Situation
from deepdesk.nn.graph import Contract
from tests.unit.engine.toy import ToyTask, clouds
from tests.unit.engine.tuning.stage import paper_bench

CONTRACT = Contract(inputs={"point": (2,)}, outputs={"logits": (2,)})
FACTS = DataFacts(classes=("a", "b"))


def plan(**settings):
    training = TrainingConfig(**{"batch_size": 8, **settings})
    return RunPlan(
        task="toy",
        dial="quick",
        training=training,
        config=None,
        architecture="toy",
        graph={},
        facts=FACTS,
        device="cpu",
        precision=training.precision,
        threads=training.threads,
    )


@pytest.fixture
def found(monkeypatch):
    """Return a function that measures with steps that take the seconds one says."""
    monkeypatch.setattr(choosing, "physical_cores", lambda: 2)
    monkeypatch.setattr(choosing, "_activation_bytes", lambda _subject: 8)

    def find(seconds_of, *, model=None, start=8, samples=64, **settings):
        subject = Subject(
            task=ToyTask(),
            graph=None,
            contract=CONTRACT,
            model=model or nn.Linear(2, 2),
            data=clouds(samples),
            start_batch=start,
        )
        bench = paper_bench(monkeypatch, seconds_of, samples=samples)
        tuning = Tuning(plan(**settings), subject, StopToken(), emit=[].append, bench=bench)
        values, rows = tuning.found()
        return values, {row.key: row for row in rows}

    return find


def per_sample(**named):
    """Return seconds of a step that follow the values one names, 1 ms a sample otherwise."""

    def seconds_of(compute, size):
        factors = [named.get(str(getattr(compute, k)), 1.0) for k in ("precision", "layout")]
        return 0.001 * size * factors[0] * factors[1]

    return seconds_of


def test_the_faster_precision_is_taken_with_its_gain(found):
    values, rows = found(per_sample(float32=3.0, bfloat16=1.5))

    assert values["precision"] == "bfloat16"
    assert (rows["precision"].chosen, rows["precision"].how) == ("bfloat16", "measured")
    assert rows["precision"].gain == pytest.approx(2.0)


def test_a_gain_within_the_noise_keeps_float32(found):
    values, rows = found(per_sample(float32=1.0, bfloat16=0.95))

    assert values["precision"] == "float32"
    half = next(c for c in rows["precision"].candidates if c.value == "bfloat16")
    assert half.gain == pytest.approx(1 / 0.95)
    assert "measuring is off by" in half.why


@pytest.mark.parametrize(("two_s", "threads"), [(0.5, 2), (5.0, 1)])
def test_more_threads_are_taken_only_where_they_are_faster_now(found, two_s, threads):
    factors = {1: 1.0, 2: two_s}

    values, rows = found(lambda compute, size: 0.001 * size * factors[compute.threads])

    assert values["threads"] == threads
    assert rows["threads"].chosen == str(threads)


def test_the_order_in_memory_is_weighed_where_there_are_pictures_alone(found):
    _values, without = found(per_sample())
    picture = nn.Conv2d(1, 1, 1)
    values, rows = found(per_sample(channels_last=2.0), model=picture)

    assert "layout" not in without
    assert values["layout"] == "contiguous"
    assert rows["layout"].chosen == "channels first"


def test_what_a_person_pinned_is_not_measured(found):
    pinned = {"precision": "float32", "threads": 7, "fused": "off", "layout": "contiguous"}

    values, rows = found(per_sample(bfloat16=0.1), model=nn.Conv2d(1, 1, 1), **pinned)

    assert {key: values[key] for key in pinned} == pinned
    assert {rows[key].how for key in pinned} == {"pinned"}
    assert not any(rows[key].gain for key in pinned)


def test_where_steps_take_ages_everything_stays_as_usual(found):
    values, rows = found(lambda _compute, _size: 60.0)

    assert (values["precision"], values["threads"], values["fused"]) == ("float32", 1, "on")
    assert rows["precision"].how == "usual"
    assert "too long" in rows["precision"].candidates[0].why


def test_ways_that_this_device_has_not_are_told_with_the_reason(found):
    _values, rows = found(per_sample())

    reasons = {c.value: (c.is_possible, c.why) for c in rows["precision"].candidates}
    assert reasons["float16"] == (False, "Only GPUs that work with CUDA have it.")
    assert reasons["bfloat16"][0]


def test_every_lever_names_a_setting_and_a_field_of_compute():
    settings = set(TrainingConfig.__dataclass_fields__)
    fields = set(Compute.__dataclass_fields__)

    assert {lever.key for lever in LEVERS} <= settings & fields


def test_a_gpu_has_float16_tf32_and_a_search_for_kernels(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_how: False)
    gpu = Compute(device=torch.device("cuda"))
    situation = Situation(compute=gpu, training=TrainingConfig())

    hindered = {w.value: w.hindrance(situation) for w in PRECISION.ways(situation)}

    assert hindered == {
        "float32": "",
        "tf32": "",
        "bfloat16": "This GPU only imitates it.",
        "float16": "",
    }
    assert KERNELS.concerns(situation)
    assert not LAYOUT.ways(situation)[0].hindrance(situation)


def test_the_batch_doubles_while_that_pays_and_the_rate_goes_along(found):
    # A step costs 8 ms beside 1 ms a sample: 8 to 16 gains a third, 32 to 64 a tenth.
    values, rows = found(
        lambda _compute, size: 0.008 + 0.001 * size, samples=6400, batch_size=0, start=8
    )

    assert values["batch_size"] == 32
    assert rows["batch_size"].gain == pytest.approx(2.0 / 1.25)
    assert rows["batch_size"].note == "The learning rate goes with it: 0.8."
    assert [c.value for c in rows["batch_size"].candidates] == [8, 16, 32, 64]
    assert rows["batch_size"].candidates[-1].why == "An epoch gains less than 15%."


def test_an_epoch_keeps_enough_steps(found):
    values, rows = found(lambda _compute, _size: 0.01, samples=1000, batch_size=0, start=8)

    assert values["batch_size"] == 16
    assert "fewer than 40 steps" in rows["batch_size"].candidates[-1].why


@pytest.mark.parametrize(
    ("verdict", "compiled"),
    [
        (compiler.Verdict(gain=2.0, start_s=10.0), "on"),
        (compiler.Verdict(gain=1.05, start_s=1.0), "off"),
        (compiler.Verdict(gain=2.0, start_s=5000.0), "off"),
        (compiler.Verdict(why="Compiling does not work on this machine."), "off"),
    ],
)
def test_compiling_is_taken_where_a_long_run_earns_it_back(found, monkeypatch, verdict, compiled):
    monkeypatch.setattr(compiler, "missing", lambda _device: "")
    monkeypatch.setattr(compiler, "known_fault", lambda _device: "")
    monkeypatch.setattr(compiler, "tried", lambda *_asked: verdict)

    # 64 samples of 1 ms, 100,000 times: 6,400 s.
    values, rows = found(per_sample(), epochs=10_000, batch_size=8)
    longer, _rows = found(lambda _c, size: 0.01 * size, epochs=10_000)

    assert (values["compiled"], longer["compiled"]) == ("off", compiled)
    assert "too short" in rows["compiled"].candidates[1].why


def test_compiling_is_not_tried_where_there_is_no_compiler(found, monkeypatch):
    monkeypatch.setattr(compiler, "missing", lambda _device: "There is no C++ compiler.")
    monkeypatch.setattr(compiler, "tried", lambda *_asked: pytest.fail("tried"))

    values, rows = found(lambda _c, size: 0.01 * size, epochs=10_000, compiled="on")

    assert values["compiled"] == "off"
    assert rows["compiled"].note == "There is no C++ compiler."
