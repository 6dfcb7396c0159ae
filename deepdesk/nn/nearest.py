"""The legal settings nearest to those of a node that has a mistake in them. No torch.

A network is opened with such mistakes, so that a person can see and repair them. What needs a
value to go on with, as a form does, takes the nearest.
"""

from __future__ import annotations

import difflib
from typing import Any

from deepdesk.core.errors import ConfigError, GraphError
from deepdesk.core.settings import Setting, bounds_text, from_json, settings_of
from deepdesk.nn.graph import Node


def nearest_config(node: Node) -> Any:
    """Return the settings of a node; those that are not legal at the nearest legal value."""
    try:
        return node.config
    except GraphError:
        return node.kind.config(**nearest_settings(node))


def nearest_settings(node: Node) -> dict[str, Any]:
    """Return the settings that a node is given without the unknown ones, the others legal."""
    known = {setting.key: setting for setting in settings_of(node.kind.config)}
    return {
        key: value if is_legal(node, key, value) else nearest_value(known[key], value)
        for key, value in node.settings.items()
        if key in known
    }


def is_legal(node: Node, key: str, value: Any) -> bool:
    """Return whether a node can have this setting with this value."""
    try:
        from_json(node.kind.config, {key: value})
    except ConfigError:
        return False
    return True


def nearest_value(setting: Setting, value: Any) -> Any:
    """Return the legal value nearest to one that is not."""
    knob = setting.knob
    if knob.choices:
        texts = {str(choice): choice for choice, _words in knob.choices}
        near = difflib.get_close_matches(str(value), texts, 1)
        return texts[near[0]] if near else setting.default
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if setting.kind not in (int, float) or not is_number or not bounds_text(knob):
        return setting.default
    low = value if knob.low is None else knob.low
    high = value if knob.high is None else knob.high
    if low <= -value <= high:
        return setting.kind(-value)
    return setting.kind(min(max(value, low), high))
