"""Average precision, against pycocotools and by hand."""

import contextlib
import io

import numpy as np
import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from deepdesk.engine.box_decoding import Detections
from deepdesk.engine.box_matching import Truths
from deepdesk.engine.detection_metrics import (
    AveragePrecision,
    average_precisions,
    best_threshold,
    detection_details,
)
from deepdesk.engine.detection_tally import Tally, matched

CLASSES = ("cell", "clump", "dust")


def scene(seed, pictures=6, truths=8, answers=14, crowds=True, distinct=True):
    """Return random truths and answers, half of which lie near a truth of their class."""
    chance = np.random.default_rng(seed)
    places = chance.uniform(0, 80, (pictures, truths, 2))
    sides = chance.uniform(8, 30, (pictures, truths, 2))
    boxes = np.concatenate([places, places + sides], 2)
    labels = chance.integers(0, 3, (pictures, truths))
    labels[chance.uniform(size=labels.shape) < 0.2] = -1
    crowd = chance.uniform(size=labels.shape) < (0.15 if crowds else 0.0)
    near = chance.integers(0, truths, (pictures, answers))
    given = np.take_along_axis(boxes, near[..., None], 1)
    given = given + chance.normal(0, 2.5, given.shape)
    given[..., 2:] = np.maximum(given[..., 2:], given[..., :2] + 3)
    own = np.take_along_axis(labels, near, 1)
    drawn = chance.integers(0, 3, own.shape)
    of = np.where((chance.uniform(size=own.shape) < 0.7) & (own >= 0), own, drawn)
    count = pictures * answers
    steps = chance.permutation(1000)[:count] + 1 if distinct else chance.integers(1, 30, count)
    scores = np.sort(steps.reshape(pictures, answers), 1)[:, ::-1] / 1000
    return (
        Detections(
            boxes_ND4=torch.tensor(given, dtype=torch.float32),
            scores_ND=torch.tensor(scores.copy(), dtype=torch.float32),
            labels_ND=torch.tensor(of),
        ),
        Truths(
            boxes_NM4=torch.tensor(boxes, dtype=torch.float32),
            labels_NM=torch.tensor(labels),
            crowd_NM=torch.tensor(crowd & (labels >= 0)),
        ),
    )


def by_coco(answers, truths):
    """Return (mAP 50 to 95, mAP 50) as pycocotools finds them."""

    def sides(box):
        left, top, right, bottom = box.double().tolist()
        return [left, top, right - left, bottom - top]

    there, said = [], []
    for picture, labels in enumerate(truths.labels_NM.tolist()):
        for at, label in enumerate(labels):
            if label >= 0:
                box = sides(truths.boxes_NM4[picture, at])
                crowd = int(truths.crowd_NM[picture, at])
                there.append(
                    {"id": len(there) + 1, "image_id": picture, "category_id": label, "bbox": box}
                    | {"area": box[2] * box[3], "iscrowd": crowd}
                )
    for picture, labels in enumerate(answers.labels_ND.tolist()):
        for at, label in enumerate(labels):
            box, score = sides(answers.boxes_ND4[picture, at]), answers.scores_ND[picture, at]
            said.append(
                {"image_id": picture, "category_id": label, "bbox": box, "score": float(score)}
            )
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = {
            "images": [{"id": picture} for picture in range(len(truths.labels_NM))],
            "categories": [{"id": at} for at in range(len(CLASSES))],
            "annotations": there,
        }
        coco.createIndex()
        asked = COCOeval(coco, coco.loadRes(said), "bbox")
        asked.evaluate()
        asked.accumulate()
        asked.summarize()
    return asked.stats[0], asked.stats[1]


def measured(*scenes, overlaps=10):
    metric = AveragePrecision(
        "map", "mAP", CLASSES, lambda outputs, _batch: outputs, overlaps=overlaps
    )
    for answers, truths in scenes:
        metric.update((answers, truths, matched(answers, truths)), {})
    return metric


@pytest.mark.parametrize("seed", range(6))
def test_mean_average_precision_is_that_of_coco(seed):
    answers, truths = scene(seed)

    many, half = by_coco(answers, truths)

    assert 0.02 < many < half < 1
    assert measured((answers, truths)).compute() == pytest.approx(many, abs=1e-9)
    assert measured((answers, truths), overlaps=1).compute() == pytest.approx(half, abs=1e-9)


def test_scores_that_are_equal_change_it_by_little():
    answers, truths = scene(3, distinct=False)

    assert measured((answers, truths)).compute() == pytest.approx(
        by_coco(answers, truths)[0], abs=0.02
    )


def test_states_of_two_parts_add_up_to_that_of_the_whole():
    first, second = scene(1), scene(2)
    whole, one, other = measured(first, second), measured(first), measured(second)

    one.restore({name: value + other.state()[name] for name, value in one.state().items()})

    assert one.compute() == whole.compute()
    assert one.details() == whole.details()


def test_a_small_example_by_hand():
    # Two truths; scores 0.9 right, 0.8 wrong, 0.7 right: precision 1 up to a recall of one half
    # (51 of the 101 recalls), and 2/3 from there on.
    right, wrong = np.zeros((1, 1, 11), np.int64), np.zeros((1, 1, 11), np.int64)
    right[0, 0, [9, 7]], wrong[0, 0, 8] = 1, 1

    (value,) = average_precisions(right, wrong, np.array([2])).ravel()

    assert value == pytest.approx((51 * 1.0 + 50 * 2 / 3) / 101)


def test_a_class_that_does_not_occur_does_not_count():
    counts = np.zeros((1, 2, 11), np.int64)
    counts[0, 0, 5] = 1

    values = average_precisions(counts, np.zeros_like(counts), np.array([1, 0]))

    assert values[0, 0] == 1
    assert np.isnan(values[0, 1])
    assert np.isnan(measured().compute())


