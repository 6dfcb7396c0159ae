"""What is measured of a machine, kept, and refused when it is not of this machine."""

from __future__ import annotations

import json
import os

import pytest
import torch
from torch import nn

from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine.compute import Compute
from deepdesk.engine.forecast import calibrate as calibrate_module
from deepdesk.engine.forecast import calibration, machine, trial
from deepdesk.engine.forecast.calibration import at
from deepdesk.engine.forecast.timing import timed
from deepdesk.engine.settings import TrainingConfig
from tests.unit.engine.forecast import stage

PLAIN = TrainingConfig(batch_size=4, precision="float32", threads=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch, home):
    """Keep things in an own folder, without waiting for the disk."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)


def kept_file(what):
    (path,) = machine.cache_folder().glob(f"{what}-*.json")
    return path


def test_a_rate_lies_on_the_line_between_two_points_on_logarithmic_axes():
    curve = ((1.0, 10.0), (100.0, 1000.0))

    assert at(curve, 10.0) == pytest.approx(100.0)
    assert at(curve, 0.1) == 10.0
    assert at(curve, 1e9) == 1000.0


def test_a_calibration_is_read_back_as_it_was_kept():
    calibration.save(stage.machine())

    assert calibration.load("cpu") == stage.machine()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda values: values["machine"].update(processor="another"),
        lambda values: values.update(format=99),
        lambda values: values["values"].update(cores="two"),
        lambda values: values["values"].update(base_bytes=-1),
        lambda values: values["values"]["curves"].update(
            {"memory forward float32": [[2, 1], [1, 1]]}
        ),
        lambda values: values["values"]["curves"].update({"memory forward float32": 5}),
        lambda values: values["values"]["curves"].clear(),
        lambda values: values.update(values=[]),
    ],
)
def test_what_another_machine_or_nobody_wrote_is_not_believed(spoil):
    calibration.save(stage.machine())
    values = json.loads(kept_file("calibration").read_text())
    spoil(values)
    kept_file("calibration").write_text(json.dumps(values))

    assert calibration.load("cpu") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": 1}', "\0" * 100])
def test_a_damaged_file_counts_as_none(text):
    calibration.save(stage.machine())
    kept_file("calibration").write_text(text)

    assert calibration.load("cpu") is None


def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    monkeypatch.setenv("DEEPDESK_HOME", str(blocked))

    calibration.save(stage.machine())

    assert calibration.load("cpu") is None


def test_what_was_measured_before_a_stop_is_not_measured_again(monkeypatch):
    measured = []

    def measure(probe, compute, stop):
        stop.check()
        measured.append((probe, compute.precision, compute.threads))
        if len(measured) == 10:
            stop.stop()
        return 1e-3, 2e-3

    monkeypatch.setattr(calibrate_module, "_measure", measure)
    monkeypatch.setattr(calibrate_module, "_stream_rate", lambda *_given: 1e9)
    monkeypatch.setattr(calibrate_module, "_base_bytes", lambda *_given: 1 << 20)
    monkeypatch.setattr(calibrate_module, "_DONE", {})
    stop = StopToken()
    with pytest.raises(StoppedError):
        calibrate_module.calibrate("cpu", stop)
    found = calibrate_module.calibrate("cpu", StopToken())

    assert len(measured) == len(set(measured))
    assert calibration.load("cpu") == found


def test_timing_puts_threads_and_gradients_back():
    module, x = nn.Linear(8, 8), torch.ones(4, 8, requires_grad=True)
    before = torch.get_num_threads()
    compute = Compute(device=torch.device("cpu"), threads=1)

    forward, backward = timed(module, [x], compute, StopToken(), budget_s=0.0)

    assert forward > 0
    assert backward > 0
    assert x.grad is None
    assert module.weight.grad is None
    assert torch.get_num_threads() == before


def test_each_distinct_block_is_timed_once_and_found_again(monkeypatch):
    timed_blocks = []

    def seconds(part, _calibration, _stop):
        timed_blocks.append(part.step.node.id)
        return 0.1, 0.2

    monkeypatch.setattr(trial, "_seconds", seconds)
    monkeypatch.setattr(trial, "_whole_seconds", lambda *_given: (1.0, 2.0))
    todo = stage.work()
    assert trial.known_seconds(todo, PLAIN, "cpu") == {}

    found = trial.try_blocks(todo, PLAIN, stage.machine(), StopToken())
    again = trial.try_blocks(todo, PLAIN, stage.machine(), StopToken())

    assert found == again == trial.known_seconds(todo, PLAIN, "cpu")
    assert sorted(timed_blocks) == sorted(found["float32"])


def test_times_that_are_no_times_are_measured_again(monkeypatch):
    monkeypatch.setattr(trial, "_seconds", lambda *_given: (0.1, 0.2))
    trial.try_blocks(stage.work(), PLAIN, stage.machine(), StopToken())
    path = kept_file("blocks")
    values = json.loads(path.read_text())
    values["values"] = {key: ["x", -1] for key in values["values"]}
    path.write_text(json.dumps(values))

    assert trial.known_seconds(stage.work(), PLAIN, "cpu") == {}


def test_a_real_small_block_is_timed():
    found = trial.try_blocks(stage.work(samples=4), PLAIN, stage.machine(), StopToken())["float32"]

    assert all(forward >= 0 and backward >= 0 for forward, backward in found.values())
    assert sum(found["stem"]) > 0
