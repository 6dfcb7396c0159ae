"""An outlook says what a whole run will take, from what was measured on this machine."""

import dataclasses

import pytest

from deepdesk.core.events import Result
from deepdesk.core.task import DataFacts, Found
from deepdesk.core.work import StopToken
from deepdesk.engine.forecast import outlook as outlook_module
from deepdesk.engine.forecast.outlook import decoded_bytes, outlook_work
from deepdesk.engine.request import RunRequest
from deepdesk.nn.build import build
from deepdesk.project import preferences
from deepdesk.project.folder import Project
from deepdesk.project.preferences import Preferences
from deepdesk.tasks import task_of
from tests.unit.engine.forecast.stage import machine

SPEC = task_of("image_classification")


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPDESK_HOME", str(tmp_path / "home"))
    with Project.create(tmp_path / "pets", name="pets", task=SPEC.key) as made:
        with made.index() as index:
            found = [
                Found(
                    path=tmp_path / f"{n}.png",
                    label=("cat", "dog")[n % 2],
                    split="validation" if n >= 320 else "train",
                )
                for n in range(400)
            ]
            index.add(found, source=str(tmp_path))
        yield made


def asked(project, monkeypatch, **training):
    monkeypatch.setattr(outlook_module, "load", lambda _device: machine())
    request = RunRequest(
        dial="quick",
        training={"precision": "float32", "threads": 1, "device": "cpu", **training},
        task={"side_px": 32},
    )
    told = []
    outlook_work(project, SPEC, request, measures=False)(told.append, StopToken())
    return [event.value for event in told if isinstance(event, Result)]


def test_time_grows_with_the_epochs(project, monkeypatch):
    (short,) = asked(project, monkeypatch, epochs=2)
    (long,) = asked(project, monkeypatch, epochs=20)

    assert short.seconds > 0
    assert long.seconds == pytest.approx(10 * short.seconds)
    assert short.is_rough


def test_the_disk_holds_three_checkpoints_and_every_decoded_sample(project, monkeypatch):
    (found,) = asked(project, monkeypatch, epochs=2, optimizer="sgd")
    task = SPEC.load()(
        dataclasses.replace(SPEC.config(), side_px=32),
        DataFacts(classes=("cat", "dog")),
    )
    model = build(task.architectures()["Small convolutional"], task.contract(), seed=1)
    learned = sum(parameter.numel() for parameter in model.parameters())
    # Weights, best weights, trained weights and one moment, in three checkpoints.
    checkpoints = 3 * 4 * 4 * learned
    decoded = 400 * 3 * 32 * 32

    assert decoded_bytes(task, 400) == decoded
    assert found.spare_bytes == 200_000_000
    assert found.disk_bytes == pytest.approx(checkpoints + decoded, rel=0.001)


def test_without_a_calibration_nothing_is_said(project, monkeypatch):
    monkeypatch.setattr(outlook_module, "load", lambda _device: None)
    told = []
    outlook_work(project, SPEC, RunRequest(), measures=False)(told.append, StopToken())

    assert told == []


def test_energy_is_power_times_time(project, monkeypatch):
    preferences.save(dataclasses.replace(Preferences(), watts=50.0))
    (found,) = asked(project, monkeypatch, epochs=3)

    assert found.joules == pytest.approx(50.0 * found.seconds)
    assert found.watts_from == "stated watts"


def test_what_several_workers_gain_is_not_known_and_said_to_be_so(project, monkeypatch):
    preferences.save(dataclasses.replace(Preferences(), watts=50.0))
    (one,) = asked(project, monkeypatch, epochs=2)
    (several,) = asked(project, monkeypatch, epochs=2, workers=4)

    assert one.caveat == ""
    assert several.seconds == one.seconds
    assert "4 workers will share the work" in several.caveat
    assert several.joules == 0.0
