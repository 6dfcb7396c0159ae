"""Blocks of the catalogue: shape rules at chosen edges against torch, words, refusals.

What holds for all of them, whatever their settings, is in `test_block_properties`.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch
from torch import nn

from deepdesk.core import settings
from deepdesk.core.errors import GraphError
from deepdesk.nn.backbone_facts import BACKBONES
from deepdesk.nn.block import FAMILIES, Block, shape_text
from deepdesk.nn.build import module_of
from deepdesk.nn.catalogue import BLOCKS, block_of
from deepdesk.nn.graph import Node
from deepdesk.nn.shapes import node_shape
from tests.unit.nn.sequence_cases import SEQUENCE_CASES, SEQUENCE_REFUSED

Case = tuple[str, dict[str, Any], tuple[tuple[int, ...], ...]]
MAP = (6, 13, 10)

CASES: list[Case] = [
    ("input", {"shape": (3, 9, 7)}, ()),
    *(
        ("convolution", {"channels": 12, "kernel": k, "stride": s, "padding": p}, (MAP,))
        for k, s, p in [
            (3, 1, "same"),
            (5, 2, "same"),
            (7, 4, "same"),
            (1, 3, "same"),
            (3, 1, "none"),
            (4, 2, "none"),
            (10, 1, "none"),
        ]
    ),
    ("convolution", {"channels": 12, "groups": 3}, (MAP,)),
    ("convolution", {"channels": 12, "depthwise": True, "bias": False}, (MAP,)),
    ("batch_norm", {}, (MAP,)),
    ("batch_norm", {"momentum": 0.5}, ((8,),)),
    *(("layer_norm", {}, (shape,)) for shape in [MAP, (5, 8), (8,)]),
    ("group_norm", {"groups": 3}, (MAP,)),
    ("group_norm", {"groups": 4}, ((8,),)),
    *(("activation", {"function": f}, (MAP,)) for f in ["relu", "gelu", "silu", "leaky_relu"]),
    *(("activation", {"function": f}, ((8,),)) for f in ["hardswish", "tanh", "sigmoid"]),
    *(("linear", {"features": 5}, (shape,)) for shape in [(8,), (4, 8)]),
    *(("dropout", {}, (shape,)) for shape in [MAP, (4, 8), (8,)]),
    *(
        (key, {"size": size, "stride": stride}, (MAP,))
        for key in ["max_pool", "average_pool"]
        for size, stride in [(2, 0), (3, 2), (3, 1), (10, 0)]
    ),
    *(
        ("global_pool", {"how": how}, (shape,))
        for how in ["average", "maximum"]
        for shape in [MAP, (4, 8)]
    ),
    ("global_pool", {"how": "first"}, ((4, 8),)),
    *(("flatten", {}, (shape,)) for shape in [MAP, (4, 8), (8,)]),
    ("upsample", {"factor": 3}, (MAP,)),
    ("upsample", {"mode": "bilinear"}, (MAP,)),
    ("resize", {"height": 4, "width": 21}, (MAP,)),
    *(
        ("convolution_block", {"channels": 8, "norm": n, "pool": p, "stride": s}, (MAP,))
        for n, p, s in [
            ("batch", "none", 1),
            ("group", "maximum", 1),
            ("layer", "average", 2),
            ("none", "none", 3),
        ]
    ),
    *(
        (
            "residual_stage",
            {"channels": 8, "blocks": b, "stride": s, "entry": e, "style": y, "norm": n},
            (MAP,),
        )
        for b, s, e, y, n in [
            (1, 1, "block", "post", "batch"),
            (2, 2, "block", "pre", "group"),
            (1, 3, "block", "inside", "layer"),
            (0, 2, "pool", "inside", "batch"),
            (2, 2, "pool", "pre", "none"),
            (1, 1, "pool", "post", "batch"),
        ]
    ),
    ("residual_stage", {"channels": 6, "stride": 1, "squeeze": True}, (MAP,)),
    ("patch_embedding", {"patch": 5, "width": 8, "pad": True, "class_token": True}, (MAP,)),
    ("patch_embedding", {"patch": 2, "width": 8, "dropout": 0.1}, ((3, 8, 6),)),
    ("transformer_encoder", {"layers": 2, "heads": 2, "dropout": 0.1}, ((5, 8),)),
    ("add", {}, (MAP, MAP, MAP)),
    *(
        ("concatenate", {}, shapes)
        for shapes in [(MAP, (2, 13, 10)), ((4, 8), (4, 3)), ((8,), (1,), (2,))]
    ),
    ("classifier_head", {"classes": 7, "scale": 0.5, "dropout": 0.1, "hidden": 4}, ((8,),)),
    ("backbone", {"pooled": False}, ((3, 65, 40),)),
    *SEQUENCE_CASES,
]


def config_of(key: str, values: dict[str, Any]) -> Any:
    return settings.from_json(BLOCKS[key].config, values)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}-{case[1]}-{case[2]}")
def test_the_shape_rule_says_what_torch_does(case):
    key, values, in_shapes = case
    node = Node("node", key, values)
    module = module_of(key, node.config, in_shapes)

    said = node_shape(node, in_shapes)
    if key == "input":
        assert said == values["shape"]
        return
    out = module(*[torch.empty(2, *shape, device="meta") for shape in in_shapes])

    assert tuple(out.shape) == (2, *said)


@pytest.mark.parametrize("name", BACKBONES)
@pytest.mark.parametrize("side", [224])
def test_the_shape_rule_of_each_backbone_says_what_torch_does(name, side):
    config = config_of("backbone", {"name": name, "pooled": True})
    shape = (3, side, side)

    out = module_of("backbone", config, (shape,))(torch.empty(2, *shape, device="meta"))

    assert tuple(out.shape) == (2, *BLOCKS["backbone"].shape(config, (shape,)))


@pytest.mark.parametrize("name", [name for name, f in BACKBONES.items() if not f.fixed_side_px])
def test_the_map_of_each_backbone_is_as_said_for_odd_sides(name):
    config = config_of("backbone", {"name": name, "pooled": False})
    shape = (3, 97, 63)

    out = module_of("backbone", config, (shape,))(torch.empty(2, *shape, device="meta"))

    assert tuple(out.shape) == (2, *BLOCKS["backbone"].shape(config, (shape,)))


@pytest.mark.parametrize("block", BLOCKS.values(), ids=lambda block: block.key)
def test_a_block_can_be_explained_and_set(block: Block[Any]):
    config = block.config()

    assert block.title
    assert block.family in FAMILIES
    assert block.summary.endswith(".")
    assert block.formula
    assert block.paper == "" or block.paper.startswith("https://")
    assert isinstance(block.summary_line(config), str)
    assert settings.from_json(block.config, settings.to_json(config)) == settings.check(config)
    for setting in settings.settings_of(block.config):
        knob = setting.knob
        assert knob.label
        assert knob.help.endswith(".")
        if setting.kind in (int, float):
            assert knob.low is not None
            assert knob.high is not None
    if block.outputs_setting:
        assert block.outputs_setting in {f.name for f in dataclasses.fields(block.config)}


REFUSED: list[tuple[str, dict[str, Any], tuple[tuple[int, ...], ...], str]] = [
    ("convolution", {}, ((8,),), "layout"),
    ("convolution", {"groups": 4}, (MAP,), "divide"),
    ("convolution", {"groups": 6, "channels": 10}, (MAP,), "divide"),
    ("convolution", {"depthwise": True, "channels": 10}, (MAP,), "divide"),
    ("convolution", {"kernel": 2}, (MAP,), "even_kernel"),
    ("convolution", {"kernel": 11, "padding": "none"}, (MAP,), "too_small"),
    ("convolution", {}, (), "not_connected"),
    ("convolution", {}, (MAP, MAP), "too_many_inputs"),
    ("convolution_block", {}, ((4, 8),), "layout"),
    ("convolution_block", {"pool": "maximum"}, ((3, 1, 5),), "too_small"),
    ("convolution_block", {"kernel": 4}, (MAP,), "even_kernel"),
    ("convolution", {"kernel": 5, "dilation": 3, "padding": "none"}, (MAP,), "too_small"),
    ("convolution_1d", {}, (MAP,), "layout"),
    ("convolution_1d", {"kernel": 4}, ((9, 8),), "even_kernel"),
    ("convolution_1d", {"kernel": 4, "padding": "none"}, ((3, 8),), "too_small"),
    ("convolution_1d", {"groups": 3}, ((9, 8),), "divide"),
    ("transposed_convolution", {}, ((9, 8),), "layout"),
    ("transposed_convolution", {"stride": 1}, (MAP,), "even_kernel"),
    ("transposed_convolution", {"groups": 4}, (MAP,), "divide"),
    ("transposed_convolution", {"stride": 64}, ((8, 4096, 4096),), "too_large"),
    ("separable_convolution", {"kernel": 2}, (MAP,), "even_kernel"),
    ("instance_norm", {}, ((8,),), "layout"),
    ("instance_norm", {}, ((8, 1, 1),), "too_small"),
    ("normalise", {"means": "1, 2", "deviations": "1, 2"}, (MAP,), "channels"),
    ("normalise", {"means": "1, 2"}, ((2,),), "channels"),
    ("normalise", {"means": "nan"}, (MAP,), "setting"),
    ("normalise", {"deviations": "0"}, (MAP,), "setting"),
    ("squeeze_excite", {}, ((8,),), "layout"),
    ("inverted_residual_stage", {}, ((9, 8),), "layout"),
    ("unet_level", {}, (MAP,), "not_connected"),
    ("unet_level", {}, (MAP, (4, 5, 20)), "shapes_differ"),
    ("unet_level", {}, (MAP, (8,)), "layout"),
    ("unet", {"levels": 4}, (MAP,), "too_small"),
    ("unet", {"levels": 8, "channels": 4096}, ((3, 512, 512),), "too_large"),
    ("multiply", {}, (MAP, (6, 13, 9)), "shapes_differ"),
    ("multiply", {}, (MAP, (10,)), "shapes_differ"),
    ("map_to_sequence", {}, ((9, 8),), "layout"),
    ("sequence_to_map", {}, ((10, 8),), "divide"),
    ("sequence_to_map", {"height": 3}, ((10, 8),), "divide"),
    ("reshape", {"target": "7, -1"}, (MAP,), "divide"),
    ("reshape", {"target": "-1, -1"}, (MAP,), "setting"),
    ("reshape", {"target": "1, 2, 3, 4"}, (MAP,), "setting"),
    ("swap_axes", {}, (MAP,), "layout"),
    ("dense_head", {}, ((8,),), "layout"),
    ("regression_head", {}, (MAP,), "layout"),
    ("regression_head", {"limits": "bounded", "low": 1.0}, ((8,),), "setting"),
    ("group_norm", {"groups": 4}, (MAP,), "divide"),
    ("linear", {}, (MAP,), "layout"),
    ("classifier_head", {}, (MAP,), "layout"),
    ("classifier_head", {}, ((4, 8),), "layout"),
    ("max_pool", {"size": 11}, (MAP,), "too_small"),
    ("average_pool", {}, ((8,),), "layout"),
    ("global_pool", {}, ((8,),), "layout"),
    ("global_pool", {"how": "first"}, (MAP,), "class_token"),
    ("residual_stage", {}, ((8,),), "layout"),
    ("residual_stage", {"blocks": 0}, (MAP,), "no_blocks"),
    ("residual_stage", {"entry": "pool", "stride": 8}, ((3, 5, 9),), "too_small"),
    ("patch_embedding", {"patch": 4}, (MAP,), "divide"),
    ("patch_embedding", {"patch": 1}, ((3, 200, 200),), "too_large"),
    ("transformer_encoder", {}, (MAP,), "layout"),
    ("transformer_encoder", {"heads": 3}, ((5, 8),), "divide"),
    ("transformer_encoder", {"heads": 1}, ((20_000, 8),), "too_large"),
    ("add", {}, (MAP,), "not_connected"),
    ("add", {}, (MAP, (6, 13, 9)), "shapes_differ"),
    ("concatenate", {}, (MAP, (6, 13, 9)), "shapes_differ"),
    ("concatenate", {}, (MAP, (8,)), "shapes_differ"),
    ("upsample", {"factor": 32}, ((65_536, 64, 64),), "too_large"),
    ("resize", {}, ((8,),), "layout"),
    ("backbone", {}, ((1, 64, 64),), "channels"),
    ("backbone", {}, ((8,),), "layout"),
    ("backbone", {"name": "convnext_tiny"}, ((3, 31, 64),), "too_small"),
    ("backbone", {"name": "vit_b_16"}, ((3, 64, 64),), "fixed_side"),
    ("backbone", {"name": "vit_b_16", "pooled": False}, ((3, 224, 224),), "no_map"),
    ("input", {"shape": (3, 0, 4)}, (), "input_shape"),
    ("input", {"shape": ("3", "4")}, (), "input_shape"),
    ("input", {"shape": ()}, (), "input_shape"),
    *SEQUENCE_REFUSED,
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0]}-{case[3]}-{case[1]}")
def test_a_mistake_names_the_block_the_shapes_and_a_remedy(case):
    key, values, in_shapes, code = case

    with pytest.raises(GraphError) as caught:
        node_shape(Node("mine", key, values), in_shapes)

    error = caught.value
    assert (error.node, error.code) == ("mine", code)
    assert error.message.endswith(".")
    assert error.hint.endswith(".")
    if code in {"shapes_differ", "fixed_side", "channels"}:
        assert all(shape_text(shape) in error.message for shape in in_shapes)
    if code == "layout":
        assert any(shape_text(shape) in error.message for shape in in_shapes)


def test_divisors_of_a_remedy_divide():
    with pytest.raises(GraphError) as caught:
        node_shape(Node("t", "transformer_encoder", {"heads": 5}), ((4, 192),))

    offered = [int(part) for part in caught.value.hint.removesuffix(".").split(": ")[1].split(",")]
    assert offered
    assert all(192 % heads == 0 for heads in offered)


def test_an_unknown_block_names_its_node():
    with pytest.raises(GraphError) as caught:
        block_of("os.system", node="here")

    assert caught.value.node == "here"


def test_a_pre_activation_branch_is_the_papers():
    config = config_of("residual_stage", {"channels": 6, "blocks": 1, "stride": 1, "style": "pre"})
    stage = module_of("residual_stage", config, (MAP,))
    block = stage.get_submodule("block_1")

    kinds = [type(part) for part in block.get_submodule("branch").children()]

    norm, filters = nn.BatchNorm2d, nn.Conv2d
    assert kinds == [norm, nn.ReLU, filters, norm, nn.ReLU, filters]
    assert isinstance(block.get_submodule("activation"), nn.Identity)
