"""Segmentation: decoding, answers in words, masks of pictures of any size, tiles without seams."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pictures

from deepdesk.core.chance import Draws
from deepdesk.core.drawing import Box, Drawing, target_of
from deepdesk.core.payloads import Image, Mask, Text
from deepdesk.core.task import DataFacts, Truth
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.data.images import read_image
from deepdesk.engine.segmenting import shares_in_words
from deepdesk.nn.build import build
from deepdesk.tasks.segmentation.config import Config
from deepdesk.tasks.segmentation.covering import Cover
from deepdesk.tasks.segmentation.task import Segmentation

STREET = Path(__file__).resolve().parents[4] / "shared" / "data" / "street_segmentation"
CLASSES = ("sky", "road", "car")
FACTS = DataFacts(classes=CLASSES, typical_size=(64, 48), learned={"background": False})


def task_for(**settings) -> Segmentation:
    return Segmentation(Config(**settings), FACTS)


class Bright(torch.nn.Module):
    """Answers sky where it is bright, road where it is dark, from a pixel and its neighbours."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor(3.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        grey = torch.nn.functional.avg_pool2d(x.mean(1, keepdim=True), 3, 1, 1)
        return torch.cat((self.scale * grey, -self.scale * grey, 0.0 * grey - 9.0), 1)


