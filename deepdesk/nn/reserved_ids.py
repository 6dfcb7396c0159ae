"""Ids that no block can have: torch keeps a block as an attribute of the network. No torch.

A network has its own attributes already, and a block of that name would hide one. The list
is closed, so that a drawing is judged without loading torch; a build asks torch itself.
"""

from __future__ import annotations

from deepdesk.core.errors import GraphError

_NAMES = """
    activations add_module apply bfloat16 buffers call_super_init children compile cpu cuda double
    dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children named_modules
    named_parameters node_ids outputs parameters register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
"""
RESERVED_IDS = frozenset(_NAMES.split())


def reserved_problem(node_id: str) -> GraphError:
    """Return the problem of a block with such an id, code "id"."""
    return GraphError(
        f"A block cannot have the id {node_id}: the network itself uses this name.",
        "Give the block another id.",
        node=node_id,
        code="id",
    )
