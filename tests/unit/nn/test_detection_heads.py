"""Heads of boxes against numbers found by hand and against torchvision with the same weights."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import pytest
import torch
from torch import nn
from torchvision.models.detection import _utils, anchor_utils, fcos, retinanet, rpn, ssdlite
from torchvision.models.detection.image_list import ImageList

from deepdesk.core import settings
from deepdesk.core.errors import GraphError
from deepdesk.nn.build import module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.detection_levels import levels_of
from deepdesk.nn.graph import Node
from deepdesk.nn.initial import draw
from deepdesk.nn.modules.detection import both, changed
from deepdesk.nn.modules.normalisation import GROUPS
from deepdesk.nn.shapes import node_shape

PICTURE, FINE, COARSE = (3, 32, 48), (32, 4, 6), (32, 2, 3)
LAST = nn.Conv2d | nn.GroupNorm | nn.BatchNorm2d


def head(key: str, *in_shapes: tuple[int, ...], **values: Any) -> nn.Module:
    config = settings.from_json(BLOCKS[key].config, values)
    module = module_of(key, config, in_shapes).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(3))
    return module.eval()


def noise(*shapes: tuple[int, ...]) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(5)
    return [torch.randn(2, *shape, generator=generator) for shape in shapes]


def shaken(module: nn.Module) -> nn.Module:
    """Return a module of torchvision with weights far from zero, in evaluation."""
    generator = torch.Generator().manual_seed(7)
    for parameter in module.parameters():
        parameter.data = 0.1 * torch.randn(parameter.shape, generator=generator)
    return module.eval()


def copied(own: nn.Module, theirs: nn.Module) -> None:
    """Give layers the weights of torchvision's; a bias before a norm, which ours lacks, is none."""
    pairs = zip(
        (m for m in own.modules() if isinstance(m, LAST)),
        (m for m in theirs.modules() if isinstance(m, LAST)),
        strict=True,
    )
    for mine, other in pairs:
        mine.weight.data.copy_(other.weight)
        if mine.bias is None and other.bias is not None:
            other.bias.data.zero_()
        elif mine.bias is not None:
            mine.bias.data.copy_(other.bias)


def test_cells_of_two_maps_stand_where_they_are_by_hand():
    module = head("point_head", COARSE, PICTURE, FINE, classes=3)

    rows = module(*noise(COARSE, PICTURE, FINE))

    assert rows.shape == (2, 24 + 6, 11)
    assert rows[0, 0, 4:8].tolist() == [0, 0, 8, 8]
    assert rows[0, 7, 4:8].tolist() == [8, 8, 16, 16]  # second row of six, second column
    assert rows[1, 23, 4:8].tolist() == [40, 24, 48, 32]
    assert rows[1, 24, 4:8].tolist() == [0, 0, 16, 16]
    assert rows[1, 29, 4:8].tolist() == [32, 16, 48, 32]


def test_a_box_of_a_point_is_its_centre_and_four_distances():
    module = head("point_head", FINE, PICTURE, classes=1, layers=0)
    nn.init.zeros_(module.sides.last[0].weight)
    module.sides.last[0].bias.data = torch.tensor([0.0, math.log(2), math.log(3), -1.0])

    rows = module(*noise(FINE, PICTURE))

    wanted = [12 - 8, 4 - 16, 12 + 24, 4 + 8 / math.e]  # the second cell's centre is (12, 4)
    assert rows[0, 1, :4].tolist() == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("key", ["point_head", "anchor_head"])
def test_training_begins_with_boxes_of_four_cells_and_a_score_of_a_hundredth(key):
    rows = head(key, FINE, PICTURE, classes=2)(*[x / 10 for x in noise(FINE, PICTURE)])

    areas = (rows[..., 2:4] - rows[..., :2]).prod(-1)
    assert areas.sqrt().mean().item() == pytest.approx(32, rel=0.05)
    assert rows[..., 8:].sigmoid().mean().item() == pytest.approx(0.01, rel=0.1)


