"""A run on masks that is stopped in the middle of an epoch ends with the bits of a whole one."""

import pytest

from deepdesk.engine.request import RunRequest
from deepdesk.tasks import task_of
from tests.contract.resumed import assert_same_bits, equal_projects

pytestmark = pytest.mark.slow
KEY = "segmentation"
PLAIN = {"batch_size": 4, "threads": 1, "precision": "float32", "epochs": 2, "grow": 0.5}
# All that is drawn by chance.
VARIED = {"mirror": True, "zoom": 2.0, "shift": 0.2, "turn": 30.0, "light": 1.0, "erase": True}
KEEPS_ONE_IN = 8


@pytest.fixture
def projects(tmp_path):
    """Return two equal small projects in which nothing was trained."""
    source = task_of(KEY).sample(tmp_path / "data")
    for place, picture in enumerate(sorted(source.rglob("images/*.png"))):
        if place % KEEPS_ONE_IN:
            (picture.parents[1] / "masks" / picture.name).unlink()
            picture.unlink()
    with equal_projects(tmp_path, KEY, source) as both:
        yield both


def test_a_stopped_run_with_every_augmentation_ends_with_the_same_bits(projects):
    whole, broken = projects
    asked = RunRequest(dial="quick", training=PLAIN, task=VARIED)
    assert_same_bits(whole, broken, KEY, asked)
