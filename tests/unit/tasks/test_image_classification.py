"""Image classification: squares, losses and answers, against plain computations."""

import numpy as np
import pytest
import torch
from torch import nn

from deepdesk.core.chance import Draws
from deepdesk.core.payloads import Image, Text
from deepdesk.core.task import DataFacts
from deepdesk.core.work import StopToken
from deepdesk.tasks.image_classification import Config
from deepdesk.tasks.image_classification.data import automatic_side_px, squared
from deepdesk.tasks.image_classification.sample import write_digits
from deepdesk.tasks.image_classification.task import ImageClassification

FACTS = DataFacts(classes=("cat", "dog", "owl"), typical_size=(32, 32))


def task_with(**settings):
    return ImageClassification(Config(**settings), FACTS)


def picture(height=20, width=30, seed=0):
    generator = np.random.default_rng(seed)
    return generator.integers(0, 256, (height, width, 3), dtype=np.uint8)


class Fixed(nn.Module):
    """Answers with given logits for a picture and others for its mirror image."""

    def __init__(self, logits, mirrored):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.answers = [torch.tensor([logits]), torch.tensor([mirrored])]

    def forward(self, images_NCHW):
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("size", "side_px"),
    [((), 64), ((32, 32), 32), ((28, 28), 32), ((640, 480), 128), ((20, 500), 16), ((70, 60), 64)],
)
def test_the_automatic_side_is_near_the_short_side_and_at_most_128(size, side_px):
    assert automatic_side_px(size) == side_px


def test_cropping_keeps_the_middle():
    pixels = np.zeros((10, 30, 3), dtype=np.uint8)
    pixels[:, 10:20] = 255

    assert (squared(pixels, 10, "crop") == 255).all()


def test_padding_keeps_the_whole_picture_and_adds_bars():
    pixels = np.full((10, 20, 3), 255, dtype=np.uint8)

    square = squared(pixels, 20, "pad")

    assert (square[5:15] == 255).all()
    assert (square[:5] != 255).all()


def test_squeezing_uses_every_column():
    pixels = np.zeros((10, 40, 3), dtype=np.uint8)
    pixels[:, ::2] = 200

    assert 80 < squared(pixels, 10, "stretch").mean() < 120


def test_a_picture_of_the_right_size_is_not_touched():
    pixels = picture(16, 16)

    assert squared(pixels, 16, "crop") is pixels


def test_normalised_pictures_have_the_published_mean_and_deviation():
    task = task_with()
    grey = np.round(np.array([0.485, 0.456, 0.406]) * 255).astype(np.uint8)
    pixels = torch.from_numpy(np.tile(grey, (1, 32, 32, 1)).transpose(0, 3, 1, 2).copy())

    images = task.prepare({"image": pixels}, None)["image"]

    assert images.abs().max() < 0.01
    assert images.is_contiguous(memory_format=torch.channels_last)


def test_the_loss_is_cross_entropy_with_smoothing():
    logits, labels = torch.randn(8, 3), torch.tensor([0, 1, 2, 0, 1, 2, 0, 1])

    loss = task_with(label_smoothing=0.2).losses(logits, {"label": labels})["cross_entropy"]

    log_p = logits.log_softmax(1)
    expected = -(0.8 * log_p[torch.arange(8), labels] + 0.2 * log_p.mean(1)).mean()
    torch.testing.assert_close(loss, expected)


def test_balanced_classes_weigh_the_same_in_all():
    labels = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2])

    weights = task_with(balance=True).extras(labels, [None] * 9)["class_weight"]

    totals = [weights[labels == c].sum() for c in range(3)]
    assert totals == pytest.approx([3.0, 3.0, 3.0])


def test_answering_twice_takes_the_mean_of_both_views():
    task = task_with(mirror_answers=True)
    model = Fixed([1.0, 2.0, 3.0], [3.0, 2.0, 0.0]).eval()

    logits = task.forward(model, {"image": torch.zeros(1, 3, 32, 32)})

    assert logits.tolist() == [[2.0, 2.0, 1.5]]


@pytest.mark.parametrize("settings", [{"mirror_answers": True, "flip": False}, {}])
def test_where_mirroring_is_off_it_answers_once(settings):
    task = task_with(**settings)
    model = Fixed([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]).eval()

    assert task.forward(model, {"image": torch.zeros(1, 3, 32, 32)}).tolist() == [[1.0, 2.0, 3.0]]


@pytest.mark.parametrize("temperature", [None, 2.0])
def test_scores_are_sorted_probabilities_at_the_fitted_temperature(temperature):
    task = task_with()
    if temperature:
        task.use_fit({"temperature": temperature})
    logits = [1.0, 3.0, 2.0]

    given = Image(pixels_HWC=picture())
    (answer,) = task.predict(Fixed(logits, logits).eval(), given, StopToken())

    expected = torch.tensor(logits).div(temperature or 1.0).softmax(0)
    assert [name for name, _score in answer.scores] == ["dog", "owl", "cat"]
    assert [score for _name, score in answer.scores] == pytest.approx(
        sorted(expected.tolist(), reverse=True)
    )
    assert answer.is_calibrated is (temperature is not None)


def test_answers_name_truth_and_answer():
    logits = torch.tensor([[5.0, 0.0, 0.0], [0.0, 5.0, 0.0]])

    first, second = task_with().answers(logits, {"label": torch.tensor([0, 2])})

    assert (first.truth, first.answer, first.is_right) == ("cat", "cat", True)
    assert (second.truth, second.answer, second.is_right) == ("owl", "dog", False)


def test_a_preview_without_augmentation_is_the_picture_itself():
    pixels = picture(32, 32)

    (shown,) = task_with(flip=False, shift=False).preview(
        Image(pixels_HWC=pixels), Draws(1, 0, np.arange(1))
    )

    np.testing.assert_array_equal(shown.pixels_HWC, pixels)


def test_other_payloads_are_refused():
    with pytest.raises(TypeError, match="Image"):
        next(task_with().predict(nn.Linear(1, 1), Text(text="cat"), StopToken()))


def test_the_sample_has_every_digit_in_its_own_folder(tmp_path):
    folder = write_digits(tmp_path)

    counts = {path.name: len(list(path.iterdir())) for path in folder.iterdir()}

    # The published class counts of this test set.
    assert [counts[str(d)] for d in range(10)] == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