def test_scores_and_distances_of_points_are_those_of_torchvision():
    norm = partial(nn.GroupNorm, GROUPS)
    classes = shaken(fcos.FCOSClassificationHead(32, 1, 3, num_convs=2, norm_layer=norm))
    sides = shaken(fcos.FCOSRegressionHead(32, 1, num_convs=2, norm_layer=norm))
    own = head("point_head", FINE, COARSE, PICTURE, classes=3, layers=2, centreness=True)
    copied(own.classes, classes)
    copied(own.sides.towers, sides.conv)
    last = own.sides.last[0]
    last.weight.data = torch.cat([sides.bbox_reg.weight, sides.bbox_ctrness.weight])
    last.bias.data = torch.cat([sides.bbox_reg.bias, sides.bbox_ctrness.bias])
    maps = noise(FINE, COARSE)

    rows = own(*maps, *noise(PICTURE))

    _distances, centreness = sides(maps)
    wanted = classes(maps).sigmoid() * centreness.sigmoid()
    torch.testing.assert_close(rows[..., 8:].sigmoid(), wanted)
    raw = torch.cat([sides.bbox_reg(sides.conv(x)).flatten(2).mT for x in maps], 1)
    centres = (rows[..., 4:6] + rows[..., 6:8]) / 2
    found = torch.cat([centres - rows[..., :2], rows[..., 2:4] - centres], 2)
    torch.testing.assert_close(found, raw.exp() * (rows[..., 6:7] - rows[..., 4:5]))


def test_anchors_stand_half_a_cell_on_from_those_of_torchvision():
    generator = anchor_utils.AnchorGenerator(((32.0,), (64.0,)), ((0.25, 1.0, 4.0),) * 2)
    maps = noise(FINE, COARSE)
    (theirs,) = generator(ImageList(torch.zeros(1, *PICTURE), [PICTURE[1:]]), maps)

    own = head("anchor_head", FINE, COARSE, PICTURE, size=4.0)
    own._anchors = ((8.0, 2.0), (4.0, 4.0), (2.0, 8.0))  # torchvision rounds to whole pixels
    rows = own(*maps[:2], *noise(PICTURE))[0, : len(theirs)]

    halves = torch.tensor([4.0] * 24 * 3 + [8.0] * 6 * 3)[:, None]
    torch.testing.assert_close(rows[:, 4:8], theirs + halves)


def test_anchors_are_as_many_as_shapes_and_sizes_say_and_keep_their_area():
    rows = head("anchor_head", FINE, PICTURE, size=2.0, scales=3, ratios="5")(*noise(FINE, PICTURE))

    sizes = (rows[0, :15, 6:8] - rows[0, :15, 4:6]).view(3, 5, 2)
    assert rows.shape[1] == 24 * 15
    for step, same in enumerate(sizes):
        side = 16 * 2 ** (step / 3)
        assert same.prod(1).tolist() == pytest.approx([side**2] * 5, rel=1e-5)
        shapes = (same[:, 1] / same[:, 0]).tolist()
        assert shapes == pytest.approx([1 / 3, 1 / 2, 1, 2, 3], rel=1e-5)


def test_changes_of_anchors_are_those_of_torchvision():
    boxes, changes = torch.rand(50, 4) * 40, torch.randn(50, 4) * 3
    boxes[:, 2:] += boxes[:, :2]

    theirs = _utils.BoxCoder((1.0, 1.0, 1.0, 1.0)).decode_single(changes, boxes)

    torch.testing.assert_close(changed(boxes, changes), theirs)


def test_the_scores_of_anchors_are_those_of_torchvision():
    theirs = shaken(retinanet.RetinaNetClassificationHead(32, 3, 4))
    own = head("anchor_head", FINE, COARSE, PICTURE, classes=4, layers=4, shared=True, norm="none")
    copied(own.classes, theirs)
    maps = noise(FINE, COARSE)

    torch.testing.assert_close(own(*maps, *noise(PICTURE))[..., 8:], theirs(maps))


