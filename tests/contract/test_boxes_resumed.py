"""A run on boxes that is stopped in the middle of an epoch ends with the bits of a whole one."""

import json
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
KEY = "object_detection"
PLAIN = {"batch_size": 4, "threads": 1, "precision": "float32", "epochs": 2, "grow": 0.5}
# All that is drawn by chance; of a mosaic also which pictures are in it.
VARIED = {"mirror": "all", "zoom": 0.5, "shift": 0.2, "colour": True, "mosaic": 0.6}
VARIED["width_px"] = 96
KEPT = 30


@pytest.fixture
def projects(tmp_path):
    """Return two equal small projects in which nothing was trained."""
    source = task_of(KEY).sample(tmp_path / "data")
    labels = source / "annotations.json"
    whole = json.loads(labels.read_text())
    for image in whole["images"][KEPT:]:
        (source / "images" / image["file_name"]).unlink()
    kept = {image["id"] for image in whole["images"][:KEPT]}
    whole["images"] = whole["images"][:KEPT]
    whole["annotations"] = [box for box in whole["annotations"] if box["image_id"] in kept]
    labels.write_text(json.dumps(whole))
    first, second = tmp_path / "a.deepdesk", tmp_path / "b.deepdesk"
    assert main(["new", str(first), "--task", KEY, "--data", str(source)]) == 0
    shutil.copytree(first, second)
    with Project.open(first) as one, Project.open(second) as other:
        yield one, other


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


def test_a_stopped_run_with_every_augmentation_ends_with_the_same_bits(projects):
    whole, broken = projects
    asked = RunRequest(dial="quick", training=PLAIN, task=VARIED)
    assert events_of(train_work(whole, task_of(KEY), asked))[-1] == Ended()

    first = events_of(train_work(broken, task_of(KEY), asked), stop_at=3)
    assert first[-1].stopped
    assert events_of(resume_work(broken, task_of(KEY), "001-quick"))[-1] == Ended()

    assert last_weights(broken) == last_weights(whole)
