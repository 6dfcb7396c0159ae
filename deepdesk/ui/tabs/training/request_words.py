"""What a run was asked to be, in words: its name, and what differs from its dial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deepdesk.core.errors import ConfigError
from deepdesk.core.settings import Setting, from_json, settings_of, to_json
from deepdesk.core.task import TaskSpec
from deepdesk.engine.settings import TrainingConfig
from deepdesk.ui.run_names import spoken
from deepdesk.ui.widgets.editors import number_text

_ON_OFF = {True: "on", False: "off"}
_SHORT_DIGITS = 4


def request_title(request: Mapping[str, Any]) -> str:
    """Return what a request is called until a person names it: "Quick, Small convolutional"."""
    graph = request.get("graph") or {}
    network = str(request.get("architecture") or graph.get("name") or "network as drawn")
    dial = str(request.get("dial") or "")
    return ", ".join(part for part in (dial.capitalize(), network) if part)


def request_changes(spec: TaskSpec, request: Mapping[str, Any]) -> list[str]:
    """Return what a request asks for that its dial does not: "Epochs 5", "Mirror off"."""
    dial = spec.dials.get(str(request.get("dial"))) or spec.dials[spec.default_dial]
    found = []
    for kind, base, asked in (
        (TrainingConfig, dial.training, request.get("training", {})),
        (spec.config, dial.task, request.get("task", {})),
    ):
        try:
            usual: dict[str, Any] = to_json(from_json(kind, dict(base)))
        except ConfigError:
            usual = {}
        for setting in settings_of(kind):
            if setting.key in asked and asked[setting.key] != usual.get(setting.key):
                found.append(f"{setting.knob.label} {setting_text(setting, asked[setting.key])}")
    donor = str(request.get("continue_from") or "")
    return [*found, f"from {spoken(donor)}"] if donor else found


def setting_text(setting: Setting, value: Any) -> str:
    """Return a value of a setting in words, with its unit."""
    chosen = [words for choice, words in setting.knob.choices if choice == value]
    unit = f" {setting.knob.unit}" if setting.knob.unit else ""
    return chosen[0] if chosen else f"{value_text(value)}{unit}"


def value_text(value: Any) -> str:
    """Return a value that may come from anywhere in a few characters."""
    if isinstance(value, bool):
        return _ON_OFF[value]
    if isinstance(value, float):
        return number_text(float(f"{value:.{_SHORT_DIGITS}g}"))
    if isinstance(value, int):
        return number_text(value)
    if isinstance(value, list | tuple):
        return ", ".join(value_text(part) for part in value) or "nothing"
    return str(value)[:80]
