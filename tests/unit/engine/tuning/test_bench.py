"""Steps are measured interleaved, on the right clock, for a bounded time."""

import pytest
import torch
from torch import nn

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.tuning import bench as bench_module
from deepdesk.engine.tuning.bench import NO_TIME, TOO_SLOW, Bench
from tests.unit.engine.toy import ToyTask, clouds
from tests.unit.engine.tuning.stage import CPU, PaperTrial, paper_bench, ways

HALF = ways(precision="bfloat16")


def test_seconds_are_those_of_one_sample(monkeypatch):
    bench = paper_bench(monkeypatch, lambda _compute, size: 0.25 * size)

    (spent,) = bench.compare([(CPU, 2)], is_shared=False)

    assert spent.seconds == 0.25


def test_the_first_step_warms_up_and_one_that_was_disturbed_does_not_count(monkeypatch):
    steps = iter([0.9, 0.1, 0.1, 0.7, 0.1])
    bench = paper_bench(monkeypatch, lambda _compute, _size: next(steps))

    (spent,) = bench.compare([(CPU, 1)], is_shared=False)

    assert spent.seconds == pytest.approx(0.1)


def test_ways_take_turns(monkeypatch):
    bench = paper_bench(monkeypatch, lambda _compute, _size: 0.01)

    bench.compare([(CPU, 4), (HALF, 4)], is_shared=False, rounds=3)

    assert [c.precision for c, _size in PaperTrial.taken] == ["float32", "bfloat16"] * 3


@pytest.mark.parametrize(("is_shared", "threads"), [(False, 1), (True, 7)])
def test_threads_are_only_used_where_they_are_what_is_measured(monkeypatch, is_shared, threads):
    bench = paper_bench(monkeypatch, lambda _compute, _size: 0.01)

    bench.compare([(ways(threads=7), 4)], is_shared=is_shared)

    assert {c.threads for c, _size in PaperTrial.taken} == {threads}


def test_steps_that_take_ages_are_not_repeated(monkeypatch):
    bench = paper_bench(monkeypatch, lambda _compute, _size: 60.0)

    first = bench.compare([(CPU, 4), (HALF, 4)], is_shared=False)
    later = bench.compare([(CPU, 4)], is_shared=False)

    assert [s.why for s in (*first, *later)] == [TOO_SLOW] * 3
    assert len(PaperTrial.taken) == 1


def test_a_way_that_takes_ages_is_left_out_and_the_others_are_measured(monkeypatch):
    seconds = {1: 0.1, 2: 5.0}
    bench = paper_bench(monkeypatch, lambda compute, _size: seconds[compute.threads])

    one, two = bench.compare([(CPU, 1), (ways(threads=2), 1)], is_shared=True)

    assert one.seconds == pytest.approx(0.1)
    assert not two.seconds
    assert "longer than 2 s" in two.why


def test_all_measuring_together_takes_no_longer_than_it_was_given(monkeypatch):
    bench = paper_bench(monkeypatch, lambda _compute, _size: 1.0)

    bench.compare([(CPU, 4), (HALF, 4)], is_shared=False)
    bench.compare([(CPU, 4), (HALF, 4)], is_shared=False)

    assert PaperTrial.now <= 8.0
    assert bench.compare([(CPU, 4)], is_shared=False)[0].why == NO_TIME


def test_a_way_that_the_device_refuses_is_told_with_its_reason(monkeypatch):
    def seconds_of(compute, _size):
        if compute.precision == "bfloat16":
            raise RuntimeError("not implemented for 'Half'\nmore lines")
        return 0.01

    plain, half = paper_bench(monkeypatch, seconds_of).compare(
        [(CPU, 4), (HALF, 4)], is_shared=False
    )

    assert plain.seconds > 0
    assert half.why == "It does not work here: not implemented for 'Half'"


def test_a_full_memory_is_a_reason_and_no_error(monkeypatch):
    def seconds_of(_compute, _size):
        raise torch.OutOfMemoryError("out of memory")

    (spent,) = paper_bench(monkeypatch, seconds_of).compare([(CPU, 4)], is_shared=False)

    assert "memory of the device" in spent.why


@pytest.mark.parametrize(("sample_s", "portion"), [(0.05, 16), (0.004, 25), (0.0001, 64)])
def test_large_networks_are_measured_with_fewer_samples(monkeypatch, sample_s, portion):
    bench = paper_bench(monkeypatch, lambda _compute, size: sample_s * size)

    assert bench.portion(CPU, 64) == portion


def test_measuring_stops_when_asked(monkeypatch):
    stop = StopToken()
    stop.stop()
    bench = paper_bench(monkeypatch, lambda _compute, _size: 0.01, stop=stop)

    with pytest.raises(StoppedError):
        bench.compare([(CPU, 4)], is_shared=False)


def test_real_steps_leave_the_network_and_chance_as_they_were():
    model = nn.Linear(2, 2)
    before = {name: t.clone() for name, t in model.state_dict().items()}
    state = torch.get_rng_state()
    bench = Bench(ToyTask(), model, clouds(), TrainingConfig(batch_size=8), StopToken())

    spent = bench.compare([(CPU, 8), (HALF, 8), (ways(fused="off"), 8)], is_shared=False)

    assert all(s.seconds > 0 for s in spent)
    assert all(torch.equal(t, before[name]) for name, t in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(torch.get_rng_state(), state)


def test_waiting_for_samples_is_no_part_of_a_step(monkeypatch):
    bench = paper_bench(monkeypatch, lambda _compute, _size: 0.01)
    gather = bench_module.SplitData.gather

    def slow(self, positions):
        PaperTrial.now += 1.0
        return gather(self, positions)

    monkeypatch.setattr(bench_module.SplitData, "gather", slow)

    (spent,) = bench.compare([(CPU, 1)], is_shared=False)

    assert spent.seconds == pytest.approx(0.01)
