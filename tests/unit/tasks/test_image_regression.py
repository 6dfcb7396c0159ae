"""Numbers from pictures: sizes, mirrored pictures with their sign, and whole answers."""

import numpy as np
import PIL.Image
import pytest
import torch

from deepdesk.core.chance import Draws
from deepdesk.core.payloads import Audio, Image
from deepdesk.core.task import DataFacts, Truth
from deepdesk.core.work import StopToken
from deepdesk.data.augment import is_flipped
from deepdesk.data.numbers import survey
from deepdesk.tasks.image_regression import Config
from deepdesk.tasks.image_regression.data import fitted, picture_size, smaller_size
from deepdesk.tasks.image_regression.task import ImageRegression

TARGETS = [{"steering": -0.9, "speed": 10.0}, {"steering": 0.9, "speed": 20.0}]
PLAIN = {"shift": 0.0, "colour": False}


def task_with(size=(64, 32), **settings):
    config = Config(**{**PLAIN, "targets": "steering,speed", **settings})
    learned = survey(config.targets, TARGETS)
    return ImageRegression(config, DataFacts(classes=(), typical_size=size, learned=learned))


def draws(count):
    return Draws(seed=1, epoch=2, samples=np.arange(count))


@pytest.mark.parametrize(
    ("files", "width_px", "cut", "size"),
    [
        ((320, 160), 0, 0.0, (128, 64)),
        ((320, 160), 0, 0.5, (184, 48)),
        ((320, 160), 200, 0.0, (200, 96)),
        ((64, 64), 0, 0.0, (64, 64)),
        ((10, 4000), 0, 0.0, (16, 512)),
        ((), 0, 0.0, (64, 64)),
    ],
)
def test_the_size_keeps_the_proportions_of_the_pictures(files, width_px, cut, size):
    assert picture_size(files, width_px=width_px, cut=cut) == size


def test_less_detail_is_smaller_on_both_sides():
    assert smaller_size((128, 64), 0.5) == (64, 32)
    assert smaller_size((32, 16), 0.1) == (16, 16)


def test_what_is_cut_off_is_not_seen():
    pixels = np.zeros((40, 40, 3), dtype=np.uint8)
    pixels[:20] = 255

    assert fitted(pixels, (16, 16), cut_top=0.5, cut_bottom=0.0).max() == 0
    assert fitted(pixels, (16, 16), cut_top=0.0, cut_bottom=0.5).min() == 255


def test_a_file_becomes_a_picture_of_the_size(tmp_path):
    path = tmp_path / "a.png"
    PIL.Image.new("RGB", (100, 50), (1, 2, 3)).save(path)
    task = task_with()

    image_CHW = task.decode(path, Truth())["image"]

    assert image_CHW.shape == task.fields["image"].shape == (3, 32, 64)
    assert image_CHW[:, 5, 5].tolist() == [1, 2, 3]


def test_a_mirrored_picture_steers_the_other_way_at_the_same_speed():
    task = task_with(mirror="opposite")
    image = torch.zeros(16, 3, 32, 64, dtype=torch.uint8)
    image[:, :, :, :8] = 255
    values = torch.tensor([[0.5, 12.0]]).expand(16, 2)
    extras = task.extras(np.full(16, -1), [{"steering": 0.5, "speed": 12.0}] * 16)
    batch = {"image": image, "standard": torch.from_numpy(extras["standard"])}

    prepared = task.prepare(batch, draws(16))

    is_mirrored = is_flipped(draws(16))
    assert 0 < is_mirrored.sum() < 16
    is_left = prepared["image"][:, 0, 0, 0] > 0
    assert torch.equal(is_left, ~is_mirrored)
    found = torch.from_numpy(task.in_units(prepared["standard"]))
    wanted = torch.where(is_mirrored[:, None], torch.tensor([-0.5, 12.0]), values)
    assert torch.allclose(found, wanted.double(), atol=1e-5)


@pytest.mark.parametrize("mirror", ["off", "same"])
def test_without_a_change_of_sign_numbers_stay(mirror):
    task = task_with(mirror=mirror)
    standard = torch.tensor([[0.3, 0.4]]).expand(8, 2)
    batch = {"image": torch.zeros(8, 3, 32, 64, dtype=torch.uint8), "standard": standard}

    assert torch.equal(task.prepare(batch, draws(8))["standard"], standard)


def test_measuring_changes_nothing_about_the_numbers():
    task = task_with(mirror="opposite")
    standard = torch.tensor([[0.3, 0.4]])
    batch = {"image": torch.zeros(1, 3, 32, 64, dtype=torch.uint8), "standard": standard}

    assert torch.equal(task.prepare(batch, None)["standard"], standard)


def test_a_sound_is_refused():
    sound = Audio(samples_TC=np.zeros((8, 1), dtype=np.float32), sample_rate_hz=8)
    task = task_with()

    with pytest.raises(TypeError, match="Image"):
        next(task.predict(torch.nn.Linear(1, 1), sound, StopToken()))


def test_an_answer_has_every_number_with_its_unit_and_margin():
    task = task_with()
    task.use_fit({"margin/steering": 0.1})
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.LazyLinear(2))
    pixels = np.zeros((20, 40, 3), dtype=np.uint8)

    (answer,) = task.predict(model, Image(pixels_HWC=pixels), StopToken())

    assert list(answer.values) == ["steering", "speed"]
    assert answer.margins == {"steering": 0.1}
