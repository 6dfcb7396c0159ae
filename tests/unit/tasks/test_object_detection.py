"""Boxes on pictures: sizes, boxes that follow their picture, and whole answers."""

import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from torch import nn

from deepdesk.core.chance import Draws
from deepdesk.core.drawing import Box, Drawing, target_of
from deepdesk.core.payloads import Audio, Image
from deepdesk.core.task import DataFacts, Truth
from deepdesk.core.work import StopToken
from deepdesk.engine.growing import why_not
from deepdesk.engine.stages import Stages
from deepdesk.tasks.object_detection import Config
from deepdesk.tasks.object_detection.data import framed, picture_size, smaller_size
from deepdesk.tasks.object_detection.sample import write_things
from deepdesk.tasks.object_detection.task import ObjectDetection

PLAIN = {"mirror": "off", "zoom": 0.0, "shift": 0.0, "colour": False}


def task_with(size=(64, 64), classes=("cat", "dog"), **settings):
    config = Config(**{**PLAIN, **settings})
    return ObjectDetection(config, DataFacts(classes=classes, typical_size=size))


def target(left, top, right, bottom, label="dog", size=(128, 64)):
    box = Box(label=label, left=left, top=top, right=right, bottom=bottom)
    return target_of(Drawing(width_px=size[0], height_px=size[1], shapes=(box,)))


def batch_of(task, *targets):
    extras = task.extras(np.full(len(targets), -1), list(targets))
    width, height = task.size
    pixels = torch.zeros(len(targets), 3, height, width, dtype=torch.uint8)
    return {"image": pixels, **{name: torch.from_numpy(rows) for name, rows in extras.items()}}


@pytest.mark.parametrize(
    ("files", "width_px", "size"),
    [
        ((640, 480), 0, (256, 192)),
        ((480, 640), 0, (192, 256)),
        ((640, 480), 320, (320, 256)),
        ((1000, 1000), 0, (224, 224)),
        ((192, 128), 0, (192, 128)),
        ((100, 100), 0, (96, 96)),
        ((1920, 1080), 0, (288, 160)),
        ((10_000, 10), 0, (1024, 64)),
        ((), 128, (128, 96)),
    ],
)
def test_the_size_keeps_the_proportions_and_fits_the_strides(files, width_px, size):
    assert picture_size(files, width_px) == size


def test_less_detail_is_smaller_in_steps_of_the_strides():
    assert smaller_size((256, 192), 0.625) == (160, 128)
    assert smaller_size((64, 64), 0.1) == (64, 64)


def test_a_picture_lies_whole_in_the_middle():
    pixels = np.full((50, 200, 3), 255, dtype=np.uint8)

    seen = framed(pixels, (64, 64))

    rows = np.flatnonzero((seen == 255).all((1, 2)))
    assert (rows[0], rows[-1]) == (24, 39)


def test_a_file_becomes_a_picture_of_the_size(tmp_path):
    path = tmp_path / "a.png"
    PIL.Image.new("RGB", (300, 200), (255, 0, 0)).save(path)
    task = task_with(size=(300, 200), width_px=96)

    assert task.decode(path, Truth())["image"].shape == task.fields["image"].shape == (3, 64, 96)
    assert task.truth_stamp(path, Truth(target=target(0, 0, 9, 9))) == 0


def test_boxes_follow_their_picture_into_what_the_network_sees():
    task = task_with(width_px=128)
    prepared = task.prepare(batch_of(task, target(0, 0, 64, 64)), None)

    # 128 by 64 lies in 128 by 128, with bars above and below.
    assert prepared["boxes"][0, 0].tolist() == pytest.approx([0, 32, 64, 96])
    small = task.prepare(batch_of(task, target(0, 0, 64, 64)), None, 0.5)
    assert small["image"].shape == (1, 3, 64, 64)
    assert small["boxes"][0, 0].tolist() == pytest.approx([0, 16, 32, 48])