def test_the_best_threshold_lies_between_the_scores_that_it_tells_apart():
    right, wrong = np.zeros(101, np.int64), np.zeros(101, np.int64)
    right[[80, 60]], wrong[40] = 1, 1

    found = best_threshold(right, wrong, truths=2)

    assert 0.4 < found.threshold <= 0.6
    assert (found.precision, found.recall) == (1, 1)


def test_a_class_whose_scores_are_low_still_has_a_best_threshold():
    right, wrong = np.zeros(1001, np.int64), np.zeros(1001, np.int64)
    right[[70, 60]], wrong[[50, 30]] = 1, (1, 9)

    found = best_threshold(right, wrong, truths=2)

    assert 0.05 < found.threshold <= 0.06
    assert (found.precision, found.recall) == (1, 1)


def placed(boxes, labels, scores=None):
    sides = torch.tensor([boxes], dtype=torch.float32)
    if scores is None:
        crowd = torch.zeros(1, len(boxes), dtype=torch.bool)
        return Truths(boxes_NM4=sides, labels_NM=torch.tensor([labels]), crowd_NM=crowd)
    return Detections(
        boxes_ND4=sides, scores_ND=torch.tensor([scores]), labels_ND=torch.tensor([labels])
    )


def test_the_matrix_tells_right_missed_mistaken_and_false_alarms():
    truths = placed([[0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10]], [0, 1, 1])
    answers = placed(
        [[0, 0, 10, 10], [20, 0, 30, 10], [80, 0, 90, 10]], [0, 2, 0], scores=[0.9, 0.8, 0.7]
    )
    tally = Tally(3)
    tally.add(answers, truths, matched(answers, truths))
    # A second picture, so that a threshold of 0.7 is worth it for the first class.
    more = placed([[0, 0, 10, 10], [20, 0, 30, 10]], [0, 0])
    sure = placed([[0, 0, 10, 10], [20, 0, 30, 10]], [0, 0], scores=[0.7, 0.7])
    tally.add(sure, more, matched(sure, more))

    details = detection_details(tally, CLASSES)

    assert details["confusion"]["classes"] == ["cell", "clump", "dust", "Nothing"]
    matrix = np.array(details["confusion"]["counts"])
    assert matrix.tolist() == [[3, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0]]
    counts = details["detection"]["counts"]
    assert counts[0] == {"truths": 3, "right": 3, "missed": 0, "mistaken": 0, "false_alarms": 1}
    assert counts[1]["missed"] == 1
    assert counts[1]["mistaken"] == 1


def test_a_thing_that_is_found_after_a_mistake_hides_no_other_that_is_missed():
    # A surer box of another class lies on the first cell, which is found all the same.
    truths = placed([[0, 0, 10, 10], [20, 0, 30, 10], [60, 0, 70, 10]], [0, 0, 1])
    answers = placed(
        [[0, 0, 10, 10], [60, 0, 70, 10], [0, 0, 10, 10]], [1, 1, 0], scores=[0.9, 0.9, 0.8]
    )
    tally = Tally(3)
    tally.add(answers, truths, matched(answers, truths))

    details = detection_details(tally, CLASSES)

    matrix = np.array(details["confusion"]["counts"])
    assert matrix.tolist() == [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]]
    assert details["detection"]["counts"][0]["missed"] == 1


def test_a_thing_found_by_an_unsure_class_and_mistaken_by_a_sure_one_stands_once():
    truths = placed([[0, 0, 10, 10], [20, 0, 30, 10], [60, 0, 70, 10]], [0, 0, 1])
    answers = placed(
        [[0, 0, 10, 10], [60, 0, 70, 10], [80, 0, 90, 10], [0, 0, 10, 10], [20, 0, 30, 10]],
        [1, 1, 1, 0, 0],
        scores=[0.9, 0.8, 0.5, 0.3, 0.3],
    )
    tally = Tally(3)
    tally.add(answers, truths, matched(answers, truths))

    details = detection_details(tally, CLASSES)

    cell, clump, _dust = details["detection"]["thresholds"]
    assert cell < 0.3 < 0.5 < clump
    matrix = np.array(details["confusion"]["counts"])
    assert matrix.tolist() == [[2, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]]


def test_a_box_in_a_crowd_of_its_class_mistakes_nothing():
    truths = Truths(
        boxes_NM4=torch.tensor([[[0.0, 0, 10, 10], [0, 0, 30, 30]]]),
        labels_NM=torch.tensor([[0, 1]]),
        crowd_NM=torch.tensor([[False, True]]),
    )
    found = matched(placed([[0, 0, 10, 10]], [1], scores=[0.9]), truths)

    assert bool(found.is_ignored_NDT.all())
    assert found.mistaken_ND.tolist() == [[-1]]


def test_each_thing_stands_in_the_matrix_once():
    for seed in range(8):
        tally = Tally(3)
        answers, truths = scene(seed, crowds=False)
        tally.add(answers, truths, matched(answers, truths))
        details = detection_details(tally, CLASSES)

        assert np.array(details["confusion"]["counts"]).min() >= 0
        rows = np.array(details["confusion"]["counts"])[:3].sum(1)
        assert rows.tolist() == tally.truths_C.tolist()


def test_a_curve_begins_with_the_highest_score():
    details = measured(scene(4)).details()
    assert details == {}

    tally = Tally(3)
    answers, truths = scene(4)
    tally.add(answers, truths, matched(answers, truths))
    curves = detection_details(tally, CLASSES)["detection"]["curves"]

    for points in curves:
        assert points["score"] == sorted(points["score"], reverse=True)
        assert points["recall"] == sorted(points["recall"])
