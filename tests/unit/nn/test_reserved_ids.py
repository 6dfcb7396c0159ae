"""Ids that torch would trip over are known without torch, and said on the block."""

from __future__ import annotations

from deepdesk.nn.build import _OWN, GraphModule
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Node
from deepdesk.nn.presets import chain
from deepdesk.nn.reserved_ids import RESERVED_IDS
from deepdesk.nn.shapes import infer

CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})


def test_the_closed_list_is_what_torch_and_the_network_use_themselves():
    used = {name for name in {*dir(GraphModule), *_OWN} if not name.startswith("_")}

    assert {name.lower() for name in used if name[0].islower()} == RESERVED_IDS


def test_no_block_of_the_catalogue_would_be_given_such_an_id():
    assert not RESERVED_IDS & set(BLOCKS)


def test_a_reserved_id_is_said_on_its_block_beside_the_other_faults():
    graph = chain(
        "Named badly",
        Node("picture", "input", {"shape": (3, 32, 32)}),
        Node("train", "convolution"),
        Node("linear", "linear"),
    )

    found = infer(graph, CONTRACT)

    assert [(p.code, p.node) for p in found.problems] == [("id", "train"), ("layout", "linear")]
    assert found.shapes["train"] == (64, 32, 32)


def test_an_input_may_have_any_id():
    graph = chain(
        "Input",
        Node("forward", "input", {"shape": (3, 32, 32)}),
        Node("pool", "global_pool"),
        Node("head", "classifier_head"),
    )

    assert infer(graph, CONTRACT).problems == ()
