"""Assignment, losses and decoding of detectors."""

import math

import numpy as np
import pytest
import torch
from torchvision import ops

from deepdesk.core.answer_filter import counted_boxes
from deepdesk.core.drawing import Box, Drawing, target_of
from deepdesk.engine.box_decoding import _chosen_at_once, _chosen_in_turn, decoded
from deepdesk.engine.box_geometry import complete_overlaps, overlaps
from deepdesk.engine.box_losses import detection_losses, one_class
from deepdesk.engine.box_matching import Truths, assigned
from deepdesk.engine.detecting import Detecting
from deepdesk.engine.stages import Stages

CLASSES = ("cell", "dust")


def drawn_boxes(count, seed=0):
    generator = torch.Generator().manual_seed(seed)
    places = torch.rand(count, 2, generator=generator) * 60
    return torch.cat([places, places + 2 + torch.rand(count, 2, generator=generator) * 30], 1)


def cells(side=64, stride=8):
    starts = torch.arange(0, side, stride, dtype=torch.float32)
    top, left = torch.meshgrid(starts, starts, indexing="ij")
    return torch.stack([left, top, left + stride, top + stride], 2).reshape(1, -1, 4)


def truths(boxes, labels, crowd=None):
    sides, kinds = torch.tensor([boxes], dtype=torch.float32), torch.tensor([labels])
    is_crowd = torch.zeros_like(kinds, dtype=torch.bool) if crowd is None else torch.tensor([crowd])
    return Truths(boxes_NM4=sides, labels_NM=kinds, crowd_NM=is_crowd)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (overlaps, ops.box_iou),
        (complete_overlaps, ops.complete_box_iou),
    ],
)
def test_overlaps_are_those_of_torchvision(ours, theirs):
    first, second = drawn_boxes(9), drawn_boxes(7, seed=1)

    torch.testing.assert_close(
        ours(first[:, None], second[None]), theirs(first, second), atol=1e-5, rtol=1e-4
    )


def test_each_truth_is_learnt_by_predictions_inside_of_it_alone():
    references = cells()
    there = truths([[4, 4, 30, 30], [40, 40, 60, 60], [0, 0, 0, 0]], [1, 0, -1])
    boxes = references + torch.tensor([-4.0, -4.0, 4.0, 4.0])

    given = assigned(boxes, references, torch.full((1, 64, 2), 0.1), there)

    middles = (references[0, :, :2] + references[0, :, 2:]) / 2
    is_first = (given.quality_NP[0] > 0) & (given.label_NP[0] == 1)
    is_second = (given.quality_NP[0] > 0) & (given.label_NP[0] == 0)
    assert 0 < is_first.sum() <= 10
    assert 0 < is_second.sum() <= 10
    assert ((middles[is_first] > 4) & (middles[is_first] < 30)).all()
    assert ((middles[is_second] > 40) & (middles[is_second] < 60)).all()
    # The best one is to be as sure as its box is good.
    best = overlaps(boxes[0], there.boxes_NM4[0, 0])[is_first].max()
    assert given.quality_NP[0][is_first].max() == pytest.approx(float(best))


def test_many_pictures_are_worked_on_part_by_part(monkeypatch):
    references = cells().expand(5, -1, -1)
    generator = torch.Generator().manual_seed(3)
    boxes = references + torch.rand(5, 64, 4, generator=generator) * 6
    there = Truths(
        boxes_NM4=torch.stack([drawn_boxes(3, seed) for seed in range(5)]),
        labels_NM=torch.tensor([[0, 1, -1]] * 5),
        crowd_NM=torch.tensor([[False, False, False]] * 5),
    )
    scores = torch.rand(5, 64, 2, generator=generator)

    whole = assigned(boxes, references, scores, there)
    monkeypatch.setattr("deepdesk.engine.box_matching._MOST_PAIRS", 2 * 64 * 3)
    parts = assigned(boxes, references, scores, there)

    assert torch.equal(whole.quality_NP, parts.quality_NP)
    assert torch.equal(whole.box_NP4, parts.box_NP4)
    assert whole.quality_NP.sum() > 0