def test_mirrored_pictures_have_mirrored_boxes():
    task = task_with(width_px=128, mirror="sideways")
    samples = 16
    batch = batch_of(task, *[target(0, 0, 64, 64)] * samples)

    prepared = task.prepare(batch, Draws(1, 0, np.arange(samples)))

    lefts = prepared["boxes"][:, 0, 0]
    assert set(lefts.round().tolist()) == {0.0, 64.0}


def test_the_last_part_of_a_run_shows_whole_pictures():
    task = task_with(mosaic=1.0, mosaic_until=0.8)
    batch = batch_of(task, *[target(0, 0, 64, 64)] * 4)
    rows = np.arange(4)

    early = task.prepare(batch, Draws(1, 0, rows, done=0.79))
    late = task.prepare(batch, Draws(1, 0, rows, done=0.8))
    plain = task.prepare(batch, None)

    assert early["boxes"].shape[1] > 1
    assert torch.equal(late["boxes"], plain["boxes"])
    assert torch.equal(late["image"], plain["image"])


def test_a_batch_without_truths_can_be_varied():
    task = task_with(mirror="all", mosaic=1.0, zoom=0.3)
    shown = list(
        task.preview(Image(pixels_HWC=np.zeros((64, 64, 3), np.uint8)), Draws(1, 0, np.arange(3)))
    )

    assert [picture.pixels_HWC.shape for picture in shown] == [(64, 64, 3)] * 3


def test_a_preview_shows_the_boxes_where_they_have_come_to():
    task = task_with(width_px=64)
    given = Image(pixels_HWC=np.full((64, 64, 3), 99, np.uint8))
    truth = Truth(target=target(16, 8, 48, 40, size=(64, 64)))

    (shown,) = task.preview_with(given, Path(), truth, Draws(1, 0, np.arange(1)))

    is_white = (shown.pixels_HWC == 255).all(2)
    rows, columns = np.flatnonzero(is_white.any(1)), np.flatnonzero(is_white.any(0))
    assert (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) == (16, 8, 48, 40)


class Says(nn.Module):
    """A network that always says the same."""

    def __init__(self, rows):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.rows = rows

    def forward(self, images):
        return self.rows


def test_boxes_are_told_in_pixels_of_the_picture():
    task = task_with(width_px=64)
    rows = torch.tensor([[[16.0, 24, 32, 40, 0, 0, 8, 8, -9, 3]]])
    given = Image(pixels_HWC=np.zeros((100, 200, 3), np.uint8))

    with torch.no_grad():
        (answer,) = task.predict(Says(rows), given, StopToken())

    ((sides, name, score),) = answer.boxes
    # 200 by 100 lies in 64 by 64 at 0.32 of its size, 16 px below the upper edge.
    assert sides == pytest.approx((50, 25, 100, 75))
    assert (name, score) == ("dog", pytest.approx(torch.tensor(3.0).sigmoid().item()))


def test_networks_of_two_stages_give_both():
    task = task_with()
    both = {"proposals": torch.zeros(1, 5, 9), "detections": torch.zeros(1, 5, 10)}

    outputs = task.forward(Says(both), {"image": torch.zeros(1)})

    assert isinstance(outputs, Stages)
    assert outputs.detections.shape == (1, 5, 10)


def test_other_things_than_pictures_are_refused():
    sound = Audio(samples_TC=np.zeros((9, 1), np.float32), sample_rate_hz=8000)

    with pytest.raises(TypeError, match="Audio"):
        list(task_with().predict(Says(torch.zeros(1)), sound, StopToken()))


def test_the_sample_has_boxes_in_its_pictures(tmp_path):
    write_things(tmp_path)

    whole = json.loads((tmp_path / "annotations.json").read_text())
    assert len(whole["images"]) == len(list((tmp_path / "images").iterdir())) == 200
    assert {kind["name"] for kind in whole["categories"]} == {"coin", "nut", "key"}
    for box in whole["annotations"]:
        left, top, width, height = box["bbox"]
        assert min(left, top) >= 0
        assert width > 5
        assert height > 5
        assert left + width <= 192
        assert top + height <= 128


def test_the_small_network_may_begin_with_small_pictures():
    task = task_with(size=(640, 480))

    assert why_not(task.architectures()["Small anchor-free"], task) == ""