def halves(height: int, width: int) -> Image:
    """Return a picture that is bright above and dark below."""
    pixels = np.full((height, width, 3), 230, dtype=np.uint8)
    pixels[height // 2 :] = 20
    return Image(pixels_HWC=pixels, name="halves")


def batch_of(task: Segmentation, truth_NHW: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"mask": truth_NHW, "image": torch.zeros(len(truth_NHW), 3, *task.size[::-1])}


def test_a_class_keeps_its_name_in_words_whatever_signs_are_in_it():
    mask = Mask(classes_HW=np.array([[0, 0, 0, 1]]), classes=("50% grey", "sky"))
    assert shares_in_words(mask) == "50% grey 75 %, sky 25 %"


def test_a_picture_and_its_drawing_become_arrays_of_the_networks_size(tmp_path):
    Pictures.new("RGB", (64, 48), (200, 0, 0)).save(tmp_path / "a.png")
    box = Box(label="car", left=0, top=0, right=32, bottom=48)
    target = target_of(Drawing(width_px=64, height_px=48, shapes=(box,)))
    task = task_for()
    found = task.decode(tmp_path / "a.png", Truth(target=target))
    assert {name: (a.shape, str(a.dtype)) for name, a in found.items()} == {
        name: (f.shape, f.dtype) for name, f in task.fields.items()
    }
    batch = task.prepare({n: torch.from_numpy(a)[None] for n, a in found.items()}, None)
    assert (batch["mask"][0, :, :32] == 2).all()
    assert (batch["mask"][0, :, 32:] == -1).all()
    assert task.truth_stamp(tmp_path / "a.png", Truth(target=target)) != task.truth_stamp(
        tmp_path / "a.png", Truth(target=None)
    )


def test_classes_that_are_left_out_are_no_outputs():
    task = task_for(ignored="car")
    assert task.classes == ("sky", "road")
    assert task.contract().outputs["logits"][0] == 2
    drawn = DataFacts(classes=CLASSES, learned={"background": True})
    assert Segmentation(Config(), drawn).classes == (*CLASSES, "background")


def test_less_detail_makes_the_picture_smaller_and_leaves_the_mask():
    task = task_for()
    batch = {
        "image": torch.zeros(2, 3, 48, 64, dtype=torch.uint8),
        "mask": torch.zeros(2, 48, 64, dtype=torch.uint8),
    }
    few = task.prepare(batch, Draws(1, 0, np.arange(2)), 0.625)
    assert few["image"].shape[2:] == task.contract(0.625).inputs["image"][1:] != (48, 64)
    assert few["mask"].shape == (2, 48, 64)


def test_answers_say_the_largest_classes_and_how_well_areas_agree():
    task = task_for()
    truth = torch.zeros(1, 48, 64, dtype=torch.int64)
    truth[:, 24:] = 1
    answer = truth.clone()
    answer[:, :12] = 2
    logits = 9.0 * torch.nn.functional.one_hot(answer, 3).permute(0, 3, 1, 2).float()
    (told,) = task.answers(logits, batch_of(task, truth))
    # Sky a half of what it is, road whole, the car nowhere in the truth.
    assert told.error == pytest.approx(1.0 - (0.5 + 1.0 + 0.0) / 3)
    assert told.truth == "sky 50 %, road 50 %"
    assert told.answer == "road 50 %, sky 25 %, car 25 %; IoU 0.50"
    assert not told.is_right
    assert told.drawn.classes == CLASSES
    assert max(told.drawn_truth.classes_HW.shape) <= 160


def test_a_temperature_that_was_fitted_makes_answers_as_sure_as_they_are_right():
    task = task_for()
    chance = torch.Generator().manual_seed(1)
    truth = torch.randint(0, 3, (2, 48, 64), generator=chance)
    said = torch.where(torch.rand(truth.shape, generator=chance) < 0.7, truth, (truth + 1) % 3)
    logits = 20.0 * torch.nn.functional.one_hot(said, 3).permute(0, 3, 1, 2).float()
    before = task.answers(logits, batch_of(task, truth))[0].score
    task.use_fit(task.fit_answers([(logits, batch_of(task, truth))]))
    after = task.answers(logits, batch_of(task, truth))[0].score
    assert before > 0.999
    assert after == pytest.approx(0.7, abs=0.03)
    assert task.fit_answers([]) == {}


@pytest.mark.parametrize("size", [(48, 64), (37, 91), (300, 20)])
def test_a_mask_has_the_size_of_its_picture_and_says_how_sure_it_is(size):
    *_, mask = task_for().predict(Bright().eval(), halves(*size), StopToken())
    assert isinstance(mask, Mask)
    assert mask.classes_HW.shape == mask.certainty_HW.shape == size
    assert (mask.classes_HW[: size[0] // 2 - 2] == 0).all()
    assert (mask.classes_HW[size[0] // 2 + 2 :] == 1).all()
    assert mask.certainty > 0.9


def test_a_large_picture_is_answered_whole_first_and_then_in_tiles():
    given = Image(pixels_HWC=np.kron(_board(24, 32), np.ones((8, 8, 1), dtype=np.uint8)))
    with torch.no_grad():
        coarse, *_, fine = task_for().predict(Bright().eval(), given, StopToken())
        (whole,) = task_for(large="whole").predict(Bright().eval(), given, StopToken())
    truth = np.where(given.pixels_HWC[..., 0] > 128, 0, 1)
    assert coarse == whole
    assert (fine.classes_HW == truth).mean() > (coarse.classes_HW == truth).mean()
    assert (fine.classes_HW == truth).mean() > 0.95


def _board(height: int, width: int) -> np.ndarray:
    cells = np.indices((height, width)).sum(0) % 2
    return np.repeat((cells * 220 + 15).astype(np.uint8)[..., None], 3, axis=2)


def test_a_stop_ends_the_tiles():
    stop = StopToken()
    with torch.no_grad():
        answers = task_for().predict(Bright().eval(), halves(480, 640), stop)
        next(answers)
        stop.stop()
        with pytest.raises(StoppedError):
            list(answers)


def test_tiles_show_things_as_large_as_they_were_in_training():
    cover = Cover(network=(256, 192), typical=(480, 360), large="auto", classes=CLASSES)
    assert cover.tiled_size((4_800, 3_600)) == (2_560, 1_920)
    assert cover.tiled_size((100, 3_600)) == (256, 1_920)
    assert not cover.wants_tiles((480, 360))
    assert not cover.wants_tiles((960, 720))
    assert cover.wants_tiles((1_920, 1_080))


def test_other_things_than_pictures_are_refused():
    with pytest.raises(TypeError, match="Text"):
        list(task_for().predict(Bright(), Text(text="a"), StopToken()))


@pytest.mark.skipif(not STREET.exists(), reason="needs ../shared/data/street_segmentation")
def test_a_street_picture_enlarged_has_no_seam_between_tiles():
    path = sorted((STREET / "test" / "images").iterdir())[0]
    pixels = np.asarray(Pictures.fromarray(read_image(path)).resize((320, 240)))
    task = task_for(large="tiles")
    graph = task.architectures()["Tiny"]
    model = build(graph, task.contract(), seed=3).eval()
    given = Image(pixels_HWC=pixels)
    with torch.no_grad():
        *_, mask = task.predict(model, given, StopToken())
    # Between tiles the certainty changes no more from column to column than it does elsewhere.
    steps = np.abs(np.diff(mask.certainty_HW.astype(np.float64), axis=1)).mean(0)
    begins = list(range(48, 319, 16))
    assert steps[begins].max() < 3.0 * np.median(steps) + 1.0


def test_a_preview_with_its_truth_has_a_line_where_the_class_changes(tmp_path):
    Pictures.new("RGB", (64, 48), (120, 120, 120)).save(tmp_path / "a.png")
    box = Box(label="car", left=0, top=0, right=32, bottom=48)
    target = target_of(Drawing(width_px=64, height_px=48, shapes=(box,)))
    task = task_for(mirror=False, zoom=1.0, shift=0.0, light=0.0)
    given = Image(pixels_HWC=read_image(tmp_path / "a.png"))
    draws = Draws(1, 0, np.arange(2))

    with_truth = list(task.preview_with(given, tmp_path / "a.png", Truth(target=target), draws))
    without = list(task.preview(given, draws))

    assert len(with_truth) == len(without) == 2
    is_line = (with_truth[0].pixels_HWC == 255).all(2)
    middle = is_line.shape[1] // 2
    assert is_line[:, middle].all()
    assert is_line.sum() == len(is_line)
    assert not (without[0].pixels_HWC == 255).any()