def test_a_truth_between_all_places_is_learnt_by_the_cell_around_it():
    references = cells()
    there = truths([[9, 9, 11, 11]], [0])

    given = assigned(references, references, torch.full((1, 64, 2), 0.1), there)

    assert torch.nonzero(given.quality_NP[0]).ravel().tolist() == [9]


def test_at_the_beginning_what_is_nearest_is_taken():
    references = cells()
    there = truths([[0, 0, 64, 64]], [0])
    # A box that overlaps with nothing in all places but one.
    boxes = torch.full_like(references, 200.0)
    boxes[..., 2:] += 1
    boxes[0, 27] = torch.tensor([20.0, 20.0, 40.0, 40.0])

    given = assigned(boxes, references, torch.full((1, 64, 2), 0.1), there)

    assert int(given.quality_NP[0].argmax()) == 27


def test_a_crowd_is_neither_learnt_nor_background():
    references = cells()
    there = truths([[0, 0, 32, 64]], [0], crowd=[True])

    given = assigned(references, references, torch.full((1, 64, 2), 0.1), there)

    assert given.quality_NP.sum() == 0
    left = references[0, :, 2] <= 32
    assert torch.equal(given.is_ignored_NP[0], left)


def rows(boxes, references, logits):
    return torch.cat([boxes, references, logits], 2)


def test_what_is_exactly_right_costs_nothing_and_nothing_there_costs_little():
    references = cells()
    there = truths([[8, 8, 16, 16]], [0])
    logits = torch.full((1, 64, 2), -20.0)
    logits[0, 9, 0] = 20.0

    losses = detection_losses(rows(references, references, logits), there)

    assert sum(losses.values()) == pytest.approx(0.0, abs=1e-5)
    nothing = truths([[0, 0, 0, 0]], [-1])
    quiet = torch.full((1, 64, 2), -20.0)
    silent = detection_losses(rows(references, references, quiet), nothing)
    assert sum(silent.values()) == pytest.approx(0.0, abs=1e-5)


def test_losses_are_of_the_one_formula_by_hand():
    references = cells(8, 8)
    there = truths([[0, 0, 8, 8]], [1])
    boxes = torch.tensor([[[0.0, 0.0, 8.0, 4.0]]])
    logits = torch.tensor([[[0.5, -0.25]]])

    losses = detection_losses(rows(boxes, references, logits), there)

    # One prediction that overlaps by a half: the quality of the assignment.
    def entropy(logit, wanted):
        return math.log1p(math.exp(logit)) - wanted * logit

    assert losses["classes"] == pytest.approx(entropy(0.5, 0.0) + entropy(-0.25, 0.5))
    assert losses["boxes"] == pytest.approx(
        2.0 * 0.5 * (1 - float(ops.complete_box_iou(boxes[0], there.boxes_NM4[0]))), rel=1e-4
    )


def test_a_way_back_has_no_holes():
    boxes = torch.zeros(1, 64, 4, requires_grad=True)  # all of them of no size
    logits = torch.zeros(1, 64, 2, requires_grad=True)
    there = truths([[4, 4, 30, 30], [3, 3, 3, 3]], [1, -1])

    torch.stack([*detection_losses(rows(boxes, cells(), logits), there).values()]).sum().backward()

    assert boxes.grad.isfinite().all()
    assert logits.grad.isfinite().all()


def test_a_first_stage_sees_one_class():
    there = one_class(truths([[0, 0, 9, 9], [0, 0, 0, 0]], [1, -1]))

    assert there.labels_NM.tolist() == [[0, -1]]


