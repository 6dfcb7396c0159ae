"""Runs of sounds that are stopped in the middle of an epoch end with the bits of whole ones."""

import pytest

from deepdesk.engine.request import RunRequest
from deepdesk.tasks import task_of
from tests.contract.resumed import assert_same_bits, equal_projects

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
    with equal_projects(tmp_path, key, source) as both:
        yield both


def test_a_stopped_run_with_every_augmentation_ends_with_the_same_bits(key, projects):
    whole, broken = projects
    asked = RunRequest(dial="quick", training=PLAIN, task=VARIED)
    assert_same_bits(whole, broken, key, asked)
