"""What differs between two networks."""

from __future__ import annotations

import itertools
import random

from deepdesk.nn import editing
from deepdesk.nn.comparing import differences
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.presets import chain, residual, small_cnn

CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (4,)})


def states(found):
    return [(difference.node.id, difference.state) for difference in found]


def line(*kinds):
    """A chain of (id, block) pairs behind a picture."""
    nodes = [Node(node_id, block, settings) for node_id, block, settings in kinds]
    return chain("line", Node("picture", "input", {"shape": (3, 8, 8)}), *nodes)


def test_a_network_does_not_differ_from_itself():
    found = differences(small_cnn(), small_cnn(), CONTRACT)
    assert {difference.state for difference in found} == {"kept"}
    assert [d.node.id for d in found] == [n.id for n in small_cnn().order]


def test_a_changed_setting_is_told_with_its_old_and_new_value():
    before = small_cnn()
    after = before.with_node(before.node("filters_2").with_settings(channels=96))
    found = {d.node.id: d for d in differences(before, after, CONTRACT)}
    changed = found["filters_2"]
    assert changed.state == "changed"
    assert [(c.key, c.before, c.after) for c in changed.changes] == [("channels", 64, 96)]
    assert changed.changes[0].label == "Channels"
    assert (changed.out_before, changed.out_after) == ((64, 8, 8), (96, 8, 8))


def test_a_block_after_a_widened_one_differs_in_what_goes_in():
    before = small_cnn()
    after = before.with_node(before.node("filters_2").with_settings(channels=96))
    follower = next(d for d in differences(before, after, CONTRACT) if d.node.id == "filters_3")
    assert (follower.state, follower.changes, follower.is_reshaped) == ("changed", (), True)
    assert (follower.in_before, follower.in_after) == (((64, 8, 8),), ((96, 8, 8),))


def test_a_setting_that_is_written_out_as_its_default_is_no_change():
    before = line(("pool", "global_pool", {}), ("classes", "classifier_head", {}))
    usual = before.node("pool").config
    after = before.with_node(before.node("pool").with_settings(how=usual.how))
    assert {d.state for d in differences(before, after)} == {"kept"}


def test_inserted_and_removed_blocks_are_new_and_gone_where_they_stand():
    before = small_cnn()
    after = editing.inserted_after(before, editing.new_node(before, "batch_norm"), "filters_2")
    after = editing.removed(after, ["filters_3"])
    assert states(differences(before, after, CONTRACT)) == [
        ("picture", "kept"),
        ("stem", "kept"),
        ("filters_2", "kept"),
        ("filters_3", "gone"),
        ("batch_norm", "new"),
        ("pool", "changed"),
        ("classes", "changed"),
    ]


def test_a_block_of_another_kind_under_the_same_id_is_another_block():
    before = line(("one", "activation", {}))
    after = line(("one", "batch_norm", {}))
    assert states(differences(before, after)) == [
        ("picture", "kept"),
        ("one", "gone"),
        ("one", "new"),
    ]


def test_blocks_with_other_ids_find_those_of_their_kind_and_settings():
    before = line(("a", "convolution", {"channels": 8}), ("b", "convolution", {"channels": 16}))
    after = line(("c", "convolution", {"channels": 16}))
    found = differences(before, after)
    pairs = [(d.before and d.before.id, d.after and d.after.id) for d in found]
    assert pairs == [("picture", "picture"), ("a", None), ("b", "c")]


def test_networks_with_nothing_in_common_are_told_without_pairs():
    before = line(("a", "activation", {}))
    after = line(("b", "batch_norm", {}))
    assert [d.state for d in differences(before, after)] == ["kept", "gone", "new"]


def test_each_side_is_fitted_to_its_own_contract():
    ten = Contract(inputs=CONTRACT.inputs, outputs={"logits": (10,)})
    found = differences(small_cnn(), small_cnn(), CONTRACT, contract_before=ten)
    classes = next(d for d in found if d.node.id == "classes")
    assert (classes.out_before, classes.out_after) == ((10,), (4,))
    assert [(c.before, c.after) for c in classes.changes] == [(10, 4)]


def test_half_drawn_networks_and_illegal_settings_are_compared_all_the_same():
    before = Graph("circle", (Node("a", "add"), Node("b", "add")), (Edge("a", "b"), Edge("b", "a")))
    after = line(("a", "convolution", {"channels": -1}))
    assert [d.state for d in differences(before, after, CONTRACT)].count("gone") == 2
    wrong = after.with_node(after.node("a").with_settings(channels="many"))
    found = next(d for d in differences(after, wrong) if d.node.id == "a")
    assert [(c.label, c.before, c.after) for c in found.changes] == [("Channels", -1, "many")]


def test_every_block_of_both_networks_is_told_once_whatever_was_moved():
    random_of = random.Random(4)
    before = residual()
    for _round in range(20):
        ids = [node.id for node in before.nodes[1:]]
        random_of.shuffle(ids)
        kept = ids[: random_of.randrange(1, len(ids))]
        after = chain("moved", before.nodes[0], *(before.node(node_id) for node_id in kept))
        found = differences(before, after)
        olds = [d.before.id for d in found if d.before]
        news = [d.after.id for d in found if d.after]
        assert sorted(olds) == sorted(before.by_id)
        assert news == [node.id for node in after.order]
        assert all(d.before.id == d.after.id for d in found if d.before and d.after)


def test_as_many_blocks_as_possible_find_each_other():
    """Against every choice of common blocks, for short random chains."""
    random_of = random.Random(7)
    kinds = ("activation", "batch_norm", "dropout")
    for _round in range(12):
        one, two = (random_of.choices(kinds, k=random_of.randrange(1, 6)) for _side in range(2))
        before = line(*((f"a{i}", kind, {}) for i, kind in enumerate(one)))
        after = line(*((f"b{i}", kind, {}) for i, kind in enumerate(two)))
        found = differences(before, after)
        paired = sum(d.before is not None and d.after is not None for d in found) - 1
        assert paired == longest_common(one, two)


def longest_common(one, two):
    """By trying all subsequences."""
    every = {
        part
        for size in range(len(one) + 1)
        for places in itertools.combinations(range(len(one)), size)
        for part in [tuple(one[p] for p in places)]
    }
    others = {
        tuple(two[p] for p in places)
        for size in range(len(two) + 1)
        for places in itertools.combinations(range(len(two)), size)
    }
    return max(len(part) for part in every & others)
