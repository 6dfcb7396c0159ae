"""Which proposals each kind of problem gets, the likeliest first. No torch."""

from __future__ import annotations

from collections.abc import Mapping

from deepdesk.nn import repair_boxes as boxes
from deepdesk.nn import repair_inserts as inserts
from deepdesk.nn import repair_settings as values
from deepdesk.nn import repair_stages as stages
from deepdesk.nn import repair_wiring as wiring
from deepdesk.nn.repairs import Proposer, removal

USUAL: tuple[Proposer, ...] = (values.nearby_values, inserts.block_before, removal)
PROPOSERS: Mapping[str, tuple[Proposer, ...]] = {
    "layout": (inserts.earlier_place, inserts.block_before, values.nearby_values, removal),
    "shapes_differ": (
        inserts.equal_inputs,
        values.source_widths,
        inserts.other_merge,
        inserts.pooled_inputs,
        removal,
    ),
    "not_connected": (wiring.input_added, wiring.place_in_chain, wiring.connection, removal),
    "too_many_inputs": (inserts.merge_before, wiring.fewer_connections),
    "divide": (values.nearby_values, removal),
    "even_kernel": (values.nearby_values, removal),
    "too_small": (
        inserts.blocks_removed_before,
        values.nearby_values,
        values.smaller_steps,
        inserts.block_before,
        removal,
    ),
    "too_large": (inserts.block_before, values.nearby_values, removal),
    "parameters": (values.pooled_before, values.fewer_numbers, removal),
    "channels": (inserts.block_before, removal),
    "stage": (stages.earlier_stages, values.nearby_values, inserts.block_before, removal),
    "unequal": (values.nearby_values, values.source_widths, removal),
    "fixed_side": (inserts.block_before, removal),
    "no_map": (values.nearby_values, removal),
    "class_token": (values.nearby_values, removal),
    "no_blocks": (values.nearby_values, removal),
    "input_shape": (wiring.input_shape,),
    "setting": (values.legal_settings, removal),
    "cycle": (wiring.open_circle,),
    "contract": (wiring.input_shape, values.wanted_width, wiring.ending, boxes.ending, removal),
    "loose_end": (boxes.second_stage, wiring.one_input, wiring.loose_joined, wiring.loose_removed),
    "no_input": (wiring.input_added,),
    "empty": (wiring.usual_network, boxes.network),
    "id": (wiring.other_id,),
}