def test_the_surest_of_those_that_are_the_same_stays():
    boxes = torch.tensor([[[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [40, 40, 30, 30.0]]])
    logits = torch.tensor([[[2.0, -9], [3.0, -9], [-9, 1.0], [5.0, -9]]])

    found = decoded(rows(boxes, boxes, logits))

    # Of another class it is another thing; a box turned over is none.
    assert found.labels_ND.tolist() == [[0, 1]]
    assert found.boxes_ND4[0].tolist() == [[1, 0, 11, 10], [1, 0, 11, 10]]
    assert found.scores_ND[0].tolist() == pytest.approx(
        [1 / (1 + math.exp(-3)), 1 / (1 + math.exp(-1))]
    )


def test_both_ways_of_choosing_choose_the_same():
    boxes = torch.stack([drawn_boxes(60, seed) for seed in range(3)])
    scores = torch.rand(3, 60, generator=torch.Generator().manual_seed(1)).sort(1)[0].flip(1)
    scores[1, 40:] = 0
    labels = torch.randint(0, 2, (3, 60), generator=torch.Generator().manual_seed(2))

    one = _chosen_in_turn(boxes, scores, labels, 0.3)
    other = _chosen_at_once(boxes, scores, labels, 0.3) & (scores > 0)

    assert torch.equal(one, other)
    assert 0 < one.sum() < 140


def stage(**settings):
    detecting = Detecting(CLASSES, (64, 64), **settings)
    shapes = [
        Box(label="cell", left=0, top=0, right=20, bottom=20),
        Box(label="dust", left=80, top=80, right=120, bottom=120),
    ]
    target = target_of(Drawing(width_px=128, height_px=128, shapes=tuple(shapes)))
    extras = detecting.extras(np.array([-1]), [target])
    batch = {name: torch.from_numpy(values) for name, values in extras.items()}
    batch["boxes"] = batch["boxes"] * 64
    return detecting, batch


def said(*boxes):
    """Return rows of (sides, class index, score)."""
    sides = torch.tensor([[box for box, _at, _score in boxes]], dtype=torch.float32)
    logits = torch.full((1, len(boxes), 2), -20.0)
    for place, (_box, at, score) in enumerate(boxes):
        logits[0, place, at] = math.log(score / (1 - score))
    return rows(sides, sides, logits)


def test_an_answer_tells_what_was_missed_mistaken_and_made_up():
    detecting, batch = stage()

    (right,) = detecting.answers(said(((0, 0, 10, 10), 0, 0.9), ((40, 40, 60, 60), 1, 0.8)), batch)
    (wrong,) = detecting.answers(said(((0, 0, 10, 10), 1, 0.9), ((20, 0, 30, 10), 0, 0.8)), batch)
    (silent,) = detecting.answers(said(((0, 0, 10, 10), 0, 0.01)), batch)

    assert (right.truth, right.answer) == ("1 cell, 1 dust", "1 cell, 1 dust")
    assert right.is_right
    assert right.error == 0
    assert right.drawn.boxes[0][0] == pytest.approx((0, 0, 20, 20))
    assert right.drawn_truth.boxes[1][0] == pytest.approx((80, 80, 120, 120))
    assert wrong.answer == ("1 dust, 1 cell; missed 1 dust; 1 cell taken for dust; 1 false alarm")
    assert wrong.error == pytest.approx(1.0)
    assert silent.answer == "nothing; missed 1 cell, 1 dust"


def test_fitted_thresholds_are_those_of_the_best_f1():
    detecting, batch = stage()
    outputs = said(((0, 0, 10, 10), 0, 0.8), ((40, 0, 50, 10), 0, 0.6), ((40, 40, 60, 60), 1, 0.2))

    fit = detecting.fit_answers([(outputs, batch)])
    detecting.use_fit(fit)

    assert 0.6 < detecting.thresholds["cell"] <= 0.8
    assert 0.1 <= detecting.thresholds["dust"] <= 0.2
    assert len(counted_boxes(detecting.boxes_of(outputs, (128, 128)))) == 2
    pinned, _batch = stage(threshold=0.1)
    pinned.use_fit(fit)
    assert len(counted_boxes(pinned.boxes_of(outputs, (128, 128)))) == 3


def test_two_stages_have_losses_each():
    detecting, batch = stage()
    outputs = said(((0, 0, 10, 10), 0, 0.8))

    losses = detecting.losses(Stages(outputs[..., :9], outputs), batch)

    assert set(losses) == {"proposal_classes", "proposal_boxes", "classes", "boxes"}
    assert len(detecting.answers(Stages(outputs[..., :9], outputs), batch)) == 1