def test_the_separable_head_is_that_of_torchvision():
    theirs = shaken(ssdlite.SSDLiteHead([32, 32], [3, 3], 4, nn.BatchNorm2d))
    own = head("anchor_head", FINE, COARSE, PICTURE, classes=4, separable=True)
    copied(own.classes, theirs.classification_head)
    copied(own.changes, theirs.regression_head)
    maps = noise(FINE, COARSE)

    rows, wanted = own(*maps, *noise(PICTURE)), theirs(maps)

    torch.testing.assert_close(rows[..., 8:], wanted["cls_logits"])
    boxes = changed(rows[..., 4:8], wanted["bbox_regression"])
    torch.testing.assert_close(rows[..., :4], boxes)


def test_the_proposal_head_is_that_of_torchvision():
    theirs = shaken(rpn.RPNHead(32, 3))
    own = head("proposal_head", FINE, COARSE, PICTURE)
    for part, last in ((own.classes, theirs.cls_logits), (own.changes, theirs.bbox_pred)):
        copied(part.towers, theirs.conv)
        copied(part.last, last)
    maps = noise(FINE, COARSE)

    rows = own(*maps, *noise(PICTURE))

    scores, changes = theirs(maps)
    split = [x.unflatten(1, (3, -1)).permute(0, 3, 4, 1, 2).flatten(1, 3) for x in changes]
    flat = [x.unflatten(1, (3, -1)).permute(0, 3, 4, 1, 2).flatten(1, 3) for x in scores]
    torch.testing.assert_close(rows[..., 8:], torch.cat(flat, 1))
    torch.testing.assert_close(rows[..., :4], changed(rows[..., 4:8], torch.cat(split, 1)))


def test_a_product_of_probabilities_stays_right_where_they_are_tiny():
    steps = torch.linspace(-6, 6, 25, dtype=torch.double)
    first, second = steps[:, None], steps[None]

    torch.testing.assert_close(both(first, second).sigmoid(), first.sigmoid() * second.sigmoid())
    assert both(torch.tensor(-300.0), torch.tensor(-300.0)).item() == pytest.approx(-600)


@pytest.mark.parametrize(
    ("picture", "small", "stride"),
    [
        ((240, 320), (30, 40), 8),
        ((241, 321), (31, 41), 8),
        ((97, 63), (12, 7), 8),  # rounded down at each step
        ((96, 100), (2, 2), 64),
        ((60, 90), (10, 15), 6),
        ((20, 20), (1, 1), 32),
        ((7, 9), (7, 9), 1),
    ],
)
def test_the_step_of_a_map_follows_from_its_size_and_that_of_the_picture(picture, small, stride):
    assert levels_of(((5, *small), (3, *picture))).strides == (stride,)


@pytest.mark.parametrize("key", ["point_head", "anchor_head", "proposal_head"])
@pytest.mark.parametrize(
    ("shapes", "code"),
    [
        (((8, 4, 6), (3, 32, 40)), "shapes_differ"),
        (((8,), PICTURE), "layout"),
        ((PICTURE,), "not_connected"),
    ],
)
def test_what_is_no_map_of_the_picture_is_refused_with_a_remedy(key, shapes, code):
    with pytest.raises(GraphError) as caught:
        node_shape(Node("boxes", key), shapes)

    assert caught.value.code == code
    assert caught.value.hint.endswith(".")


def test_maps_of_different_widths_need_towers_of_their_own():
    shapes = (FINE, (8, 2, 3), PICTURE)

    with pytest.raises(GraphError, match="equal channels"):
        node_shape(Node("boxes", "point_head"), shapes)

    assert node_shape(Node("boxes", "point_head", {"shared": False}), shapes) == (30, 10)
