"""Runs of sounds that are stopped in the middle of an epoch end with the bits of whole ones."""

import shutil

import pytest

from deepdesk.cli import main
from deepdesk.core.events import Ended, Stepped
from deepdesk.core.work import StopToken, run
from deepdesk.engine.request import RunRequest
from deepdesk.engine.run import resume_work, train_work
from deepdesk.project.folder import Project
from deepdesk.tasks import task_of

pytestmark = pytest.mark.slow
PLAIN = {"batch_size": 4, "threads": 1, "precision": "float32", "epochs": 2}
# All that is drawn by chance.
VARIED = {"room": True, "mask": True, "noise": True, "tone": True, "speed": True, "rate_hz": 8000}
KEEPS_ONE_IN = 8


@pytest.fixture(params=["audio_classification", "speech_to_text"])
def key(request):
    return request.param


@pytest.fixture
def projects(key, tmp_path):
    """Return two equal small projects in which nothing was trained."""
    data = tmp_path / "data"
    data.mkdir()
    source = task_of(key).sample(data)
    for place, path in enumerate(sorted(data.rglob("*.wav"))):
        if place % KEEPS_ONE_IN:
            path.unlink()
    first, second = tmp_path / "a.deepdesk", tmp_path / "b.deepdesk"
    assert main(["new", str(first), "--task", key, "--data", str(source)]) == 0
    shutil.copytree(first, second)
    with Project.open(first) as whole, Project.open(second) as broken:
        yield whole, broken


def events_of(work, stop_at=0):
    """Run work, asking it to stop after so many told steps; 0 for never."""
    told, stop = [], StopToken()

    def emit(event):
        told.append(event)
        if stop_at and sum(isinstance(seen, Stepped) for seen in told) >= stop_at:
            stop.stop()

    run(work, emit, stop)
    return told


def last_weights(project):
    folder = project.runs.get("001-quick").path / "checkpoints"
    last = sorted(folder.glob("step_*"))[-1]
    return last.name, {path.name: path.read_bytes() for path in last.glob("*.safetensors")}


def test_a_stopped_run_with_every_augmentation_ends_with_the_same_bits(key, projects):
    whole, broken = projects
    asked = RunRequest(dial="quick", training=PLAIN, task=VARIED)
    assert events_of(train_work(whole, task_of(key), asked))[-1] == Ended()

    first = events_of(train_work(broken, task_of(key), asked), stop_at=3)
    assert first[-1].stopped
    assert events_of(resume_work(broken, task_of(key), "001-quick"))[-1] == Ended()

    assert last_weights(broken) == last_weights(whole)
