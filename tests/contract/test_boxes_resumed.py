"""A run on boxes that is stopped in the middle of an epoch ends with the bits of a whole one."""

import json

import pytest

from deepdesk.engine.request import RunRequest
from deepdesk.tasks import task_of
from tests.contract.resumed import assert_same_bits, equal_projects

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
    with equal_projects(tmp_path, KEY, source) as both:
        yield both


def test_a_stopped_run_with_every_augmentation_ends_with_the_same_bits(projects):
    whole, broken = projects
    asked = RunRequest(dial="quick", training=PLAIN, task=VARIED)
    assert_same_bits(whole, broken, KEY, asked)
