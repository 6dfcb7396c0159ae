"""A forecast is kept with its run, and compared with what came of it."""

from __future__ import annotations

import os

import pytest

from deepdesk.core.settings import to_json
from deepdesk.engine.forecast import calibration
from deepdesk.engine.forecast.record import FILE, keep_forecast, last_outcome
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.folder import Project
from deepdesk.project.safe_write import read_json, write_json
from tests.unit.engine.forecast import stage

TRAINING = TrainingConfig(batch_size=64, precision="float32", threads=1)


@pytest.fixture
def project(tmp_path, home, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda _handle: None)
    with Project.create(tmp_path / "Pets", name="Pets", task="image_classification") as project:
        yield project


@pytest.fixture
def add_run(project):
    """Return a function that makes a run with a forecast and epochs that end at these seconds."""
    made = []

    def add(*ends_s, training=TRAINING, graph=None):
        todo = stage.work(graph)
        config = {"graph": todo.graph.to_json(), "training": to_json(training)}
        run = project.runs.new("quick", config)
        calibration.save(stage.machine())
        keep_forecast(run, todo, training, "cpu")
        for number, seconds in enumerate(ends_s):
            step = {"kind": "step", "step": number, "memory_bytes": 300 + number}
            run.metrics.append(step)
            run.metrics.append({"kind": "epoch", "epoch": number + 1, "seconds": seconds})
        run.metrics.close()
        run.update(status="finished", epochs_done=len(ends_s))
        made.append(run)
        return run

    return add


def found(project, *, training=TRAINING):
    return last_outcome(
        project, stage.work().graph.fitted(stage.CONTRACT), stage.CONTRACT, training
    )


def test_the_newest_run_of_the_same_network_and_settings_is_compared(project, add_run):
    add_run(100.0, 200.0)
    newest = add_run(7.0, 17.0, 27.0)
    said = read_json(newest.path / FILE)["seconds_per_epoch"]

    outcome = found(project)

    assert outcome.run == newest.path.name
    assert outcome.measured_s == pytest.approx(10.0)
    assert outcome.measured_bytes == 302
    assert outcome.predicted_s == said
    assert outcome.error_share == pytest.approx(abs(said - 10.0) / 10.0)


def test_other_settings_and_runs_without_an_epoch_are_not_compared(project, add_run):
    add_run(5.0, training=TrainingConfig(batch_size=32, precision="float32", threads=1))
    add_run()

    assert found(project) is None


@pytest.mark.parametrize(
    "damage", [{}, {"seconds_per_epoch": "soon", "peak_bytes": 1}, [], {"seconds_per_epoch": -1}]
)
def test_a_damaged_forecast_is_passed_over(project, add_run, damage):
    run = add_run(5.0, 10.0)
    write_json(run.path / FILE, damage)

    assert found(project) is None


def test_a_resumed_run_keeps_its_first_forecast(project, add_run):
    run = add_run(5.0)
    before = (run.path / FILE).read_bytes()

    keep_forecast(run, stage.work(samples=99), TRAINING, "cpu")

    assert (run.path / FILE).read_bytes() == before


def test_a_machine_that_was_not_measured_keeps_no_forecast(project):
    run = project.runs.new("quick", {})

    keep_forecast(run, stage.work(), TRAINING, "cpu")

    assert not (run.path / FILE).exists()
